import { EncodingError } from "../core/index.ts";
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

/** A mean and its interval; null where undefined. */
export interface Interval {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

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

/** A map of the study: one number a person and target. */
export interface BrainMap {
  readonly id: string;
  readonly title: string;
  readonly group: "score" | "ceiling" | "share" | "difference" | "unique";
  readonly unit: string;
  readonly scale: "sequential" | "diverging";
  readonly model: string | null;
  readonly sense: Sense | null;
  readonly values: ArrayRef;
  readonly range: readonly [number, number];
  readonly significant: ArrayRef | null;
  readonly test: string | null;
}

/** One hemisphere, or all of the surface. */
export interface Hemisphere {
  readonly name: string;
  readonly vertices: number;
  readonly faces: ArrayRef;
  readonly folded: ArrayRef;
  readonly inflated: ArrayRef;
  readonly flat: ArrayRef | null;
  readonly flatFaces: ArrayRef | null;
  readonly sulcus: ArrayRef | null;
  /** Target shown at each vertex, −1 for none. */
  readonly target: ArrayRef;
}

/** A row of the table of regions × models × people. */
export interface TableRow {
  readonly region: string;
  readonly model: string;
  readonly person: string;
  readonly r: Interval;
  readonly r2: Interval;
  readonly ceiling: number | null;
  readonly shareOfCeiling: number | null;
  /** Targets inside the mask, of how many; null: not tested. */
  readonly kept: number | null;
  readonly targets: number;
}

/** What a feature space adds to the joint model in a region. */
export interface SpaceRow {
  readonly space: string;
  readonly region: string;
  /** True for a control: a win that it has too is none. */
  readonly control: boolean;
  /** R² of the space alone. */
  readonly alone: Interval;
  /** R² that is lost without it; all null for spaces that are no part of the joint model. */
  readonly unique: Interval;
  /** Mean weight of its band in the joint model. */
  readonly weight: number | null;
  readonly p: number | null;
  readonly pCorrected: number | null;
  readonly significant: boolean;
}

/** `manifest.json` of a fitted brain (docs/fitted-brain.md). */
export interface BrainManifest {
  readonly format: "simcortex-brain";
  readonly version: 1;
  readonly title: string;
  readonly question: string;
  readonly card: {
    readonly license: string;
    readonly attribution: string;
    readonly provenance: Readonly<Record<string, string | number>>;
    readonly limits: readonly string[];
  };
  readonly files: readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[];
  readonly people: readonly { readonly id: string; readonly label: string; readonly mean: boolean }[];
  readonly targets: { readonly count: number; readonly region: ArrayRef };
  readonly regions: readonly {
    readonly name: string;
    readonly description: string;
    readonly targets: number;
  }[];
  readonly presentation: {
    readonly seconds: Readonly<Partial<Record<Sense, number>>>;
    /** Seconds after onset: volumes that begin in [from, to) are averaged. */
    readonly window: readonly [from: number, to: number];
    /** Seconds; null where samples are stimuli. */
    readonly tr: number | null;
    readonly unit: string;
    readonly text: string;
  };
  readonly surface: { readonly space: string; readonly hemispheres: readonly Hemisphere[] } | null;
  readonly models: readonly BrainModel[];
  readonly maskTest: string;
  readonly intervals: {
    readonly level: number;
    readonly text: string;
    readonly coverage: readonly {
      readonly model: string;
      readonly sense: Sense;
      readonly measured: number;
      readonly responses: number;
    }[];
  };
  readonly maps: readonly BrainMap[];
  readonly table: readonly TableRow[];
  readonly tableText: string;
  readonly differences: readonly {
    readonly a: string;
    readonly b: string;
    readonly region: string;
    readonly difference: Interval;
    readonly p: number | null;
    readonly pCorrected: number | null;
  }[];
  readonly unique: readonly {
    readonly model: string;
    readonly sense: Sense;
    readonly region: string;
    readonly unique: Interval;
  }[];
  readonly layers: readonly {
    readonly model: string;
    readonly sense: Sense;
    readonly layer: string;
    readonly region: string;
    readonly r: number | null;
    readonly chosen: boolean;
  }[];
  readonly bandWeights: readonly ({
    readonly model: string;
    readonly region: string;
  } & Readonly<Partial<Record<Sense, number>>>)[];
  /** Feature spaces of a joint model, region by region, over people; absent where models are made of senses. */
  readonly spaces?: readonly SpaceRow[];
  /** (people × targets), share of variance; NaN unknown. */
  readonly reliability: { readonly ceiling: ArrayRef; readonly text: string };
  readonly heldOut: {
    readonly samples: number;
    readonly tr: number | null;
    readonly runs: readonly { readonly id: string; readonly from: number; readonly to: number }[];
    readonly measured: ArrayRef;
    /** Indices into `people`. */
    readonly people: readonly number[];
  } | null;
  readonly library: {
    readonly pictures: readonly {
      readonly file: string;
      readonly label: string;
      readonly tags: readonly string[];
    }[];
    readonly sentences: readonly { readonly text: string; readonly tags: readonly string[] }[];
  };
}

const fields = [
  ..."title question card files people targets regions presentation models maskTest intervals maps table".split(
    " ",
  ),
  ..."tableText differences unique layers bandWeights reliability library".split(" "),
];

/** Read a manifest. Unknown fields are kept; what a reader needs must be there.
 * @param text of `manifest.json`.
 * @throws EncodingError "format" if it is no JSON, another format, a later version, lacks a field, or names a file outside the folder. */
export function parseManifest(text: string): BrainManifest {
  const json = parseJson(text);
  if (json.format !== "simcortex-brain")
    refuse(`format must be "simcortex-brain"; got ${JSON.stringify(json.format) ?? "nothing"}`);
  if (json.version !== 1)
    refuse(
      `this program reads version 1; got ${JSON.stringify(json.version) ?? "none"}. Is simcortex too old?`,
    );
  const missing = fields.filter((field) => json[field] === undefined || json[field] === null);
  if (missing.length > 0) refuse(`${missing.join(", ")} missing. Was the file cut off?`);
  checkRefs(json, "");
  return json as unknown as BrainManifest;
}

function parseJson(text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    refuse("it is no JSON text. Was the file cut off?");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) refuse("it must be a JSON object");
  return json as Record<string, unknown>;
}

