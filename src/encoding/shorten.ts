import {
  allocate,
  dtypeOf,
  type Features,
  type FloatArray,
  type Matrix,
  matrix,
  noSpare,
  type Spare,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";

/** Test rows of a fold, ready to be predicted. */
export interface TestSide {
  /** Predictions are left · weights. */
  readonly left: Matrix<"samples", "rows">;
  /** Bring responses of the test rows to the rows of `left`: squared errors stay what they are.
   * @param spare gets the responses where they are no longer needed. */
  turn(responses: Matrix<"targets", "samples">, spare: Spare): Promise<Matrix<"targets", "samples">>;
}

/** Test rows must be more than features by this factor to be worth shortening. */
const worthwhile = 1.1;

/** Where features are fewer than test rows, predictions only reach a part of the space of these rows: with X = Q R, the error is
 * ‖y − X b‖² = ‖Qᵀy − R b‖² + ‖y − Q Qᵀy‖². So R stands for X and Qᵀy for y, and one more row, of zeros, for what no prediction reaches.
 * @param tested features of the test rows, centred. */
export async function shorten(tested: Features, linalg: Linalg): Promise<TestSide> {
  const { left, reach } = await shortenLeft<"rows">(
    matrix(["samples", "rows"], tested.rows, tested.cols, tested.data),
    linalg,
  );
  return { left, turn: async (y, spare) => (reach === null ? y : reachInto(y, reach, linalg, spare)) };
}

/** The same for what turns components into predictions. @returns Q as `reach`; null where nothing is gained. */
export async function shortenLeft<C extends string>(
  left: Matrix<"samples", C>,
  linalg: Linalg,
): Promise<{ left: Matrix<"samples", C>; reach: Reach | null }> {
  const { rows, cols } = left;
  if (rows < worthwhile * (cols + 1)) return { left, reach: null };
  const { q, r } = await linalg.qr(left);
  const short = allocate(dtypeOf(left), (cols + 1) * cols);
  short.set(r.data);
  return { left: matrix(left.axes, cols + 1, cols, short), reach: q };
}

/** Directions of the test rows that predictions reach. */
export type Reach = Matrix<"samples", "components">;

/** Bring responses to what is reached, and the length of the rest. */
export async function reachInto(
  y: Matrix<"targets", "samples">,
  reach: Reach,
  linalg: Linalg,
  spare: Spare = noSpare,
): Promise<Matrix<"targets", "samples">> {
  const dtype = dtypeOf(y);
  const reached = await linalg.gemm(y, reach, spare.take(dtype, y.rows * reach.cols));
  const out = withRest(y, reached, spare.take(dtype, y.rows * (reach.cols + 1)));
  spare.give(y.data, reached.data);
  return out;
}

/** Put under the reached part of each target the length of the rest. */
function withRest(
  y: Matrix,
  reached: Matrix<"targets", "components">,
  into: FloatArray | undefined,
): Matrix<"targets", "samples"> {
  const n = reached.cols;
  const out = into ?? allocate(dtypeOf(y), y.rows * (n + 1));
  for (let t = 0; t < y.rows; t++) {
    const own = reached.data.subarray(t * n, (t + 1) * n);
    out.set(own, t * (n + 1));
    const rest = sumOfSquares(y.data.subarray(t * y.cols, (t + 1) * y.cols)) - sumOfSquares(own);
    out[t * (n + 1) + n] = Math.sqrt(Math.max(0, rest));
  }
  return matrix(["targets", "samples"], y.rows, n + 1, out);
}

function sumOfSquares(x: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] as number) ** 2;
  return sum;
}
