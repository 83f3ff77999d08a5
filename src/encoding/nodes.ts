import { type Matrix, matrix } from "../core/index.ts";

/** Some of many functions, from which all the others follow by interpolation. */
export interface Nodes {
  /** Indices of the chosen functions, in the order of choice. */
  readonly nodes: Int32Array;
  /** Function p is Σ_j coefficients[j, p] · function nodes[j]; exact for the nodes themselves. */
  readonly coefficients: Matrix<"nodes", "pairs">;
}

/** Choose functions one after the other, always the one that the chosen ones explain worst, until none is off by more than `tolerance`:
 * an interpolative decomposition by pivoted Gram-Schmidt.
 * @param functions one array of samples each. A function with a norm above 1 is judged relative to its norm.
 * @param tolerance Euclidean norm of the residual.
 * @source Cheng, Gimbutas, Martinsson and Rokhlin 2005 (interpolative decomposition). */
export function chooseNodes(functions: readonly Float64Array[], tolerance: number): Nodes {
  const scales = functions.map((f) => 1 / Math.max(1, norm(f)));
  const rest = functions.map((f, p) => f.map((value) => value * (scales[p] as number)));
  const nodes: number[] = [];
  const factors: Float64Array[] = []; // row j: how much of direction j each function holds
  const chosen = new Set<number>();
  while (chosen.size < functions.length) {
    const pivot = worst(rest, chosen);
    const size = norm(rest[pivot] as Float64Array);
    if (!(size > tolerance)) break;
    const q = (rest[pivot] as Float64Array).map((value) => value / size);
    chosen.add(pivot);
    nodes.push(pivot);
    factors.push(takeAway(rest, q));
  }
  return { nodes: Int32Array.from(nodes), coefficients: interpolate(nodes, factors, scales) };
}

function worst(rest: readonly Float64Array[], chosen: ReadonlySet<number>): number {
  let pivot = -1;
  let most = -1;
  for (const [p, f] of rest.entries()) {
    const size = chosen.has(p) ? -1 : norm(f);
    if (size > most) {
      most = size;
      pivot = p;
    }
  }
  return pivot;
}

/** Take direction q from every function. What rounding leaves of it is taken with later directions: functions are sums of factors and
 * directions whether these are orthogonal to the last bit or not. @returns how much each held. */
function takeAway(rest: readonly Float64Array[], q: Float64Array): Float64Array {
  const held = new Float64Array(rest.length);
  for (let p = 0; p < rest.length; p++) {
    const f = rest[p] as Float64Array;
    let dot = 0;
    for (let k = 0; k < q.length; k++) dot += (f[k] as number) * (q[k] as number);
    for (let k = 0; k < q.length; k++) f[k] = (f[k] as number) - dot * (q[k] as number);
    held[p] = dot;
  }
  return held;
}

/** Solve the triangular system of the nodes' own factors for every function, and undo the scaling. */
function interpolate(
  nodes: readonly number[],
  factors: readonly Float64Array[],
  scales: readonly number[],
): Matrix<"nodes", "pairs"> {
  const [rank, pairs] = [nodes.length, scales.length];
  const out = new Float64Array(rank * pairs);
  const x = new Float64Array(rank);
  const place = new Map(nodes.map((p, j) => [p, j]));
  for (let p = 0; p < pairs; p++) {
    const own = place.get(p);
    if (own !== undefined) {
      out[own * pairs + p] = 1;
      continue;
    }
    for (let j = rank - 1; j >= 0; j--) {
      const row = factors[j] as Float64Array;
      let sum = row[p] as number;
      for (let k = j + 1; k < rank; k++) sum -= (row[nodes[k] as number] as number) * (x[k] as number);
      x[j] = sum / (row[nodes[j] as number] as number);
    }
    for (let j = 0; j < rank; j++)
      out[j * pairs + p] =
        ((x[j] as number) * (scales[nodes[j] as number] as number)) / (scales[p] as number);
  }
  return matrix(["nodes", "pairs"], rank, pairs, out);
}

function norm(f: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < f.length; k++) sum += (f[k] as number) ** 2;
  return Math.sqrt(sum);
}
