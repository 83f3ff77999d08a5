import { createRandom, dtypeOf, type Matrix, matrix, toDtype } from "../core/index.ts";
import type { Eigh, Linalg } from "../linalg/index.ts";
import type { System } from "./problem.ts";

/** Largest relative residual of a float32 solution that is believed; good ones are below 1e-5. */
const believed = 1e-3;

/** What is divided by a kernel and its ridge. */
export interface Dividend<R extends string> {
  readonly b: Matrix<R, "components">;
  readonly alpha: number;
}

/** One kernel, ready to be divided by for many alphas. */
export interface Divider {
  /** B (kernel + alpha I)⁻¹ of each, in order. */
  divide<R extends string>(dividends: readonly Dividend<R>[]): Promise<Matrix<R, "components">[]>;
}

/** Divide by a kernel and its ridge through Cholesky.
 *
 * A float32 solution is checked by its residual on a seeded probe and computed again in float64 where that fails. Where rounding made the
 * kernel indefinite by more than alpha, its eigen-decomposition is used with negative values set to 0. */
export function divider({ kernel }: Pick<System, "kernel">, linalg: Linalg): Divider {
  const probe = probeOf(kernel);
  const single = dtypeOf(kernel) === "float32";
  let double: Matrix<"components", "components"> | undefined;
  let eigen: Promise<Eigh<"components">> | undefined;
  const good = <R extends string>(x: Matrix<R, "components"> | null, { b, alpha }: Dividend<R>) =>
    x !== null && (!single || residual(x, b, alpha, probe) <= believed);
  const inDouble = async <R extends string>(dividends: readonly Dividend<R>[]) => {
    double ??= toDtype(kernel, "float64");
    const sides = dividends.map(({ b, alpha }) => ({ b: toDtype(b, "float64"), ridge: alpha }));
    const solved = await linalg.solveRights(sides, double);
    return solved.map((x) => x && toDtype(x, "float32"));
  };
  const byEigen = async <R extends string>({ b, alpha }: Dividend<R>) => {
    eigen ??= linalg.eigh(kernel);
    return divideByEigen(b, await eigen, alpha, linalg);
  };
  return {
    async divide<R extends string>(dividends: readonly Dividend<R>[]) {
      if (kernel.rows === 0) return dividends.map(({ b }) => b);
      const sides = dividends.map(({ b, alpha }) => ({ b, ridge: alpha }));
      const solved = await linalg.solveRights(sides, kernel);
      const failed = [...dividends.keys()].filter(
        (k) => !good(solved[k] ?? null, dividends[k] as Dividend<R>),
      );
      const some = failed.map((k) => dividends[k] as Dividend<R>);
      const again = single && some.length > 0 ? await inDouble(some) : [];
      for (const [i, k] of failed.entries()) solved[k] = again[i] ?? (await byEigen(some[i] as Dividend<R>));
      return solved as Matrix<R, "components">[];
    },
  };
}

async function divideByEigen<R extends string>(
  b: Matrix<R, "components">,
  { values, vectors }: Eigh<"components">,
  alpha: number,
  linalg: Linalg,
): Promise<Matrix<R, "components">> {
  const n = values.length;
  const basis = matrix(["components", "components"], n, n, vectors.data);
  const turned = await linalg.gemmNT(b, basis);
  for (let k = 0; k < turned.data.length; k++)
    turned.data[k] = (turned.data[k] as number) / (Math.max(values[k % n] as number, 0) + alpha);
  return linalg.gemm(turned, basis);
}

interface Probe {
  readonly v: Float64Array;
  readonly kv: Float64Array;
}

/** A seeded direction and its image, made when first needed. */
function probeOf(kernel: Matrix): () => Probe {
  let made: Probe | undefined;
  return () => {
    if (made) return made;
    const random = createRandom(kernel.rows).stream("divider");
    const v = Float64Array.from({ length: kernel.rows }, () => random.normal());
    made = { v, kv: times(kernel, v) };
    return made;
  };
}

/** How far X is from B (kernel + alpha I)⁻¹: its relative residual on a seeded probe. */
export function residualOf(x: Matrix, b: Matrix, kernel: Matrix, alpha: number): number {
  return residual(x, b, alpha, probeOf(kernel));
}

/** ‖X (K + alpha I) v − B v‖ / ‖B v‖. */
function residual(x: Matrix, b: Matrix, alpha: number, probe: () => Probe): number {
  const { v, kv } = probe();
  const image = times(
    x,
    kv.map((value, k) => value + alpha * (v[k] as number)),
  );
  const wanted = times(b, v);
  let error = 0;
  let size = 0;
  for (let i = 0; i < wanted.length; i++) {
    error += ((image[i] as number) - (wanted[i] as number)) ** 2;
    size += (wanted[i] as number) ** 2;
  }
  return size > 0 ? Math.sqrt(error / size) : 0;
}

function times(m: Matrix, x: Float64Array): Float64Array {
  const out = new Float64Array(m.rows);
  const { data, cols } = m;
  const fours = cols - (cols % 4);
  for (let i = 0; i < m.rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols);
    let [a, b, c, d] = [0, 0, 0, 0]; // four sums that do not wait for each other
    for (let j = 0; j < fours; j += 4) {
      a += (row[j] as number) * (x[j] as number);
      b += (row[j + 1] as number) * (x[j + 1] as number);
      c += (row[j + 2] as number) * (x[j + 2] as number);
      d += (row[j + 3] as number) * (x[j + 3] as number);
    }
    for (let j = fours; j < cols; j++) a += (row[j] as number) * (x[j] as number);
    out[i] = a + b + (c + d);
  }
  return out;
}
