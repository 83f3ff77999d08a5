import { type Matrix, openSpare, type Spare } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Pair } from "./each-weighting.ts";
import { findNodes, type PlanOptions } from "./find-nodes.ts";
import { inLanes } from "./lanes.ts";
import type { Problem, Problems } from "./problem.ts";
import { decompose, keepDecomposed, takeDecomposed, tryDecompose } from "./spectrum.ts";
import { planSpectrum, type SpectrumPlan } from "./spectrum-plan.ts";

/** Which pairs of weighting and alpha are solved for the weightings [from, to): plain data, to be kept. */
export interface NodeChoice {
  readonly from: number;
  readonly to: number;
  /** Places of the solved pairs among all of the choice (alphas fastest), ascending unless there is a spectrum, whose groups may share
   * an alpha; null if every pair is solved. */
  readonly nodes: Int32Array | null;
  /** Predictions of pair p are Σ_j coefficients[j, p] · predictions of node j; null if every pair is solved. */
  readonly coefficients: Matrix<"nodes", "pairs"> | null;
  /** How the eigenvalues are grouped where nodes are solved from an eigen-decomposition, one weighting at a time. */
  readonly spectrum: SpectrumPlan | null;
}

/** A choice with its pairs at hand. */
export interface NodePlan extends NodeChoice {
  /** Every weighting of the plan with every alpha, alphas fastest. */
  readonly pairs: readonly Pair[];
  /** Pairs that are solved. */
  readonly solved: readonly Pair[];
}

/** Pairs that are planned together: bounds the work of choosing among them, and the memory of what is solved. */
export const pairsAtOnce = 400;

/** Choose which pairs to solve, so that every prediction is found within `tolerance` of a target's standard deviation.
 *
 * For one or two weightings, and wherever more pairs of a weighting would be solved than an eigen-decomposition costs, it is decomposed
 * ({@link planSpectrum}). Otherwise predictions S(w, alpha) y change smoothly with weights and alpha, so that a few of them span all. They are chosen on a sketch:
 * predictions of every pair for random mixtures of test rows and targets, in float32 of one fold, in float64 of all folds. On another
 * fold the interpolation is then checked against solved pairs; where it is off, weightings are decomposed, or every pair is solved where
 * float32 does not hold.
 * @param tolerance 0 solves every pair. @param together pairs that are planned together, at most. */
export async function planNodes(
  problems: Problems,
  weightings: Matrix<"weightings", "bands">,
  alphas: ArrayLike<number>,
  { together = pairsAtOnce, ...options }: PlanOptions & { readonly together?: number },
): Promise<NodeChoice[]> {
  const each = Math.max(1, Math.floor(together / alphas.length));
  const plans: NodeChoice[] = [];
  for (const { from, to, sparse } of rangesOf(problems.form, weightings, each)) {
    const pairs = pairsOf(weightings, alphas, from, to);
    const range = { from, to };
    const most = Math.min(alphas.length, costOf(problems, weightings, range, options.linalg)) * (to - from);
    plans.push(
      ...(((sparse || to - from <= 2) &&
        (await decomposeEach(problems, weightings, range, alphas, options))) ||
        (await findTogether(problems, pairs, range, most, options)) ||
        (await decomposeEach(problems, weightings, range, alphas, options)) ||
        solveAll(range)),
    );
  }
  return plans;
}

/** Weightings that follow each other and are planned together. In the primal form, what leaves out half of the bands or more is apart:
 * such systems are small, and predictions of different bands have little in common. */
