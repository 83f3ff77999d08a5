import { allocate, dtypeOf, type Matrix, matrix, noSpare, takeCols } from "../core/index.ts";
import { blend } from "./blend.ts";
import { centerKernels } from "./center.ts";
import type { Fold } from "./folds.ts";
import { type Problem, type Problems, rowMeans, rowsOf, subtractMeans, turn } from "./problem.ts";

/** Inner products of samples, (samples × samples) or (test samples × training samples). */
export type Kernel = Matrix<"samples", "kernel">;

/** The dual form: Σ_b w_b K_b, of the size of the samples; right sides are the responses themselves.
 * @param kernels one a band, over all samples. */
export function dualProblems(
  kernels: readonly Kernel[],
  folds: readonly Fold[],
  { intercept }: { intercept: boolean },
): Problems {
  const mixture = mixtureOf(kernels);
  const all = Int32Array.from({ length: kernels[0]?.rows ?? 0 }, (_, i) => i);
  return {
    form: "dual",
    folds: folds.map((fold) => dualProblem(mixture, fold, { intercept, whole: false })),
    whole: dualProblem(mixture, { train: all, test: new Int32Array(0) }, { intercept, whole: true }),
    tile: async (Y, spare = noSpare) => ({ Y: turn(Y, intercept, spare), cross: null }),
  };
}

const noRows: Matrix<"targets", "samples"> = matrix(["targets", "samples"], 0, 0, new Float64Array(0));

/** Targets whose responses stay in the cache while they are centred. */
const targetsAtOnce = 128;

function dualProblem(
  { kernels, share, known }: Mixture,
  { train, test }: Fold,
  { intercept, whole }: { readonly intercept: boolean; readonly whole: boolean },
): Problem {
  return {
    samples: test.length,
    size: train.length,
    components: () => train.length,
    system(weights, spare = noSpare, shared = false) {
      const mixed = shared ? share(weights) : known(weights);
      const given = whole && !intercept ? mixed : undefined;
      const pick = (rows: Int32Array, cols: Int32Array) =>
        mixed ? blend([mixed], [1], rows, cols, spare) : blend(kernels, weights, rows, cols, spare);
      const kernel = given ?? pick(train, train);
      const left = pick(test, train);
      if (intercept) centerKernels(kernel, left, { inPlace: true });
      return {
        kernel: matrix(["components", "components"], kernel.rows, kernel.cols, kernel.data),
        left: matrix(["samples", "components"], left.rows, left.cols, left.data),
        active: null,
        lent: given ? [left.data] : [kernel.data, left.data],
      };
    },
    async sides({ Y }, spare = noSpare) {
      if (whole)
        return { right: matrix(["targets", "rows"], Y.rows, Y.cols, Y.data), test: noRows, tested: 0 };
      const right = matrix(
        ["targets", "rows"],
        Y.rows,
        train.length,
        spare.need(dtypeOf(Y), Y.rows * train.length),
      );
      const tested = matrix(Y.axes, Y.rows, test.length, spare.need(dtypeOf(Y), Y.rows * test.length));
      for (let from = 0; from < Y.rows; from += targetsAtOnce) {
        const to = Math.min(Y.rows, from + targetsAtOnce);
        const [some, own, held] = [rowsOf(Y, from, to), rowsOf(right, from, to), rowsOf(tested, from, to)];
        takeCols(some, train, own.data);
        takeCols(some, test, held.data);
        if (!intercept) continue;
        const means = rowMeans(own, null);
        subtractMeans(own, means);
        subtractMeans(held, means);
      }
      return { right, test: tested, tested: test.length };
    },
    async noise(random, count) {
      const out = allocate(dtypeOf(kernels[0] as Kernel), count * train.length);
      for (let k = 0; k < out.length; k++) out[k] = random.normal();
      return matrix(["targets", "rows"], count, train.length, out);
    },
  };
}

/** Kernels of the bands, and what some weights make of them over all samples. */
interface Mixture {
  readonly kernels: readonly Kernel[];
  /** Σ_b w_b K_b, made where it is not at hand: folds then pick their rows from one matrix. */
  share(weights: ArrayLike<number>): Kernel;
  /** The same if it is at hand. */
  known(weights: ArrayLike<number>): Kernel | undefined;
}

/** Mixtures that are kept: both of a search among two weightings, unless they take more than {@link mixedBytes}; then, and where weightings are many, the last. */
const mostMixed = 2;
const mixedBytes = 256 << 20;

function mixtureOf(kernels: readonly Kernel[]): Mixture {
  const kept = new Map<string, Kernel>();
  const all = Int32Array.from({ length: kernels[0]?.rows ?? 0 }, (_, i) => i);
  const known = (weights: ArrayLike<number>) =>
    kernels.find((_, b) => weights[b] === 1) ?? kept.get(Array.from(weights).join());
  return {
    kernels,
    known,
    share(weights) {
      const found = known(weights);
      if (found) return found;
      const made = blend(kernels, weights, all, all);
      const mixed: Kernel = matrix(["samples", "kernel"], made.rows, made.cols, made.data);
      kept.set(Array.from(weights).join(), mixed);
      const many = kept.size > mostMixed || (kept.size > 1 && kept.size * made.data.byteLength > mixedBytes);
      if (many) kept.delete(kept.keys().next().value as string);
      return mixed;
    },
  };
}
