import {
  allocate,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
  type Spare,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Chosen } from "./choice.ts";
import { divider } from "./divide.ts";
import { eachWeighting } from "./each-weighting.ts";
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
  const spare = openSpare();
  const pairs = groupTargets(right.rows, first, alphaIndex, weightingIndex).flatMap(([w, byAlpha]) => {
    const weights = weightings.data.subarray(w * weightings.cols, (w + 1) * weightings.cols);
    return byAlpha.map(([a, targets]) => ({ weights, alpha: alphas[a] as number, targets }));
  });
  await eachWeighting(pairs, linalg, {
    async prepare(weights) {
      const system = problem.system(weights, spare);
      return { system, divide: divider(system, linalg).divide };
    },
    async work({ system: { active }, divide }, from, to) {
      const some = pairs.slice(from, to);
      const picked = some.map(({ targets }) => pickRows(right, targets, spare));
      const own = some.map(({ alpha }, k) => ({ alpha, b: narrow(picked[k] as Rows, active) }));
      for (const [k, solved] of (await divide(own)).entries())
        for (const [i, t] of (some[k]?.targets ?? []).entries())
          widen(rowOf(solved, i), active, right.cols, out, t * right.cols);
      spare.give(...picked.map(({ data }) => data));
    },
    finish: ({ system }) => spare.give(...system.lent),
  });
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

function rowOf<R extends string, C extends string>(m: Matrix<R, C>, i: number): Matrix<R, C> {
  return matrix(m.axes, 1, m.cols, m.data.subarray(i * m.cols, (i + 1) * m.cols) as FloatArray);
}

type Rows = Matrix<"targets", "rows">;

function pickRows(m: Rows, rows: readonly number[], spare: Spare): Rows {
  const out = spare.need(dtypeOf(m), rows.length * m.cols);
  for (const [k, i] of rows.entries()) out.set(m.data.subarray(i * m.cols, (i + 1) * m.cols), k * m.cols);
  return matrix(m.axes, rows.length, m.cols, out);
}
