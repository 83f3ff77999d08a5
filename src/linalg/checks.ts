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
