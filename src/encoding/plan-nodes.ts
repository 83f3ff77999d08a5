import { allocate, type Dtype, dtypeOf, type Matrix, matrix } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Pair } from "./each-weighting.ts";
import { inLanes } from "./lanes.ts";
import { chooseNodes } from "./nodes.ts";
import type { Problem, Problems, Tile } from "./problem.ts";
import { lookThrough, sketchFold } from "./sketch.ts";
import { keepDecomposed, tryDecompose } from "./spectrum.ts";
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

/** Pairs that are planned together: bounds the work of choosing among them. */
const pairsAtOnce = 400;

/** Choose which pairs to solve, so that every prediction is found within `tolerance` of a target's standard deviation.
 *
 * For one or two weightings, and wherever more pairs of a weighting would be solved than an eigen-decomposition costs, it is decomposed
 * ({@link planSpectrum}). Otherwise predictions S(w, alpha) y change smoothly with weights and alpha, so that a few of them span all. They are chosen on a sketch:
 * predictions of every pair for random mixtures of test rows and targets, in float32 of one fold, in float64 of all folds. On another
 * fold the interpolation is then checked against solved pairs; where it is off, weightings are decomposed, or every pair is solved where
 * float32 does not hold.
 * @param tolerance 0 solves every pair. */
export async function planNodes(
  problems: Problems,
  weightings: Matrix<"weightings", "bands">,
  alphas: ArrayLike<number>,
  { tile, tolerance, linalg, onPair }: PlanOptions,
): Promise<NodeChoice[]> {
  const each = Math.max(1, Math.floor(pairsAtOnce / alphas.length));
  const plans: NodeChoice[] = [];
  for (const { from, to, sparse } of rangesOf(problems.form, weightings, each)) {
    const pairs = pairsOf(weightings, alphas, from, to);
    const range = { from, to };
    const most = Math.min(alphas.length, costOf(problems, weightings, range, linalg)) * (to - from);
    const options = { tile, tolerance, linalg, onPair };
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
  { tolerance, linalg }: PlanOptions,
): Promise<NodeChoice[] | null> {
  const { from, to } = range;
  const first = problems.folds[0] as Problem;
  if (tolerance === 0 || alphas.length <= costOf(problems, weightings, range, linalg)) return null;
  const out: (NodeChoice | null)[] = [];
  await inLanes(to - from, linalg.parallel, async (k) => {
    const w = from + k;
    const weights = rowOf(weightings, w);
    const decomposed = await tryDecompose(first, weights, alphas, linalg);
    if (decomposed === null) {
      out[k] = null;
      return;
    }
    if (weightings.rows <= 2) keepDecomposed(first, weights, decomposed);
    const spectrum = planSpectrum(decomposed.values, alphas, tolerance);
    const { nodes, coefficients } = spectrum;
    out[k] = { from: w, to: w + 1, nodes, coefficients, spectrum };
  });
  const found = out.filter((choice) => choice !== null);
  return found.length === out.length ? found : null;
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

interface PlanOptions {
  /** Some targets, asked for where there is something to be seen in a sketch. */
  readonly tile: () => Promise<Tile>;
  readonly tolerance: number;
  readonly linalg: Linalg;
  readonly onPair?: (() => void) | undefined;
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

/** Nodes and coefficients; null if they would be more than `most`, or interpolation proves wrong. */
async function findNodes(
  problems: Problems,
  pairs: readonly Pair[],
  most: number,
  { tile: make, tolerance, linalg, onPair }: PlanOptions,
): Promise<Pick<NodeChoice, "nodes" | "coefficients"> | null> {
  const tile = await make();
  const dtype: Dtype = dtypeOf(tile.Y);
  const looked = dtype === "float32" ? problems.folds.slice(0, 1) : problems.folds;
  const numbers = Math.max(600, 1.5 * pairs.length) / looked.length;
  const views: Float64Array[][] = [];
  for (const problem of looked) {
    const sketch = await sketchFold(problem, tile, numbers, linalg);
    views.push(await lookThrough(problem, sketch, pairs, linalg, onPair));
  }
  const functions = pairs.map((_, p) => joinViews(views.map((view) => view[p] as Float64Array)));
  const { nodes, coefficients } = chooseNodes(functions, tolerance);
  const seen = functions[0]?.length ?? 0;
  if (nodes.length >= most || seen < 1.5 * nodes.length) return null;
  // pairs of one weighting side by side, so that its kernel is blended once
  const order = Array.from(nodes.keys()).sort((i, j) => (nodes[i] as number) - (nodes[j] as number));
  const found = {
    nodes: Int32Array.from(order, (j) => nodes[j] as number),
    coefficients: reorder(coefficients, order),
  };
  const good = await holds(problems.folds.at(-1) as Problem, pairs, found, tile, { tolerance, linalg });
  return good ? found : null;
}

function joinViews(views: readonly Float64Array[]): Float64Array {
  const scale = 1 / Math.sqrt(views.length);
  return Float64Array.from(
    views.flatMap((view) => [...view]),
    (value) => value * scale,
  );
}

function reorder(m: Matrix<"nodes", "pairs">, order: readonly number[]): Matrix<"nodes", "pairs"> {
  const out = allocate(dtypeOf(m), m.data.length);
  for (const [k, j] of order.entries()) out.set(m.data.subarray(j * m.cols, (j + 1) * m.cols), k * m.cols);
  return matrix(m.axes, m.rows, m.cols, out);
}

const checks = 3;
/** Interpolation may be off by this many tolerances on a fold that it was not made on. */
const slack = 20;

/** Whether some pairs that are interpolated come out as if solved, on a fold and mixtures that were not looked at before. */
async function holds(
  problem: Problem,
  pairs: readonly Pair[],
  { nodes, coefficients }: { nodes: Int32Array; coefficients: Matrix<"nodes", "pairs"> },
  tile: Tile,
  { tolerance, linalg }: Pick<PlanOptions, "tolerance" | "linalg">,
): Promise<boolean> {
  const solved = Array.from(nodes, (p) => pairs[p] as Pair);
  const taken = new Set(nodes);
  const others = Array.from(pairs.keys()).filter((p) => !taken.has(p));
  const asked = Array.from(
    { length: Math.min(checks, others.length) },
    (_, k) => others[Math.floor(((k + 0.5) * others.length) / checks)] ?? (others[0] as number),
  );
  const sketch = await sketchFold(problem, tile, 8, linalg);
  const known = await lookThrough(problem, sketch, solved, linalg);
  const wanted = await lookThrough(
    problem,
    sketch,
    asked.map((p) => pairs[p] as Pair),
    linalg,
  );
  return asked.every((p, k) => {
    const exact = wanted[k] as Float64Array;
    let error = 0;
    let size = 0;
    for (let i = 0; i < exact.length; i++) {
      let guess = 0;
      for (let j = 0; j < known.length; j++)
        guess += (coefficients.data[j * coefficients.cols + p] as number) * (known[j]?.[i] as number);
      error += (guess - (exact[i] as number)) ** 2;
      size += (exact[i] as number) ** 2;
    }
    return Math.sqrt(error) <= slack * tolerance * Math.max(1, Math.sqrt(size));
  });
}
