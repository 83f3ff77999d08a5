import type { ShownEvent } from "./data.ts";

/** What is shown to a tower. */
export type Sense = ShownEvent["sense"];

/** One tower of a model, and what its folder says of it. */
export interface StudyTower {
  readonly sense: Sense;
  /** As the settings write it. */
  readonly folder: string;
  readonly path: string;
  readonly kind: "brivl" | "vit" | "bert";
  /** Blocks; layer 0 is the embeddings below them. */
  readonly layers: number;
  readonly width: number;
  /** Hash of its kind and sizes. */
  readonly sizes: string;
  /** Seed that its weights are drawn from in place of the folder's. */
  readonly drawn?: number;
  /** What it was trained on, as the file of the weights says; null: it does not. */
  readonly signal: string | null;
  /** Sizes, vocabulary and training, by which twins are told from models of other kinds. */
  readonly facts: Readonly<Record<string, string>>;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** Of all files. */
  readonly hash: string;
}

/** A foundation model of a study. */
export interface StudyModel {
  readonly name: string;
  readonly description: string;
  readonly control: boolean;
  /** One for each sense that was shown. */
  readonly towers: readonly StudyTower[];
}
