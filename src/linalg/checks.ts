import { dtypeOf, EncodingError, type Matrix, shapeOf } from "../core/index.ts";
import type { Columns } from "./linalg.ts";
import { packedLength } from "./packed.ts";

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

/** Refuse columns that a matrix has not.
 * @throws EncodingError "range". */
export function checkColumns(name: string, a: Matrix, columns: Columns): Columns {
  const { from, to } = columns;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= a.cols))
    throw new EncodingError("range", `${name}: columns [${from}, ${to}) are not within ${shapeOf(a)}.`);
  return columns;
}

/** Refuse what is not square.
 * @throws EncodingError "shape". */
export function checkSquare(name: string, a: Matrix): void {
  if (a.rows !== a.cols)
    throw new EncodingError("shape", `${name}: the matrix must be square; got ${shapeOf(a)}.`);
}

/** Refuse predictors that do not fit A, blocks that are not whole, or sums of another number.
 * @returns number of blocks, the last row with them. @throws EncodingError "shape" | "option". */
export function checkBlocks(sums: Matrix, a: Matrix, b: Matrix, last: Matrix): number {
  checkOperands("addGrams", a, b, a.cols, b.cols);
  checkOperands("addGrams", a, last, a.rows, last.rows);
  checkOperands("addGrams", a, sums, a.rows, sums.rows);
  const n = (last.cols === 0 ? 0 : b.rows / last.cols) + 1;
  if (!Number.isInteger(n) || sums.cols !== packedLength(n))
    throw new EncodingError(
      "shape",
      `addGrams: B must hold whole blocks of ${last.cols} rows, and sums one number for every two blocks, the last among them; got ${shapeOf(b)} and sums ${shapeOf(sums)}.`,
    );
  return n;
}

/** Refuse a matrix with more columns than rows.
 * @throws EncodingError "shape". */
export function checkTall(name: string, a: Matrix): void {
  if (a.cols > a.rows)
    throw new EncodingError("shape", `${name}: needs at least as many rows as columns; got ${shapeOf(a)}.`);
}

/** The error for a Cholesky factorisation that met a pivot that is not positive. */
export function notPositive(name: string, pivot: number, n: number): EncodingError {
  return new EncodingError(
    "numeric",
    `${name}: the matrix is not positive definite; pivot ${pivot} of ${n} fails. Add a ridge to the diagonal.`,
    { pivot },
  );
}
