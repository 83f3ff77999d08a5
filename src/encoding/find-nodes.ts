import { allocate, dtypeOf, type Matrix, matrix, type Spare } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Pair } from "./each-weighting.ts";
import { chooseNodes } from "./nodes.ts";
import type { Problem, Problems, Tile } from "./problem.ts";
import { lookThrough, type Sketch, sketchFold } from "./sketch.ts";

/** What pairs are chosen by. */
export interface PlanOptions {
  /** Some targets, asked for where there is something to be seen in a sketch. */
  readonly tile: () => Promise<Tile>;
  readonly tolerance: number;
  readonly linalg: Linalg;
  /** Memory that decompositions may be written to. */
  readonly spare?: Spare;
  readonly onPair?: (() => void) | undefined;
}

/** Pairs from whose predictions those of all others follow. */
export interface FoundNodes {
  /** Places among the pairs, ascending. */
  readonly nodes: Int32Array;
  readonly coefficients: Matrix<"nodes", "pairs">;
}

/** Nodes and coefficients; null if they would be more than `most`, or interpolation proves wrong. */
export async function findNodes(
  problems: Problems,
  pairs: readonly Pair[],
  most: number,
  { tile: make, ...options }: PlanOptions,
): Promise<FoundNodes | null> {
  const tile = await make();
  const functions = await lookAtAll(problems, pairs, most, tile, options);
  if (functions === null) return null;
  const { nodes, coefficients } = chooseNodes(functions, options.tolerance);
  const seen = functions[0]?.length ?? 0;
  if (nodes.length >= most || seen < 1.5 * nodes.length) return null;
  // pairs of one weighting side by side, so that its kernel is blended once
  const order = Array.from(nodes.keys()).sort((i, j) => (nodes[i] as number) - (nodes[j] as number));
  const found = {
    nodes: Int32Array.from(order, (j) => nodes[j] as number),
    coefficients: reorder(coefficients, order),
  };
  const good = await holds(problems.folds.at(-1) as Problem, pairs, found, tile, options);
  return good ? found : null;
}

/** Predictions of all pairs in a sketch. Where weightings are many, some are looked at first: null if they need so many nodes that all together
 * will need more than `most`. */
async function lookAtAll(
  problems: Problems,
  pairs: readonly Pair[],
  most: number,
  tile: Tile,
  { tolerance, linalg, onPair }: Omit<PlanOptions, "tile">,
): Promise<Float64Array[] | null> {
  const looked = dtypeOf(tile.Y) === "float32" ? problems.folds.slice(0, 1) : problems.folds;
  const numbers = Math.max(600, 1.5 * pairs.length) / looked.length;
  const sketches: Sketch[] = [];
  for (const problem of looked) sketches.push(await sketchFold(problem, tile, numbers, linalg));
  const known = new Map<Pair, Float64Array>();
  const lookAt = async (some: readonly Pair[]) => {
    const folds: Float64Array[][] = [];
    for (const [k, problem] of looked.entries())
      folds.push(await lookThrough(problem, sketches[k] as Sketch, some, linalg, onPair));
    for (const [p, pair] of some.entries())
      known.set(pair, joinViews(folds.map((view) => view[p] as Float64Array)));
  };
  const { first, rest } = splitPairs(pairs);
  await lookAt(first);
  if (rest.length > 0) {
    const alone = chooseNodes([...known.values()], tolerance).nodes.length;
    if (alone * pairs.length >= halved * most * first.length) return null;
    await lookAt(rest);
  }
  return pairs.map((pair) => known.get(pair) as Float64Array);
}

/** Weightings that are looked at first: every fifth, where they are many. */
const [every, many] = [5, 10];

/** Nodes a weighting become fewer by this factor, at most, where those between are looked at too: measured (docs/decisions/010). */
const halved = 2;

/** Pairs of the weightings that are looked at first, and the others. */
function splitPairs(pairs: readonly Pair[]): { first: readonly Pair[]; rest: readonly Pair[] } {
  const weightings = [...new Set(pairs.map(({ weights }) => weights))];
  if (weightings.length < many) return { first: pairs, rest: [] };
  const chosen = new Set(weightings.filter((_, w) => w % every === 0));
  return {
    first: pairs.filter(({ weights }) => chosen.has(weights)),
    rest: pairs.filter(({ weights }) => !chosen.has(weights)),
  };
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
  { nodes, coefficients }: FoundNodes,
  tile: Tile,
  { tolerance, linalg }: Pick<PlanOptions, "tolerance" | "linalg">,
): Promise<boolean> {
  const taken = new Set(nodes);
  const others = Array.from(pairs.keys()).filter((p) => !taken.has(p));
  const asked = Array.from(
    { length: Math.min(checks, others.length) },
    (_, k) => others[Math.floor(((k + 0.5) * others.length) / checks)] ?? (others[0] as number),
  );
  const sketch = await sketchFold(problem, tile, 8, linalg);
  const looked = [...nodes, ...asked].sort((p, q) => p - q);
  const views = await lookThrough(
    problem,
    sketch,
    looked.map((p) => pairs[p] as Pair),
    linalg,
  );
  const seen = new Map(looked.map((p, k) => [p, views[k] as Float64Array]));
  const known = Array.from(nodes, (p) => seen.get(p));
  return asked.every((p) => {
    const exact = seen.get(p) as Float64Array;
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
