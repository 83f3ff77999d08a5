import {
  allocate,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  noSpare,
  type Spare,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { residualOf } from "./divide.ts";
import { scaleRow } from "./group-parts.ts";
import { type Active, type Problem, type System, widen } from "./problem.ts";
import { type Reach, shortenLeft } from "./shorten.ts";

/** One weighting of one fold taken apart: predictions of every alpha are left · diag(1 / (values + alpha)) · basis · right side. */
export interface Decomposed {
  /** Ascending. */
  readonly values: FloatArray;
  readonly left: Matrix<"samples", "components">;
  readonly basis: Matrix<"components", "rows">;
  /** Brings test responses to the rows of `left` where components are fewer than test rows; null where they are as they were. */
  readonly reach: Reach | null;
}

/** Decompose a fold's kernel under one weighting.
 * @param spare memory that the kernel may be written to. */
export async function decompose(
  problem: Problem,
  weights: ArrayLike<number>,
  linalg: Linalg,
  spare: Spare = noSpare,
): Promise<Decomposed> {
  const system = problem.system(weights, spare, true);
  const { vectors, whole, ...decomposed } = await decomposeSystem(problem, system, linalg, spare);
  spare.give(...system.lent);
  if (decomposed.basis.data !== vectors.data) spare.give(vectors.data);
  if (decomposed.left.data !== whole.data) spare.give(whole.data);
  return decomposed;
}

/** Largest relative residual of float32 solutions at the smallest alpha that is believed: of one fold, for all of them. */
const believed = 2e-4;

/** Beyond this ratio of eigenvalues to alpha, rounding of a float32 kernel itself is as large as alpha. */
const widest = 1e7;

/** Test rows that are judged: each stands for the same eigenvalues. */
const judged = 96;

/** The first rows, as a copy. */
function firstRows<R extends string, C extends string>(m: Matrix<R, C>, most: number): Matrix<R, C> {
  const rows = Math.min(most, m.rows);
  return matrix(m.axes, rows, m.cols, m.data.slice(0, rows * m.cols) as FloatArray);
}

/** Decompose, and see whether float32 solutions from it hold at the smallest alpha; null if they do not.
 * @param onDecomposed is called before that is seen. */
export async function tryDecompose(
  problem: Problem,
  weights: ArrayLike<number>,
  alphas: ArrayLike<number>,
  {
    linalg,
    spare,
    onDecomposed,
  }: { readonly linalg: Linalg; readonly spare: Spare; readonly onDecomposed?: (() => void) | undefined },
): Promise<Decomposed | null> {
  const system = problem.system(weights, spare, true);
  const decomposed = await decomposeSystem(problem, system, linalg, spare, onDecomposed);
  const good = await isBelieved(decomposed, system, Math.min(...Array.from(alphas)), linalg);
  spare.give(...system.lent);
  return good ? decomposed : null;
}

/** Whether solutions at an alpha hold. */
async function isBelieved(
  { values, whole, vectors }: Whole,
  system: System,
  alpha: number,
  linalg: Linalg,
): Promise<boolean> {
  if (dtypeOf(whole) === "float64") return true;
  if (!((values[values.length - 1] ?? 0) <= widest * alpha)) return false;
  const divided = firstRows(whole, judged);
  const factors = values.map((value) => 1 / (value + alpha)) as FloatArray;
  for (let from = 0; from < divided.data.length; from += divided.cols)
    scaleRow(divided.data, from, factors, 0, factors.length, divided.data, from);
  const solution = await linalg.gemm(divided, vectors);
  const residual = residualOf(solution, firstRows(system.left, judged), system.kernel, alpha);
  return residual <= believed;
}

/** Decomposed while one or two weightings are planned, and soon to be used: taken by the first that asks. */
const planned = new WeakMap<Problem, Map<string, Promise<Decomposed>>>();

/** Keep what planning decomposes. */
export function keepDecomposed(
  problem: Problem,
  weights: ArrayLike<number>,
  decomposed: Promise<Decomposed>,
): void {
  decomposed.catch(() => {}); // thrown where it is taken
  const own = planned.get(problem) ?? new Map<string, Promise<Decomposed>>();
  planned.set(problem, own.set(Array.from(weights).join(), decomposed));
}

/** What planning decomposed, once. */
export function takeDecomposed(
  problem: Problem,
  weights: ArrayLike<number>,
): Promise<Decomposed> | undefined {
  const [own, key] = [planned.get(problem), Array.from(weights).join()];
  const found = own?.get(key);
  own?.delete(key);
  return found;
}

/** With what a decomposition was made of. */
interface Whole extends Decomposed {
  readonly vectors: Matrix<"components", "components">;
  /** All test rows. */
  readonly whole: Matrix<"samples", "components">;
}

async function decomposeSystem(
  problem: Problem,
  { kernel, left, active }: System,
  linalg: Linalg,
  spare: Spare = noSpare,
  onDecomposed: () => void = () => {},
): Promise<Whole> {
  const n = kernel.rows;
  const dtype = dtypeOf(kernel);
  const { values, vectors } = await linalg.eigh(kernel, spare.take(dtype, n * n));
  onDecomposed();
  const own = matrix(["components", "components"], n, n, vectors.data);
  const whole = await linalg.gemmNT(left, own, spare.take(dtype, left.rows * n));
  return {
    values: values.map((value) => Math.max(value, 0)) as FloatArray,
    ...(await shortenLeft(whole, linalg)),
    basis: matrix(
      ["components", "rows"],
      n,
      problem.size,
      active ? widened(own, active, problem.size) : own.data,
    ),
    vectors: own,
    whole,
  };
}

/** Rows of active components, scaled, brought to all rows of the right side. */
function widened(own: Matrix, active: Active, size: number): FloatArray {
  const out = allocate(dtypeOf(own), own.rows * size);
  widen(own, active, size, out, 0);
  return out;
}
