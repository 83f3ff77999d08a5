import { allocate, dtypeOf, type Features, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Band } from "./band.ts";
import type { Chosen } from "./choice.ts";
import { cutEvenly, inLanes, putInto } from "./lanes.ts";
import type { Weightings } from "./weightings.ts";

/** b_g = w_g X_gᵀ c, (features × targets). */
export async function toPrimal(
  dual: Matrix<"targets", "rows">,
  X: Features,
  { weightingIndex }: Chosen,
  {
    bands,
    weightings,
    linalg,
  }: { readonly bands: readonly Band[]; readonly weightings: Weightings; readonly linalg: Linalg },
): Promise<Matrix<"features", "targets">> {
  const own = matrix(["targets", "samples"] as const, dual.rows, dual.cols, dual.data);
  const out = allocate(dtypeOf(dual), X.cols * dual.rows);
  const panels = bands.flatMap(({ from, to }, b) => {
    const each = linalg.parallel * Math.ceil((to - from) / featuresAtOnce / linalg.parallel);
    return cutEvenly(from, to, each).map((columns) => ({ b, columns }));
  });
  await inLanes(panels.length, linalg.parallel, async (k) => {
    const { b, columns } = panels[k] as (typeof panels)[number];
    const place = out.subarray(columns.from * dual.rows, columns.to * dual.rows) as FloatArray;
    putInto(place, await linalg.gemmTT(X, own, place, columns));
    const weights = Float64Array.from(
      weightingIndex,
      (w) => weightings.data[w * weightings.cols + b] as number,
    );
    scaleColumns(place, weights);
  });
  return matrix(["features", "targets"], X.cols, dual.rows, out);
}

/** Features whose coefficients are made at once, at most: those before are scaled meanwhile. */
const featuresAtOnce = 1024;

/** Every column times its weight, in place. */
function scaleColumns(rows: FloatArray, weights: Float64Array): void {
  if (weights.every((weight) => weight === 1)) return;
  const cols = weights.length;
  for (let at = 0; at < rows.length; at += cols)
    for (let t = 0; t < cols; t++) rows[at + t] = (rows[at + t] as number) * (weights[t] as number);
}
