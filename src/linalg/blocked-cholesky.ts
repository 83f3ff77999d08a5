import { allocate, asDtype, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { notPositive } from "./checks.ts";

/** A Bᵀ or A B of plain row-major blocks, made by whatever multiplies fastest here. */
export type Multiply = (a: Matrix, b: Matrix, transposed: "none" | "second") => Promise<Matrix>;

const width = 96;

/** A Cholesky factor in blocks: L, row-major, with the inverses of its diagonal blocks. */
interface Factor {
  readonly n: number;
  readonly l: Matrix;
  readonly inverses: readonly Matrix[];
}

/** B (A + ridge I)⁻¹ with nearly all the work in products of blocks; only diagonal blocks are factorised by plain loops, in float64.
 * @throws EncodingError "numeric" naming the pivot that fails. @source Golub and Van Loan, Matrix Computations, 4.2 (block gaxpy). */
export async function solveRightInBlocks<R extends string, C extends string>(
  b: Matrix<R, C>,
  a: Matrix<C, C>,
  ridge: number,
  multiply: Multiply,
): Promise<Matrix<R, C>> {
  const factor = await factorise(a, ridge, multiply);
  const out = matrix(b.axes, b.rows, b.cols, b.data.slice() as FloatArray);
  const blocks = factor.inverses.length;
  for (let k = 0; k < blocks; k++) await forward(out, factor, k, multiply);
  for (let k = blocks - 1; k >= 0; k--) await backward(out, factor, k, multiply);
  return out;
}

async function factorise(a: Matrix, ridge: number, multiply: Multiply): Promise<Factor> {
  const n = a.rows;
  const l = matrix(a.axes, n, n, allocate(dtypeOf(a), n * n));
  const inverses: Matrix[] = [];
  for (let from = 0; from < n; from += width) {
    const to = Math.min(n, from + width);
    const panel = cut(a, from, n, from, to);
    for (let i = 0; i < to - from; i++)
      panel.data[i * panel.cols + i] = (panel.data[i * panel.cols + i] as number) + ridge;
    if (from > 0)
      subtract(panel, await multiply(cut(l, from, n, 0, from), cut(l, from, to, 0, from), "second"));
    const { factor, inverse } = factoriseBlock(panel, to - from, from, n);
    inverses.push(inverse);
    paste(l, factor, from, from);
    if (to < n)
      paste(l, await multiply(cut(panel, to - from, n - from, 0, to - from), inverse, "second"), to, from);
  }
  return { n, l, inverses };
}

/** Y_k = (B_k − Σ_{j<k} Y_j L_kjᵀ) L_kk⁻ᵀ */
async function forward(x: Matrix, { n, l, inverses }: Factor, k: number, multiply: Multiply): Promise<void> {
  const from = k * width;
  const to = Math.min(n, from + width);
  const own = cut(x, 0, x.rows, from, to);
  if (from > 0)
    subtract(own, await multiply(cut(x, 0, x.rows, 0, from), cut(l, from, to, 0, from), "second"));
  paste(x, await multiply(own, inverses[k] as Matrix, "second"), 0, from);
}

/** X_k = (Y_k − Σ_{j>k} X_j L_jk) L_kk⁻¹ */
async function backward(x: Matrix, { n, l, inverses }: Factor, k: number, multiply: Multiply): Promise<void> {
  const from = k * width;
  const to = Math.min(n, from + width);
  const own = cut(x, 0, x.rows, from, to);
  if (to < n) subtract(own, await multiply(cut(x, 0, x.rows, to, n), cut(l, to, n, from, to), "none"));
  paste(x, await multiply(own, inverses[k] as Matrix, "none"), 0, from);
}

/** Factor and its inverse of the leading size × size block of a panel. */
function factoriseBlock(
  panel: Matrix,
  size: number,
  offset: number,
  n: number,
): { factor: Matrix; inverse: Matrix } {
  const l = new Float64Array(size * size);
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = panel.data[i * panel.cols + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * size + k] as number) * (l[j * size + k] as number);
      if (i !== j) l[i * size + j] = sum / (l[j * size + j] as number);
      else if (sum > 0) l[i * size + i] = Math.sqrt(sum);
      else throw notPositive("solveRight", offset + i, n);
    }
  }
  for (let i = 0; i < size; i++) {
    const pivot = l[i * size + i] as number;
    for (let k = 0; k < i; k++) {
      const factor = l[i * size + k] as number;
      for (let j = 0; j <= k; j++)
        inverse[i * size + j] =
          (inverse[i * size + j] as number) - factor * (inverse[k * size + j] as number);
    }
    for (let j = 0; j < i; j++) inverse[i * size + j] = (inverse[i * size + j] as number) / pivot;
    inverse[i * size + i] = 1 / pivot;
  }
  return { factor: like(panel, l, size), inverse: like(panel, inverse, size) };
}

function like(m: Matrix, numbers: FloatArray, size: number): Matrix {
  return matrix(m.axes, size, size, asDtype(numbers, dtypeOf(m)));
}

function cut(m: Matrix, top: number, bottom: number, left: number, right: number): Matrix {
  const cols = right - left;
  const out = allocate(dtypeOf(m), (bottom - top) * cols);
  for (let i = top; i < bottom; i++)
    out.set(m.data.subarray(i * m.cols + left, i * m.cols + right), (i - top) * cols);
  return matrix(m.axes, bottom - top, cols, out);
}

function paste(to: Matrix, part: Matrix, top: number, left: number): void {
  for (let i = 0; i < part.rows; i++)
    to.data.set(part.data.subarray(i * part.cols, (i + 1) * part.cols), (top + i) * to.cols + left);
}

function subtract(from: Matrix, other: Matrix): void {
  for (let k = 0; k < from.data.length; k++)
    from.data[k] = (from.data[k] as number) - (other.data[k] as number);
}
