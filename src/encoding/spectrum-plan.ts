import { type Matrix, matrix } from "../core/index.ts";
import { chooseNodes } from "./nodes.ts";

/** Which alphas stand for all the others, group by group of eigenvalues: plain data, to be kept. */
export interface SpectrumPlan {
  /** Nodes that a component is predicted from, on average over those that were planned on. */
  readonly each: number;
  /** Upper ends of the groups, ascending; the last is infinite. */
  readonly edges: Float64Array;
  /** Group of each node. */
  readonly groups: Int32Array;
  /** Alpha of each node, by place. */
  readonly nodes: Int32Array;
  /** Predictions at alpha p are Σ_j coefficients[j, p] · predictions of node j from the components of its group. */
  readonly coefficients: Matrix<"nodes", "pairs">;
}

/** Where eigenvalues may be cut into groups: by this factor. */
const finest = Math.sqrt(10);

/** Split the eigenvalues into groups, and choose for each the alphas that span all of them there.
 *
 * Within half a decade of eigenvalues λ, the functions 1/(λ + alpha) of twenty alphas are spanned by five of them, within all of the
 * spectrum by a dozen (at 2e-5). Narrow groups mean fewer nodes a component, but more in all, of which every two are multiplied: the cheapest cuts are
 * found by dynamic programming.
 * @param values eigenvalues of one fold, ascending; those of the others may lie elsewhere.
 * @param tolerance error of a function as a root mean square over the group's eigenvalues, relative to its own; nowhere in the group is
 * it off by more than {@link farthest} times as much of what it is there. */
export function planSpectrum(
  values: ArrayLike<number>,
  alphas: ArrayLike<number>,
  tolerance: number,
): SpectrumPlan {
  const least = Math.min(...Array.from(alphas)) / 10;
  const largest = 10 * Math.max(...Array.from(alphas), values[values.length - 1] as number);
  const inner = Math.ceil(Math.log(largest / least) / Math.log(finest));
  const ends = [...Array.from({ length: inner }, (_, k) => least * finest ** k), Number.POSITIVE_INFINITY];
  const most = least * finest ** inner;
  const groupOf = remember(`${Array.from(alphas).join()} ${tolerance} ${inner}`, (from, to) =>
    nodesOn(gridOf(ends, from, to, most), alphas, tolerance),
  );
  const below = (k: number) => (k === 0 ? 0 : placesBelow(values, ends[k - 1] as number));
  const cuts = cheapestCuts(ends.length, {
    count: (from, to) => groupOf(from, to).nodes.length,
    cost: (from, to) => below(to) - below(from) + expectedNodes,
  });
  const parts = cuts.map((to, g) => {
    const from = g === 0 ? 0 : (cuts[g - 1] as number);
    return groupOf(from, to).nodes.length * (below(to) - below(from));
  });
  const each = parts.reduce((sum, part) => sum + part, 0) / Math.max(1, values.length);
  return { ...joinGroups(ends, cuts, groupOf, alphas.length), each };
}

type GroupOf = (from: number, to: number) => ReturnType<typeof nodesOn>;

/** Groups of the last few sets of alphas and ends: weightings and folds differ in their eigenvalues, hardly in these. */
const remembered = new Map<string, Map<string, ReturnType<typeof nodesOn>>>();
const rememberedSets = 4;

function remember(set: string, make: GroupOf): GroupOf {
  const known = remembered.get(set) ?? new Map<string, ReturnType<typeof nodesOn>>();
  remembered.delete(set);
  remembered.set(set, known);
  if (remembered.size > rememberedSets) remembered.delete(remembered.keys().next().value as string);
  return (from, to) => {
    const key = `${from} ${to}`;
    const found = known.get(key) ?? make(from, to);
    known.set(key, found);
    return found;
  };
}

/** What a node costs beyond its predictions, in components: its products with the others are small, and slower than large ones. */
const expectedNodes = 100;

/** Cut 0 … ends into groups so that their costs sum to the least. A wider group has no fewer nodes than the groups within it, so that most
 * of the wide ones are known to cost too much before their nodes are counted.
 * @param count nodes of a group. @param cost of one node of it. @returns ends of the groups, ascending. */
function cheapestCuts(
  ends: number,
  {
    count,
    cost,
  }: { count: (from: number, to: number) => number; cost: (from: number, to: number) => number },
): number[] {
  const best = [0];
  const previous = [0];
  let narrower: number[] = []; // at least so many nodes has the group that begins here and ends one before
  for (let to = 1; to <= ends; to++) {
    best[to] = Number.POSITIVE_INFINITY;
    const own: number[] = [];
    for (let from = to - 1; from >= 0; from--) {
      const [start, each] = [best[from] as number, cost(from, to)];
      const least = Math.max(1, own[from + 1] ?? 0, narrower[from] ?? 0);
      if (start + least * each < (best[to] as number)) {
        const nodes = count(from, to);
        own[from] = nodes;
        if (start + nodes * each < (best[to] as number))
          [best[to], previous[to]] = [start + nodes * each, from];
      } else own[from] = least;
    }
    narrower = own;
  }
  const cuts: number[] = [];
  for (let to = ends; to > 0; to = previous[to] as number) cuts.unshift(to);
  return cuts;
}

