import type { ArrayRef, BrainModel, Sense } from "./manifest-model.ts";
import type { DifferenceRow, Interval, LayerRow, PartRow, SpaceRow, TableRow } from "./manifest-scores.ts";

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
  readonly differences: readonly DifferenceRow[];
  /** What was tested of differences being small, and what the column says; absent in brains of before it was tested. */
  readonly equivalence?: {
    /** Smallest difference in R² that matters, declared beforehand; null: none was. */
    readonly margin: number | null;
    readonly text: string;
  };
  readonly unique: readonly {
    readonly model: string;
    readonly sense: Sense;
    readonly region: string;
    readonly unique: Interval;
  }[];
  readonly layers: readonly LayerRow[];
  /** What the rows of layers are, or why there are none; absent where they are scores of layers. */
  readonly layersText?: string;
  readonly bandWeights: readonly ({
    readonly model: string;
    readonly region: string;
  } & Readonly<Partial<Record<Sense, number>>>)[];
  /** Feature spaces of a joint model, region by region, over people; absent where models are made of senses. */
  readonly spaces?: readonly SpaceRow[];
  /** All unique and shared parts of the joint R², where the study asked for them. */
  readonly partition?: {
    readonly parts: readonly PartRow[];
    /** How to read them. */
    readonly text: string;
  };
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
