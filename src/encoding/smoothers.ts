import {
  allocate,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  noSpare,
  openSpare,
  type Spare,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { divider } from "./divide.ts";
import { eachWeighting, type Pair } from "./each-weighting.ts";
import { type GroupPart, makeParts } from "./group-parts.ts";
import type { NodePlan } from "./plan-nodes.ts";
import { type Problem, widen } from "./problem.ts";
import type { Reach } from "./shorten.ts";
import { decompose, takeDecomposed } from "./spectrum.ts";

/** What turns right sides into predictions, for every solved pair of a plan. */
export type Smoothers = NodeSmoothers | GroupSmoothers;

/** Predictions of the solved pairs, pair after pair and in each test row by test row. */
export interface NodeSmoothers {
  readonly nodes: Matrix<"predictions", "rows">;
}

/** Nodes of groups of components, from an eigen-decomposition. */
export interface GroupSmoothers {
  /** Right sides are turned by it first. */
  readonly basis: Matrix<"components", "rows">;
  /** Test responses are brought to what predictions reach by it; null if they are not. */
  readonly reach: Reach | null;
  readonly left: Matrix<"samples", "components">;
  /** What nodes take of the components, before `left` brings them to test rows. */
  readonly parts: readonly GroupPart[];
}

/** Prepare all that a plan solves in one fold.
 * @param spare memory that nodes may be written to. */
export async function makeSmoothers(
  problem: Problem,
  plan: NodePlan,
  linalg: Linalg,
  spare: Spare = noSpare,
): Promise<Smoothers> {
  const { spectrum, solved } = plan;
  if (spectrum === null) return { nodes: await solveNodes(problem, solved, linalg, spare) };
  const { weights } = solved[0] as Pair;
  const decomposed = await (takeDecomposed(problem, weights) ?? decompose(problem, weights, linalg, spare));
  const alphas = plan.pairs.map(({ alpha }) => alpha);
  const { basis, reach, left } = decomposed;
  return { basis, reach, left, parts: makeParts(decomposed.values, spectrum, alphas) };
}

/** Numbers of the smoothers of one fold, before they are made. */
export function sizeOfSmoothers(
  { samples, size, components }: Problem,
  { spectrum, solved }: NodePlan,
): number {
  if (spectrum === null) return solved.length * samples * size;
  const n = components((solved[0] as Pair).weights);
  return n * (size + samples + spectrum.each);
}

/** Memory of smoothers that nobody needs any more, to be written again. */
export function memoryOf(made: Smoothers): FloatArray[] {
  if ("nodes" in made) return [made.nodes.data];
  return [made.basis.data, made.left.data];
}

/** left (kernel + alpha I)⁻¹ of each pair, one under the other.
 * @returns (solved · test rows × rows of the right side). */
async function solveNodes(
  problem: Problem,
  solved: readonly Pair[],
  linalg: Linalg,
  spare: Spare,
): Promise<Matrix<"predictions", "rows">> {
  const { samples, size } = problem;
  const length = solved.length * samples * size;
  let out: FloatArray | undefined;
  const kernels = openSpare();
  await eachWeighting(solved, linalg, {
    async prepare(weights) {
      const system = problem.system(weights, kernels);
      return { system, divide: divider(system, linalg).divide };
    },
    async work({ system: { kernel, left, active }, divide }, from, to) {
      const dtype = dtypeOf(kernel);
      out ??= (spare.take(dtype, length)?.fill(0) as FloatArray | undefined) ?? allocate(dtype, length);
      const divided = await divide(solved.slice(from, to).map(({ alpha }) => ({ b: left, alpha })));
      for (const [k, smoother] of divided.entries())
        widen(smoother, active, size, out, (from + k) * samples * size);
    },
    finish: ({ system }) => kernels.give(...system.lent),
  });
  return matrix(["predictions", "rows"], solved.length * samples, size, out ?? allocate("float64", 0));
}