function rangesOf(
  form: Problems["form"],
  weightings: Matrix<"weightings", "bands">,
  each: number,
): (Range & { readonly sparse: boolean })[] {
  const isSparse = (w: number) => {
    const used = Array.from(rowOf(weightings, w)).filter((weight) => weight > 0);
    return form === "primal" && used.length <= weightings.cols / 2;
  };
  const out: (Range & { readonly sparse: boolean })[] = [];
  for (let from = 0, to = 0; from < weightings.rows; from = to) {
    const sparse = isSparse(from);
    while (to < weightings.rows && to - from < each && isSparse(to) === sparse) to++;
    out.push({ from, to, sparse });
  }
  return out;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function solveAll({ from, to }: Range): NodeChoice[] {
  return Array.from({ length: to - from }, (_, k) => ({
    from: from + k,
    to: from + k + 1,
    nodes: null,
    coefficients: null,
    spectrum: null,
  }));
}

async function findTogether(
  problems: Problems,
  pairs: readonly Pair[],
  range: Range,
  most: number,
  options: PlanOptions,
): Promise<NodeChoice[] | null> {
  if (options.tolerance === 0 || pairs.length <= 2) return null;
  const found = await findNodes(problems, pairs, most, options);
  return found && [{ ...range, ...found, spectrum: null }];
}

/** Each weighting by itself; null where alphas are too few, nothing may be interpolated or float32 does not hold. */
async function decomposeEach(
  problems: Problems,
  weightings: Matrix<"weightings", "bands">,
  range: Range,
  alphas: ArrayLike<number>,
  { tolerance, linalg, spare = openSpare() }: PlanOptions,
): Promise<NodeChoice[] | null> {
  const { from, to } = range;
  const first = problems.folds[0] as Problem;
  if (tolerance === 0 || alphas.length <= costOf(problems, weightings, range, linalg)) return null;
  const out: (NodeChoice | null)[] = [];
  const kept = weightings.rows <= 2;
  const ahead =
    kept && linalg.parallel > 1 ? decomposeAhead(problems, rowOf(weightings, from), linalg, spare) : null;
  await inLanes(to - from, linalg.parallel, async (k) => {
    const w = from + k;
    const weights = rowOf(weightings, w);
    const trying = tryDecompose(first, weights, alphas, { linalg, spare, onDecomposed: ahead?.begin });
    if (k === 0) for (let idle = to - from; idle < linalg.parallel; idle++) ahead?.begin();
    const decomposed = await trying;
    if (decomposed === null) {
      out[k] = null;
      return;
    }
    if (kept) keepDecomposed(first, weights, Promise.resolve(decomposed));
    const spectrum = planSpectrum(decomposed.values, alphas, tolerance);
    const { nodes, coefficients } = spectrum;
    out[k] = { from: w, to: w + 1, nodes, coefficients, spectrum };
  });
  const found = out.filter((choice) => choice !== null);
  if (found.length === out.length) return found;
  ahead?.drop();
  return null;
}

/** Decompositions of the other folds, which are needed next if the first holds: one begins where a thread has nothing to do. */
function decomposeAhead({ folds }: Problems, weights: ArrayLike<number>, linalg: Linalg, spare: Spare) {
  let next = 1;
  return {
    begin(): void {
      const problem = folds[next++];
      if (problem) keepDecomposed(problem, weights, decompose(problem, weights, linalg, spare));
    },
    drop(): void {
      for (const problem of folds.slice(0, next)) void takeDecomposed(problem, weights);
    },
  };
}

/** An eigen-decomposition takes as long as solving so many pairs of its weighting. */
function costOf(
  { folds }: Problems,
  weightings: Matrix<"weightings", "bands">,
  { from, to }: Range,
  linalg: Linalg,
): number {
  const sizes = Array.from({ length: to - from }, (_, k) =>
    (folds[0] as Problem).components(rowOf(weightings, from + k)),
  );
  return linalg.decomposition(Math.max(...sizes));
}

function rowOf({ data, cols }: Matrix<"weightings", "bands">, w: number): ArrayLike<number> {
  return data.subarray(w * cols, (w + 1) * cols);
}

/** Give a choice its pairs. */
export function openPlan(
  choice: NodeChoice,
  weightings: Matrix<"weightings", "bands">,
  alphas: ArrayLike<number>,
): NodePlan {
  const pairs = pairsOf(weightings, alphas, choice.from, choice.to);
  const solved = choice.nodes === null ? pairs : Array.from(choice.nodes, (p) => pairs[p] as Pair);
  return { ...choice, pairs, solved };
}

function pairsOf(
  weightings: Matrix<"weightings", "bands">,
  alphas: ArrayLike<number>,
  from: number,
  to: number,
): Pair[] {
  const out: Pair[] = [];
  for (let w = from; w < to; w++) {
    const weights = rowOf(weightings, w);
    for (let a = 0; a < alphas.length; a++) out.push({ weights, alpha: alphas[a] as number });
  }
  return out;
}
