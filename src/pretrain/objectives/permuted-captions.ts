import { imageText } from "./image-text.ts";
import type { Objective } from "./objective.ts";

/** The control of {@link imageText}: the same graph on the same pictures and captions, but every picture has the caption of another one,
 * always the same. What pairs have in common stays, what this picture has in common with its caption goes. */
export const permutedCaptions: Objective = {
  ...imageText,
  name: "permuted-captions",
  description: "as image-text, but every picture has another one's caption",
  signal: { ...imageText.signal, permuted: true },
};
