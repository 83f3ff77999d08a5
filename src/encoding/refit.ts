import { allocate, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Chosen } from "./choice.ts";
import { divider } from "./divide.ts";
import { inLanes } from "./lanes.ts";
import { narrow, type Problem, type Tile, widen } from "./problem.ts";
import type { Weightings } from "./weightings.ts";

/** Solve for the chosen weighting and alpha of each target on all rows, exactly: one Cholesky factor for each pair that was chosen.
 * @param first place of the tile's first target in `chosen`.
 * @returns one row a target: coefficients of the features (primal) or of the samples (dual). */
export async function refit(
  problem: Problem,
  tile: Tile,
  first: number,
  { alphaIndex, weightingIndex }: Chosen,
  { weightings, alphas, linalg }: { weightings: Weightings; alphas: ArrayLike<number>; linalg: Linalg },
): Promise<Matrix<"targets", "rows">> {
  const { right } = await problem.sides(tile);
  const out = allocate(dtypeOf(right), right.data.length);
  for (const [w, byAlpha] of groupTargets(right.rows, first, alphaIndex, weightingIndex)) {
    const system = problem.system(weightings.data.subarray(w * weightings.cols, (w + 1) * weightings.cols));
    const { divide } = divider(system, linalg);
    await inLanes(byAlpha.length, linalg.parallel, async (k) => {
      const [a, targets] = byAlpha[k] as (typeof byAlpha)[number];
      const own = narrow(pickRows(right, targets), system.active);
      const solved = await divide(own, alphas[a] as number);
      const wide = allocate(dtypeOf(right), targets.length * right.cols);
      widen(solved, system.active, right.cols, wide, 0);
      for (const [i, t] of targets.entries())
        out.set(wide.subarray(i * right.cols, (i + 1) * right.cols), t * right.cols);
    });
  }
  return matrix(["targets", "rows"], right.rows, right.cols, out);
}

/** Targets of a tile by chosen weighting, then alpha. */
function groupTargets(
  count: number,
  first: number,
  alphaIndex: Int32Array,
  weightingIndex: Int32Array,
): [number, (readonly [number, number[]])[]][] {
  const groups = new Map<number, Map<number, number[]>>();
  for (let t = 0; t < count; t++) {
    const w = weightingIndex[first + t] as number;
    const a = alphaIndex[first + t] as number;
    const own = groups.get(w) ?? new Map<number, number[]>();
    groups.set(w, own);
    const list = own.get(a);
    if (list) list.push(t);
    else own.set(a, [t]);
  }
  return [...groups].map(([w, own]) => [w, [...own]]);
}

function pickRows<R extends string, C extends string>(
  m: Matrix<R, C>,
  rows: readonly number[],
): Matrix<R, C> {
  const out = allocate(dtypeOf(m), rows.length * m.cols) as FloatArray;
  for (const [k, i] of rows.entries()) out.set(m.data.subarray(i * m.cols, (i + 1) * m.cols), k * m.cols);
  return matrix(m.axes, rows.length, m.cols, out);
}
