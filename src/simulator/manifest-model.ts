import type { Preprocessing } from "../models/preprocess.ts";

/** Element types of the arrays of a fitted brain, little-endian. */
export type ArrayType = "float32" | "float16" | "int32" | "uint16" | "uint8";

/** Where the numbers of an array are: a file without header, row-major. */
export interface ArrayRef {
  readonly file: string;
  readonly type: ArrayType;
  readonly shape: readonly number[];
}

/** What a stimulus is. */
export type Sense = "picture" | "sentence";

/** An encoder as a file: stimuli → features, and how unlike the training stimuli they are. */
export interface EncoderFile {
  readonly file: string;
  readonly bytes: number;
  /** Role → name of the ONNX input: `images`; or `tokens` and `mask`. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: { readonly features: string; readonly distance: string };
  /** Layers that the features are made of, such as "mean.3". */
  readonly layer: string;
  /** The pipeline in one sentence. */
  readonly text: string;
}

/** Numbers of a pipeline, float32. */
export interface PipelineRef {
  /** Layers that stand side by side, 0: the embeddings. */
  readonly layers: readonly number[];
  /** (columns). */
  readonly mean: ArrayRef;
  readonly scale: ArrayRef;
  /** (columns × components). */
  readonly basis: ArrayRef;
  /** (components). */
  readonly deviation: ArrayRef;
  /** Mean variance outside the components. */
  readonly rest: number;
}

/** One sense of a model. */
export interface SenseModel {
  readonly encoder: EncoderFile;
  /** Of pictures: what is done to them before the encoder sees them. */
  readonly picture?: Preprocessing;
  /** Of sentences: tokens after padding or cutting, and a Hugging Face `tokenizer.json`. */
  readonly text?: { readonly length: number; readonly tokenizer: string };
  /** The pipeline inside the encoder, for readers; absent where it is not told. Features of pooled activations a (the layers side by side):
   * ((a − mean) / scale · basis) / deviation. */
  readonly pipeline?: PipelineRef;
  /** Columns [from, to) of the weights; the first is 1 while something is shown, then the features. */
  readonly columns: readonly [from: number, to: number];
  /** (people × targets): half width of the interval of one new presentation. */
  readonly interval: ArrayRef;
  /** (101): percentiles 0 … 100 of the distance of training stimuli that were held out. */
  readonly distances: ArrayRef;
}

/** Weights as they lie in the folder. */
export type WeightsRef =
  | { readonly kind: "full"; readonly values: ArrayRef }
  /** values = left · right, person by person. */
  | { readonly kind: "low-rank"; readonly left: ArrayRef; readonly right: ArrayRef };

/** What sets a model apart from the others. */
export type ModelRole = "multimodal" | "unimodal" | "untrained" | "control" | "other";

/** One model of a fitted brain. */
export interface BrainModel {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly role: ModelRole;
  readonly senses: Readonly<Partial<Record<Sense, SenseModel>>>;
  /** (people × targets × columns); null: the study has no encoder, and the model can be looked at only. */
  readonly weights: WeightsRef | null;
  readonly weightsError: { readonly largest: number; readonly of: string } | null;
  /** (people × targets): 1 = predicted better than chance on held-out data, corrected; null: that was not tested. */
  readonly mask: ArrayRef | null;
  /** (people of `heldOut` × samples × targets). */
  readonly heldOut: { readonly predicted: ArrayRef } | null;
}
