import {
  allocate,
  dtypeOf,
  EncodingError,
  type Features,
  type Matrix,
  matrix,
  type Responses,
  takeCols,
  toDtype,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Band } from "./band.ts";
import { subtractRow } from "./center.ts";
import type { Chosen } from "./choice.ts";
import type { Problems } from "./problem.ts";
import type { Weightings } from "./weightings.ts";

/** What turns solved rows into predictions of other samples: their features, or one kernel a band against the training samples. */
export interface TestRows {
  readonly bands: readonly Matrix<"samples", "rows">[];
}

/** Set up the features of other samples for {@link predictRows}. */
export async function prepareTest(
  test: Features,
  Xc: Features,
  meanX: Float64Array,
  { form }: Problems,
  { bands, linalg }: { bands: readonly Band[]; linalg: Linalg },
): Promise<TestRows> {
  if (test.cols !== Xc.cols)
    throw new EncodingError(
      "shape",
      `streamBandedRidge: test features must be as many as those of X; got ${test.cols} and ${Xc.cols}.`,
    );
  const centred = subtractRow(toDtype(test, dtypeOf(Xc)) as Features, meanX);
  if (form === "primal") return { bands: [matrix(["samples", "rows"], test.rows, test.cols, centred.data)] };
  const kernels = bands.map(async ({ from, to }) => {
    const columns = Int32Array.from({ length: to - from }, (_, k) => from + k);
    const kernel = await linalg.gemmNT(takeCols(centred, columns), takeCols(Xc, columns));
    return matrix(["samples", "rows"] as const, kernel.rows, kernel.cols, kernel.data);
  });
  return { bands: await Promise.all(kernels) };
}

/** Σ_b w_b (test_b · solution) + mean, (samples × targets). */
export async function predictRows(
  { bands }: TestRows,
  solved: Matrix<"targets", "rows">,
  { weightingIndex }: Chosen,
  meanY: Float64Array,
  { weightings, linalg }: { readonly weightings: Weightings; readonly linalg: Linalg },
): Promise<Responses> {
  const samples = bands[0]?.rows ?? 0;
  const targets = solved.rows;
  const out = allocate(dtypeOf(solved), samples * targets);
  for (const [b, test] of bands.entries()) {
    const part = await linalg.gemmNT(test, solved);
    for (let t = 0; t < targets; t++) {
      const w = weightingIndex[t] as number;
      const weight = bands.length === 1 ? 1 : (weightings.data[w * weightings.cols + b] as number);
      for (let i = 0; i < samples; i++)
        out[i * targets + t] =
          (out[i * targets + t] as number) + weight * (part.data[i * targets + t] as number);
    }
  }
  for (let i = 0; i < samples; i++)
    for (let t = 0; t < targets; t++)
      out[i * targets + t] = (out[i * targets + t] as number) + (meanY[t] as number);
  return matrix(["samples", "targets"], samples, targets, out);
}
