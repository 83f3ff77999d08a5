import { allocate, dtypeOf, type Features, type Matrix, matrix } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";

/** Test rows of a fold, ready to be predicted. */
export interface TestSide {
  /** Predictions are left · weights. */
  readonly left: Matrix<"samples", "rows">;
  /** Bring responses of the test rows to the rows of `left`: squared errors stay what they are. */
  turn(responses: Matrix<"targets", "samples">): Promise<Matrix<"targets", "samples">>;
}

/** Test rows must be more than features by this factor to be worth shortening. */
const worthwhile = 1.1;

/** Where features are fewer than test rows, predictions only reach a part of the space of these rows: with X = Q R, the error is
 * ‖y − X b‖² = ‖Qᵀy − R b‖² + ‖y − Q Qᵀy‖². So R stands for X and Qᵀy for y, and one more row, of zeros, for what no prediction reaches.
 * @param tested features of the test rows, centred. */
export async function shorten(tested: Features, linalg: Linalg): Promise<TestSide> {
  const { rows, cols } = tested;
  if (rows < worthwhile * (cols + 1))
    return { left: matrix(["samples", "rows"], rows, cols, tested.data), turn: async (y) => y };
  const { q, r } = await linalg.qr(tested);
  const left = allocate(dtypeOf(tested), (cols + 1) * cols);
  left.set(r.data);
  return {
    left: matrix(["samples", "rows"], cols + 1, cols, left),
    turn: async (y) => withRest(y, await linalg.gemm(y, q)),
  };
}

/** Put under the reached part of each target the length of the rest. */
function withRest(y: Matrix, reached: Matrix<"targets", "components">): Matrix<"targets", "samples"> {
  const n = reached.cols;
  const out = allocate(dtypeOf(y), y.rows * (n + 1));
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
