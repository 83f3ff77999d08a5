import {
  allocate,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  noSpare,
  type Spare,
  takeCols,
  takeRows,
} from "../core/index.ts";
import { centerKernels } from "./center.ts";
import type { Fold } from "./folds.ts";
import { type Problem, type Problems, rowMeans, subtractMeans, turn } from "./problem.ts";

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
    folds: folds.map((fold) => dualProblem(kernels, fold, intercept)),
    whole: dualProblem(kernels, { train: all, test: new Int32Array(0) }, intercept),
    tile: async (Y) => ({ Y: turn(Y, intercept), cross: null }),
  };
}

function dualProblem(kernels: readonly Kernel[], { train, test }: Fold, intercept: boolean): Problem {
  let made: { readonly train: Matrix; readonly test: Matrix }[] | undefined; // only where systems are asked for
  const parts = () => {
    made ??= kernels.map((kernel) => {
      const own = { train: takeKernel(kernel, train, train), test: takeKernel(kernel, test, train) };
      return intercept ? centerKernels(own.train, own.test) : own;
    });
    return made;
  };
  return {
    samples: test.length,
    size: train.length,
    system(weights, spare = noSpare) {
      const kernel = blend(
        parts().map((part) => part.train),
        weights,
        spare,
      );
      const left = blend(
        parts().map((part) => part.test),
        weights,
        spare,
      );
      const given = new Set(parts().flatMap((part) => [part.train.data, part.test.data]));
      return {
        kernel: matrix(["components", "components"], kernel.rows, kernel.cols, kernel.data),
        left: matrix(["samples", "components"], left.rows, left.cols, left.data),
        active: null,
        lent: [kernel.data, left.data].filter((data) => !given.has(data)),
      };
    },
    async sides({ Y }, spare = noSpare) {
      const right = takeCols(Y, train, spare.take(dtypeOf(Y), Y.rows * train.length));
      const tested = takeCols(Y, test, spare.take(dtypeOf(Y), Y.rows * test.length));
      if (intercept) {
        const means = rowMeans(right, null);
        subtractMeans(right, means);
        subtractMeans(tested, means);
      }
      return {
        right: matrix(["targets", "rows"], right.rows, right.cols, right.data),
        test: tested,
        tested: test.length,
      };
    },
    release() {
      made = undefined;
    },
    async noise(random, count) {
      const out = allocate(dtypeOf(kernels[0] as Kernel), count * train.length);
      for (let k = 0; k < out.length; k++) out[k] = random.normal();
      return matrix(["targets", "rows"], count, train.length, out);
    },
  };
}

/** Rows and columns of a kernel, picked by index. */
export function takeKernel(kernel: Matrix, rows: Int32Array, cols: Int32Array): Kernel {
  const picked = takeCols(takeRows(kernel, rows), cols);
  return matrix(["samples", "kernel"], rows.length, cols.length, picked.data);
}

/** Σ_b w_b K_b; the kernel itself where there is one, of weight 1. */
export function blend(
  kernels: readonly Matrix[],
  weights: ArrayLike<number>,
  spare: Spare = noSpare,
): Matrix {
  const first = kernels[0] as Matrix;
  const taking = kernels.flatMap((kernel, b) =>
    (weights[b] as number) > 0 ? [{ data: kernel.data, weight: weights[b] as number }] : [],
  );
  if (taking.length === 1 && taking[0]?.weight === 1)
    return matrix(first.axes, first.rows, first.cols, taking[0].data);
  const { length } = first.data;
  const out = spare.take(dtypeOf(first), length) ?? allocate(dtypeOf(first), length);
  const [one, two, ...more] = taking;
  if (one) setSum(out, one, two ?? { ...one, weight: 0 });
  else out.fill(0);
  for (const scaled of more) addScaled(out, scaled);
  return matrix(first.axes, first.rows, first.cols, out);
}

interface Scaled {
  readonly data: FloatArray;
  readonly weight: number;
}

/** sum ← weight · data of both: one walk through memory. */
function setSum(sum: FloatArray, one: Scaled, two: Scaled): void {
  const { data: a, weight: v } = one;
  const { data: b, weight: w } = two;
  for (let i = 0; i < sum.length; i++) sum[i] = v * (a[i] as number) + w * (b[i] as number);
}

/** sum ← sum + weight · data. */
function addScaled(sum: FloatArray, { data, weight }: Scaled): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (data[i] as number);
}