function joinGroups(
  ends: readonly number[],
  cuts: readonly number[],
  groupOf: (from: number, to: number) => ReturnType<typeof nodesOn>,
  alphas: number,
): Omit<SpectrumPlan, "each"> {
  const found = cuts.map((to, g) => groupOf(g === 0 ? 0 : (cuts[g - 1] as number), to));
  const numbers = found.flatMap(({ coefficients }) => [...coefficients.data]);
  return {
    edges: Float64Array.from(cuts, (to) => ends[to - 1] as number),
    groups: Int32Array.from(found.flatMap(({ nodes }, g) => new Array<number>(nodes.length).fill(g))),
    nodes: Int32Array.from(found.flatMap(({ nodes }) => [...nodes])),
    coefficients: matrix(["nodes", "pairs"], numbers.length / alphas, alphas, Float64Array.from(numbers)),
  };
}

const points = 33;

/** Eigenvalues on which a group is planned: evenly in their logarithm, 0 in the first. */
function gridOf(ends: readonly number[], from: number, to: number, most: number): number[] {
  const start = from === 0 ? (ends[0] as number) / 1000 : (ends[from - 1] as number);
  const end = to === ends.length ? Math.max(most, 10 * start) : (ends[to - 1] as number);
  const grid = Array.from({ length: points }, (_, k) => start * (end / start) ** (k / (points - 1)));
  if (from === 0) grid[0] = 0;
  return grid;
}

/** How many tolerances a factor may be off at any one eigenvalue, relative to what it is there. */
const farthest = 10;

/** Alphas that span 1/(λ + alpha) of all of them on a grid of λ: as many as it takes to keep to {@link farthest} on it and between. */
function nodesOn(grid: readonly number[], alphas: ArrayLike<number>, tolerance: number) {
  let found = spanOn(grid, alphas, tolerance);
  for (
    let own = tolerance / 2;
    found.error > farthest * tolerance && found.nodes.length < alphas.length;
    own /= 2
  )
    found = spanOn(grid, alphas, own);
  return found;
}

/** Each function is brought to 1 in the middle, so that all count alike. */
function spanOn(grid: readonly number[], alphas: ArrayLike<number>, tolerance: number) {
  const middle = Math.sqrt((grid[1] as number) * (grid[points - 1] as number));
  const scales = Float64Array.from(alphas, (alpha) => middle + alpha);
  const functions = Array.from(alphas, (alpha, p) =>
    Float64Array.from(grid, (value) => (scales[p] as number) / (value + alpha) / Math.sqrt(points)),
  );
  const { nodes, coefficients } = chooseNodes(functions, tolerance);
  for (const [j, node] of nodes.entries())
    for (let p = 0; p < alphas.length; p++) {
      const at = j * alphas.length + p;
      coefficients.data[at] =
        ((coefficients.data[at] as number) * (scales[node] as number)) / (scales[p] as number);
    }
  return { nodes, coefficients, error: largestError(between(grid), alphas, nodes, coefficients) };
}

/** A grid and two points in each of its gaps, where a choice made on the grid is seen at its worst. */
function between(grid: readonly number[]): number[] {
  return grid.flatMap((value, k) => {
    const next = grid[k + 1];
    if (next === undefined) return [value];
    return [value, (2 * value + next) / 3, (value + 2 * next) / 3];
  });
}

/** Largest error on a grid, relative to each function's own value. */
function largestError(
  grid: readonly number[],
  alphas: ArrayLike<number>,
  nodes: Int32Array,
  { data, cols }: Matrix<"nodes", "pairs">,
): number {
  const chosen = Float64Array.from(nodes, (node) => alphas[node] as number);
  const known = new Float64Array(chosen.length);
  let most = 0;
  for (const value of grid) {
    for (let j = 0; j < known.length; j++) known[j] = 1 / (value + (chosen[j] as number));
    for (let p = 0; p < cols; p++) {
      let guess = 0;
      for (let j = 0; j < known.length; j++) guess += (data[j * cols + p] as number) * (known[j] as number);
      most = Math.max(most, Math.abs(guess * (value + (alphas[p] as number)) - 1));
    }
  }
  return most;
}

/** Eigenvalues, ascending, that are smaller than an edge. */
export function placesBelow(values: ArrayLike<number>, edge: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
