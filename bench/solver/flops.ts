import { allocate, type Dtype, type FloatArray, type Matrix, matrix } from "../../src/core/index.ts";
import type { Columns, Linalg } from "../../src/linalg/index.ts";
import { median } from "./agreement.ts";

/** Matrices that were taken apart: how many of each size and dtype, "n dtype". */
type Sizes = Map<string, number>;

/** Work that was asked of a backend. Multiplications and additions both count. */
export interface Tally {
  /** Products, triangular solutions and Cholesky factors. Decompositions of other kinds are not counted. */
  flops: number;
  /** Of those, Cholesky factors: n³ / 3 each; none for systems that a backend solves together. */
  factorFlops: number;
  /** Cholesky factors by size. */
  readonly factors: Sizes;
  /** Eigen-, singular value and QR decompositions: their flops are not counted. */
  decompositions: number;
  /** Of those, symmetric eigen-decompositions by size. */
  readonly eigh: Sizes;
  /** Seconds of each routine, calls that ran side by side added up. */
  readonly seconds: Map<string, number>;
  /** Seconds in which at least one call was under way. */
  busy: number;
}

/** The same backend, counting what it is asked for. */
export function countFlops(linalg: Linalg): { readonly linalg: Linalg; readonly tally: Tally } {
  const tally: Tally = {
    flops: 0,
    factorFlops: 0,
    factors: new Map(),
    decompositions: 0,
    eigh: new Map(),
    seconds: new Map(),
    busy: 0,
  };
  let under = 0;
  let since = 0;
  const timed = async <T>(name: string, flops: number, call: () => Promise<T>): Promise<T> => {
    tally.flops += flops;
    const start = performance.now();
    if (under++ === 0) since = start;
    try {
      return await call();
    } finally {
      const end = performance.now();
      tally.seconds.set(name, (tally.seconds.get(name) ?? 0) + (end - start) / 1000);
      if (--under === 0) tally.busy += (end - since) / 1000;
    }
  };
  const note = (sizes: Sizes, a: Matrix) => sizes.set(sizeOf(a), (sizes.get(sizeOf(a)) ?? 0) + 1);
  const factor = (a: Matrix) => {
    note(tally.factors, a);
    tally.factorFlops += a.rows ** 3 / 3;
    return a.rows ** 3 / 3;
  };
  /** What is solved together has no factor of its own. */
  const oneOfMany = linalg.together > 1 ? (a: Matrix) => a.rows ** 3 / 3 : factor;
  const counted: Linalg = {
    ...linalg,
    gemm: (a, b, into, columns) =>
      timed("gemm", 2 * a.rows * a.cols * widthOf(b, columns), () => linalg.gemm(a, b, into, columns)),
    gemmTN: (a, b) => timed("gemmTN", 2 * a.rows * a.cols * b.cols, () => linalg.gemmTN(a, b)),
    gemmNT: (a, b, into) => timed("gemmNT", 2 * a.rows * a.cols * b.rows, () => linalg.gemmNT(a, b, into)),
    gemmTT: (a, b, into, columns) =>
      timed("gemmTT", 2 * a.rows * widthOf(a, columns) * b.rows, () => linalg.gemmTT(a, b, into, columns)),
    syrkTN: (a) => timed("syrkTN", a.cols * (a.cols + 1) * a.rows, () => linalg.syrkTN(a)),
    syrkNT: (a, columns) =>
      timed("syrkNT", a.rows * (a.rows + 1) * widthOf(a, columns), () => linalg.syrkNT(a, columns)),
    solveCholesky: (a, b) =>
      timed("solveCholesky", factor(a) + 2 * a.rows ** 2 * b.cols, () => linalg.solveCholesky(a, b)),
    solveRight: (b, a, ridge) =>
      timed("solveRight", factor(a) + 2 * a.rows ** 2 * b.rows, () => linalg.solveRight(b, a, ridge)),
    solveRights: (sides, a) =>
      timed(
        "solveRights",
        sides.reduce((sum, { b }) => sum + oneOfMany(a) + 2 * a.rows ** 2 * b.rows, 0),
        () => linalg.solveRights(sides, a),
      ),
    addGrams: (sums, a, b, last, factor) =>
      timed("addGrams", 2 * a.rows * b.cols * b.rows + 2 * sums.rows * sums.cols * last.cols, () =>
        linalg.addGrams(sums, a, b, last, factor),
      ),
    qr: (a) => timed("qr", 0 * tally.decompositions++, () => linalg.qr(a)),
    eigh(a, into) {
      note(tally.eigh, a);
      return timed("eigh", 0 * tally.decompositions++, () => linalg.eigh(a, into));
    },
    svd: (a) => timed("svd", 0 * tally.decompositions++, () => linalg.svd(a)),
  };
  return { linalg: counted, tally };
}

function widthOf(m: Matrix, columns?: Columns): number {
  return columns === undefined ? m.cols : columns.to - columns.from;
}

