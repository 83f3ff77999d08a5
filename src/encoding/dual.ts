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
  const all = Int32Array.from({ length: kernels[0]?.rows ?? 0 }, (_, i) => i);
  return {
    form: "dual",
    folds: folds.map((fold) => dualProblem(kernels, fold, { intercept, whole: false })),
    whole: dualProblem(kernels, { train: all, test: new Int32Array(0) }, { intercept, whole: true }),
    tile: async (Y, spare = noSpare) => ({ Y: turn(Y, intercept, spare), cross: null }),
  };
}

/** Targets whose responses stay in the cache while they are centred. */
const targetsAtOnce = 128;

function dualProblem(
  kernels: readonly Kernel[],
  { train, test }: Fold,
  { intercept, whole }: { readonly intercept: boolean; readonly whole: boolean },
): Problem {
  return {
    samples: test.length,
    size: train.length,
    components: () => train.length,
    system(weights, spare = noSpare) {
      const given = whole && !intercept ? onlyOne(kernels, weights) : undefined;
      const kernel = given ?? blend(kernels, weights, train, train, spare);
      const left = blend(kernels, weights, test, train, spare);
      if (intercept) centerKernels(kernel, left, { inPlace: true });
      return {
        kernel: matrix(["components", "components"], kernel.rows, kernel.cols, kernel.data),
        left: matrix(["samples", "components"], left.rows, left.cols, left.data),
        active: null,
        lent: given ? [left.data] : [kernel.data, left.data],
      };
    },
    async sides({ Y }, spare = noSpare) {
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

/** The kernel that has all the weight, if there is one. */
function onlyOne(kernels: readonly Kernel[], weights: ArrayLike<number>): Kernel | undefined {
  return kernels.find((_, b) => weights[b] === 1);
}
