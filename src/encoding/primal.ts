import {
  allocate,
  dtypeOf,
  type Features,
  type FloatArray,
  type Matrix,
  matrix,
  noSpare,
  takeCols,
  takeRows,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Band } from "./band.ts";
import { columnMeans, subtractRow } from "./center.ts";
import type { Fold } from "./folds.ts";
import { wideProduct } from "./lanes.ts";
import {
  type Active,
  narrow,
  type Problem,
  type Problems,
  rowMeans,
  subtractMeans,
  turn,
} from "./problem.ts";
import { shorten } from "./shorten.ts";

interface PrimalOptions {
  readonly bands: readonly Band[];
  readonly intercept: boolean;
  readonly linalg: Linalg;
}

/** The primal form: D½ XᵀX D½, of the size of the features; D holds the band weights, right sides are XᵀY.
 *
 * Products over all samples are made once and shared: a fold takes away those of the rows that it leaves out.
 * @param X features of all samples; if an intercept is fitted, less their means over all samples. */
export async function primalProblems(
  X: Features,
  folds: readonly Fold[],
  options: PrimalOptions,
): Promise<Problems> {
  const { linalg, intercept } = options;
  const gram = await linalg.syrkTN(X);
  const all = Int32Array.from({ length: X.rows }, (_, i) => i);
  return {
    form: "primal",
    folds: await Promise.all(folds.map((fold) => primalProblem(X, gram, fold, options))),
    whole: await primalProblem(X, gram, { train: all, test: new Int32Array(0) }, options),
    async tile(Y, spare = noSpare) {
      const turned = turn(Y, intercept, spare);
      const memory = spare.need(dtypeOf(Y), Y.cols * X.cols);
      return { Y: turned, cross: await wideProduct(turned, X, linalg, memory) };
    },
  };
}

async function primalProblem(
  X: Features,
  whole: Matrix<"features", "features">,
  { train, test }: Fold,
  { bands, intercept, linalg }: PrimalOptions,
): Promise<Problem> {
  const left = outside(train, X.rows);
  const shared = left !== null && left.length < train.length;
  const rows = shared ? left : train;
  const own = takeRows(X, rows);
  const means = intercept ? columnMeans(takeRows(X, train)) : new Float64Array(X.cols);
  const gram = await linalg.syrkTN(own);
  if (shared) subtractFrom(whole.data, gram.data);
  subtractOuter(gram, means, means, train.length);
  const tested = await shorten(subtractRow(takeRows(X, test), means), linalg);
  const size = X.cols;
  return {
    samples: tested.left.rows,
    size,
    components: (weights) => activeColumns(bands, weights)?.columns.length ?? size,
    system(weights) {
      const active = activeColumns(bands, weights);
      const left = narrow(tested.left, active);
      return { kernel: active === null ? square(gram) : scaledGram(gram, active), left, active, lent: [] };
    },
    async sides({ Y, cross }, spare = noSpare) {
      const memory = (cols: number) => spare.take(dtypeOf(Y), Y.rows * cols);
      const yMeans = intercept ? rowMeans(Y, train) : new Float64Array(Y.rows);
      const taken = takeCols(Y, rows, memory(rows.length));
      const right = await wideProduct(taken, own, linalg, memory(size));
      spare.give(taken.data);
      if (shared) subtractFrom((cross as Matrix).data, right.data);
      subtractOuter(right, yMeans, means, train.length);
      const responses = takeCols(Y, test, memory(test.length));
      if (intercept) subtractMeans(responses, yMeans);
      return {
        right: matrix(["targets", "rows"], Y.rows, size, right.data),
        test: await tested.turn(responses, spare),
        tested: test.length,
      };
    },
    async noise(random, count) {
      const noise = allocate(dtypeOf(X), count * train.length);
      for (let k = 0; k < noise.length; k++) noise[k] = random.normal();
      const centred = subtractRow(takeRows(X, train), means);
      const right = await linalg.gemm(matrix(["targets", "samples"], count, train.length, noise), centred);
      return matrix(["targets", "rows"], count, size, right.data);
    },
  };
}

/** Rows that are not in the list; null if the list names a row twice. */
function outside(list: Int32Array, rows: number): Int32Array | null {
  const inside = new Set(list);
  if (inside.size !== list.length) return null;
  return Int32Array.from(Array.from({ length: rows }, (_, i) => i).filter((i) => !inside.has(i)));
}

/** b ← a − b. */
function subtractFrom(a: FloatArray, b: FloatArray): void {
  for (let k = 0; k < b.length; k++) b[k] = (a[k] as number) - (b[k] as number);
}

/** m ← m − count · x yᵀ. */
function subtractOuter(m: Matrix, x: Float64Array, y: Float64Array, count: number): void {
  for (let i = 0; i < m.rows; i++) {
    const factor = count * (x[i] as number);
    if (factor !== 0)
      for (let j = 0; j < m.cols; j++)
        m.data[i * m.cols + j] = (m.data[i * m.cols + j] as number) - factor * (y[j] as number);
  }
}

/** Null where one band has all the weight: components are the features themselves. */
function activeColumns(bands: readonly Band[], weights: ArrayLike<number>): Active | null {
  if (bands.length === 1 && weights[0] === 1) return null;
  const columns: number[] = [];
  const scale: number[] = [];
  for (const [b, band] of bands.entries()) {
    const weight = weights[b] as number;
    if (weight > 0)
      for (let j = band.from; j < band.to; j++) {
        columns.push(j);
        scale.push(Math.sqrt(weight));
      }
  }
  return { columns: Int32Array.from(columns), scale: Float64Array.from(scale) };
}

function square(gram: Matrix): Matrix<"components", "components"> {
  return matrix(["components", "components"], gram.rows, gram.cols, gram.data);
}

function scaledGram(gram: Matrix, { columns, scale }: Active): Matrix<"components", "components"> {
  const n = columns.length;
  const out = allocate(dtypeOf(gram), n * n);
  for (let i = 0; i < n; i++) {
    const row = (columns[i] as number) * gram.cols;
    const si = scale[i] as number;
    for (let j = 0; j < n; j++)
      out[i * n + j] = (gram.data[row + (columns[j] as number)] as number) * (si * (scale[j] as number));
  }
  return matrix(["components", "components"], n, n, out);
}