const types: readonly string[] = ["float32", "float16", "int32", "uint16", "uint8"];

/** Every file must lie inside the folder, every array must say what it holds. */
function checkRefs(value: unknown, at: string): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [k, item] of value.entries()) checkRefs(item, `${at}[${k}]`);
    return;
  }
  const record = value as Readonly<Record<string, unknown>>;
  if ("file" in record) checkPath(record.file, at);
  if ("type" in record || "shape" in record) {
    const { type, shape } = record;
    if (!types.includes(String(type)))
      refuse(`${at}.type must be one of ${types.join(", ")}; got ${String(type)}`);
    if (!Array.isArray(shape) || shape.some((size) => !Number.isSafeInteger(size) || size < 0))
      refuse(`${at}.shape must be whole numbers; got ${JSON.stringify(shape) ?? "nothing"}`);
  }
  for (const [key, item] of Object.entries(record)) checkRefs(item, at === "" ? key : `${at}.${key}`);
}

function checkPath(file: unknown, at: string): void {
  const inside =
    typeof file === "string" &&
    file.length > 0 &&
    !/^[/\\]|^[a-z][a-z0-9+.-]*:|[\\\0?#]/i.test(file) &&
    file.split("/").every((part) => part !== ".." && part !== "." && part !== "");
  if (!inside) refuse(`${at}.file must be a path inside the folder; got ${JSON.stringify(file)}`);
}

function refuse(what: string): never {
  throw new EncodingError("format", `parseManifest: ${what}.`);
}