/** Seconds by the clock, and CPU seconds of all threads. */
export interface Seconds {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** The first matrix of each size that a fit has eigen-decomposed: it is done again until all have come. Copied then, not when it was timed: what it decomposes is written
 * over later. */
export async function copyDecomposed(
  linalg: Linalg,
  { eigh }: Tally,
  fit: (linalg: Linalg) => Promise<unknown>,
): Promise<Map<string, Matrix<"i", "i">>> {
  const copies = new Map<string, Matrix<"i", "i">>();
  if (eigh.size === 0) return copies;
  const enough = new Error("copyDecomposed: all sizes have come.");
  const copying: Linalg = {
    ...linalg,
    async eigh(a, into) {
      const size = sizeOf(a);
      if (!copies.has(size))
        copies.set(size, matrix(["i", "i"], a.rows, a.cols, a.data.slice() as FloatArray));
      if (copies.size === eigh.size) throw enough;
      return linalg.eigh(a, into);
    },
  };
  try {
    await fit(copying);
  } catch (error) {
    if (error !== enough) throw error;
  }
  return copies;
}

/** How fast the machine is at what a fit was made of. */
export interface Speed {
  /** Flops a second of square products, as many side by side as the backend runs, by the clock. */
  readonly rate: number;
  /** The same by CPU seconds over threads, which other programs on the machine disturb less. */
  readonly cpuRate: number;
  /** What the counted Cholesky factors take by themselves, as many side by side. */
  readonly factors: Seconds;
  /** What the counted eigen-decompositions take. */
  readonly eigh: Seconds;
}

/** Measure products, factors and decompositions in turn, several times over: the median of each is taken by the clock and by CPU seconds, since a fit that takes seconds
 * does not meet the machine at its best either. A factor takes as long for any matrix, an eigen-decomposition does not.
 * @param decomposed one matrix of each size, from {@link copyDecomposed}. @param n rows and columns of each factor of a product. @param threads that the backend was opened
 * with. */
export async function measureSpeed(
  linalg: Linalg,
  dtype: Dtype,
  { factors, eigh }: Tally,
  decomposed: ReadonlyMap<string, Matrix<"i", "i">>,
  { n = 2000, tries = 4, threads = 1 } = {},
): Promise<Speed> {
  const flops = 2 * n ** 3 * linalg.parallel;
  const filled = () => matrix(["i", "i"] as const, n, n, allocate(dtype, n * n).fill(0.5));
  const [a, b] = [filled(), filled()];
  const memory = Array.from({ length: linalg.parallel }, () => allocate(dtype, n * n).fill(0));
  const product = stopwatch(linalg.parallel, (k) => linalg.gemmNT(a, b, memory[k]));
  const factor = [...factors].map(([size, count]) => {
    const kernel = anyKernel(size);
    const one = matrix(["one", "i"], 1, kernel.rows, kernel.data.slice(0, kernel.rows) as FloatArray);
    return { count, run: stopwatch(linalg.parallel, () => linalg.solveRight(one, kernel, 1)) };
  });
  const decomposition = [...eigh].map(([size, count]) => {
    const kernel = decomposed.get(size) as Matrix<"i", "i">;
    return { count, run: stopwatch(linalg.parallel, () => linalg.eigh(kernel)) };
  });
  for (let k = 0; k < tries; k++) {
    for (let twice = 0; twice < 2; twice++) await product.once();
    for (const { run } of [...factor, ...decomposition]) await run.once();
  }
  const { seconds, cpuSeconds } = product.median();
  return {
    rate: flops / seconds,
    cpuRate: (flops * threads) / cpuSeconds,
    factors: sumOf(factor, linalg.parallel),
    eigh: sumOf(decomposition, linalg.parallel),
  };
}

/** Times calls side by side. */
function stopwatch(parallel: number, call: (k: number) => Promise<unknown>) {
  const seen: Seconds[] = [];
  return {
    async once(): Promise<void> {
      const cpu = process.cpuUsage();
      const start = performance.now();
      await Promise.all(Array.from({ length: parallel }, (_, k) => call(k)));
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      seen.push({ seconds, cpuSeconds: (user + system) / 1e6 });
    },
    median: (): Seconds => ({
      seconds: median(seen.map((one) => one.seconds)),
      cpuSeconds: median(seen.map((one) => one.cpuSeconds)),
    }),
  };
}

function sumOf(
  timed: readonly { readonly count: number; readonly run: ReturnType<typeof stopwatch> }[],
  parallel: number,
): Seconds {
  let [seconds, cpuSeconds] = [0, 0];
  for (const { count, run } of timed) {
    const one = run.median();
    seconds += (count * one.seconds) / parallel;
    cpuSeconds += (count * one.cpuSeconds) / parallel;
  }
  return { seconds, cpuSeconds };
}

/** A positive definite matrix of a size. */
function anyKernel(size: string): Matrix<"i", "i"> {
  const [rows, dtype] = size.split(" ") as [string, Dtype];
  const n = Number(rows);
  const data = allocate(dtype, n * n).fill(0.5);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return matrix(["i", "i"], n, n, data);
}

/** "n dtype". */
function sizeOf({ rows, data }: Matrix): string {
  return `${rows} ${data instanceof Float32Array ? "float32" : "float64"}`;
}
