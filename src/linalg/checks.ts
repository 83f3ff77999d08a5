import { dtypeOf, EncodingError, type Matrix, shapeOf } from "../core/index.ts";

/** Refuse operands whose inner sizes or dtypes differ.
 * @throws EncodingError "shape" | "option". */
export function checkOperands(name: string, a: Matrix, b: Matrix, innerA: number, innerB: number): void {
  if (innerA !== innerB)
    throw new EncodingError("shape", `${name}: inner sizes must agree; got ${shapeOf(a)} and ${shapeOf(b)}.`);
  if (dtypeOf(a) !== dtypeOf(b))
    throw new EncodingError(
      "option",
      `${name}: both operands need one dtype; got ${dtypeOf(a)} and ${dtypeOf(b)}.`,
    );
}

/** Refuse what is not square.
 * @throws EncodingError "shape". */
export function checkSquare(name: string, a: Matrix): void {
  if (a.rows !== a.cols)
    throw new EncodingError("shape", `${name}: the matrix must be square; got ${shapeOf(a)}.`);
}

/** Refuse blocks that do not fit their last rows.
 * @throws EncodingError "shape". */
export function checkBlocks(a: Matrix, height: number, last: Matrix): void {
  if (!(height >= 0) || a.cols !== height * last.cols || a.rows !== last.rows)
    throw new EncodingError(
      "shape",
      `grams: needs blocks of ${height} × ${last.cols} in each row; got ${shapeOf(a)} and ${shapeOf(last)}.`,
    );
  checkOperands("grams", a, last, a.rows, last.rows);
}

/** The error for a Cholesky factorisation that met a pivot that is not positive. */
export function notPositive(name: string, pivot: number, n: number): EncodingError {
  return new EncodingError(
    "numeric",
    `${name}: the matrix is not positive definite; pivot ${pivot} of ${n} fails. Add a ridge to the diagonal.`,
    { pivot },
  );
}
