import { brain, permutedBrain } from "./objectives/brain.ts";
import { clip } from "./objectives/clip.ts";
import { imageOnly } from "./objectives/image-only.ts";
import { imageText } from "./objectives/image-text.ts";
import type { Objective } from "./objectives/objective.ts";
import { permutedCaptions } from "./objectives/permuted-captions.ts";
import { textOnly } from "./objectives/text-only.ts";

/** Every training signal, by name. */
export const objectives = {
  "image-text": imageText,
  "permuted-captions": permutedCaptions,
  clip,
  "image-only": imageOnly,
  "text-only": textOnly,
  brain,
  "permuted-brain": permutedBrain,
} as const satisfies Readonly<Record<string, Objective>>;

/** Name of one of {@link objectives}. */
export type ObjectiveName = keyof typeof objectives;
