import {
  allocate,
  type Dtype,
  dtypeOf,
  type Features,
  matrix,
  type Responses,
  toDtype,
  zeros,
} from "../core/index.ts";
import {
  type Fold,
  fitBandedRidge,
  predict,
  predictSplit,
  type RidgeFit,
  type Weightings,
} from "../encoding/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { buildDesign } from "./design.ts";

/** One model of one outer fold, for people who share stimuli: everything that a worker needs. */
export interface FitInput {
  readonly spaces: readonly {
    readonly name: string;
    /** [layer][run] */
    readonly layers: readonly (readonly Features[])[];
    readonly delays: readonly number[];
    readonly pca: number | null;
    readonly raw: boolean;
  }[];
  /** Rows of all runs, in order. */
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** Responses of the training rows. */
  readonly Y: Responses;
  /** Inner folds, over the training rows. */
  readonly inner: readonly Fold[];
  readonly alphas: Float64Array;
  readonly weightings: Weightings;
  readonly intercept: boolean;
  /** See {@link buildDesign}. */
  readonly centerRuns: boolean;
  readonly dtype: Dtype;
  readonly form: "auto" | "primal" | "dual";
  /** Whether the part of each feature space is wanted too. */
  readonly split: boolean;
}

/** Held-out predictions of one model and what it chose, per target. */
export interface FitOutput {
  /** (test rows × targets). */
  readonly predicted: Responses;
  /** One a space, without the mean response; empty unless asked for. */
  readonly parts: readonly Responses[];
  readonly alphaIndex: Int32Array;
  readonly layer: Int32Array;
  /** (targets × spaces). */
  readonly bandWeights: Float64Array;
  /** Targets whose weighting lies on the border of the simplex. */
  readonly onEdge: Uint8Array;
  /** Best cvScore, by which layers are chosen. */
  readonly scores: Float64Array;
}

/** Fit one model for every layer and keep, target by target, the layer with the best cvScores: a nested choice, made on training
 * rows only. */
export async function fitModel(input: FitInput, linalg: Linalg): Promise<FitOutput> {
  const layers = Math.max(...input.spaces.map((space) => space.layers.length));
  let best: FitOutput | undefined;
  for (let layer = 0; layer < layers; layer++) {
    const fitted = await fitLayer(input, layer, linalg);
    best = best === undefined ? fitted : takeBetter(best, fitted);
  }
  return best as FitOutput;
}

async function fitLayer(input: FitInput, layer: number, linalg: Linalg) {
  const { train, test, dtype, centerRuns } = input;
  const spaces = input.spaces.map(({ layers, ...rest }) => ({
    ...rest,
    runs: layers[Math.min(layer, layers.length - 1)] ?? [],
  }));
  const design = await buildDesign(spaces, { train, test, centerRuns, dtype, linalg });
  const fit = await fitBandedRidge(design.train, toDtype(input.Y, dtype), {
    bands: design.bands,
    weightings: input.weightings,
    alphas: input.alphas,
    folds: input.inner,
    intercept: input.intercept,
    form: input.form,
    linalg,
  });
  return {
    predicted: await predict(fit, design.test, linalg),
    parts: input.split ? await predictSplit(fit, design.test, linalg) : [],
    alphaIndex: fit.alphaIndex,
    layer: new Int32Array(fit.alphaIndex.length).fill(layer),
    ...weightsOf(fit),
    scores: bestScores(fit),
  };
}

function weightsOf({ weightings, weightingIndex }: RidgeFit) {
  const bands = weightings.cols;
  const bandWeights = new Float64Array(weightingIndex.length * bands);
  const onEdge = new Uint8Array(weightingIndex.length);
  for (const [t, w] of weightingIndex.entries()) {
    const row = weightings.data.subarray(w * bands, (w + 1) * bands);
    bandWeights.set(row, t * bands);
    onEdge[t] = bands > 1 && row.some((value) => value === 0) ? 1 : 0;
  }
  return { bandWeights, onEdge };
}

function bestScores({ cvScores, weightingIndex }: RidgeFit): Float64Array {
  return Float64Array.from(weightingIndex, (w, t) => cvScores.data[w * cvScores.cols + t] as number);
}

/** Of two fits to the same targets, each target's with the higher cvScore; the first where they are equal. */
export function takeBetter(a: FitOutput, b: FitOutput): FitOutput {
  const better = Uint8Array.from(a.scores, (score, t) => ((b.scores[t] as number) > score ? 1 : 0));
  const one = <A extends Float64Array | Int32Array | Uint8Array>(x: A, y: A, width = 1): A => {
    const out = x.slice() as A;
    for (let k = 0; k < out.length; k++) if (better[Math.floor(k / width)] === 1) out[k] = y[k] as number;
    return out;
  };
  const columns = (x: Responses, y: Responses): Responses => {
    const out = allocate(dtypeOf(x), x.data.length);
    for (let k = 0; k < out.length; k++) out[k] = (better[k % x.cols] === 1 ? y : x).data[k] as number;
    return matrix(x.axes, x.rows, x.cols, out);
  };
  const bands = a.bandWeights.length / Math.max(1, a.scores.length);
  return {
    predicted: columns(a.predicted, b.predicted),
    parts: a.parts.map((part, s) => columns(part, b.parts[s] ?? zeros(part.axes, 0, 0))),
    alphaIndex: one(a.alphaIndex, b.alphaIndex),
    layer: one(a.layer, b.layer),
    bandWeights: one(a.bandWeights, b.bandWeights, bands),
    onEdge: one(a.onEdge, b.onEdge),
    scores: one(a.scores, b.scores),
  };
}
