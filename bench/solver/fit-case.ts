import { stackCols } from "../../src/core/index.ts";
import { type Chosen, fitBandedRidge, fitKernelRidge, fitRidge } from "../../src/encoding/index.ts";
import type { Linalg } from "../../src/linalg/index.ts";
import type { Case } from "./cases.ts";
import type { BenchData } from "./data.ts";

/** What a fit tells beside its model. */
export interface CaseFit extends Chosen {
  /** Pairs of alpha and weighting that were solved on each fold. */
  readonly solved: number;
}

/** Features of all bands side by side: made before the clock runs. */
export function joinBands(data: BenchData): BenchData {
  return data.X.length > 1 ? { ...data, X: [stackCols([...data.X])] } : data;
}

/** Fit the model of a case, without intercept, on features from {@link joinBands}. */
export async function fitCase(
  one: Case,
  { X, kernels, Y, alphas, weightings, folds }: BenchData,
  linalg: Linalg,
  tolerance?: number,
): Promise<CaseFit> {
  let total = 0;
  const options = {
    alphas,
    folds,
    linalg,
    intercept: false,
    onProgress: (progress: { readonly total: number }) => {
      total = progress.total;
    },
    ...(tolerance === undefined ? {} : { tolerance }),
  };
  const features = X[0];
  const chosen =
    features === undefined
      ? await fitKernelRidge(kernels, Y, { ...options, weightings })
      : one.model === "ridge"
        ? await fitRidge(features, Y, options)
        : await fitBandedRidge(features, Y, { ...options, weightings, bands: bandsOf(one) });
  const { cvScores, alphaIndex, weightingIndex } = chosen;
  return { cvScores, alphaIndex, weightingIndex, solved: total / folds.length };
}

function bandsOf({ bands }: Case) {
  let next = 0;
  return bands.map((features, b) => {
    const from = next;
    next += features;
    return { name: `band ${b}`, from, to: next };
  });
}
