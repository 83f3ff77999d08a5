import {
  asDtype,
  checkFinite,
  dtypeOf,
  type FloatArray,
  largestFinite,
  type Matrix,
  matrix,
  transpose,
} from "../core/index.ts";
import { checkOperands, checkSquare, checkTall } from "./checks.ts";
import { choleskyFactor, choleskySolve } from "./cholesky.ts";
import { gramSchmidt } from "./gram-schmidt.ts";
import type { Eigh, Qr, Svd } from "./linalg.ts";
import { plainProduct } from "./plain-products.ts";
import { eighResidual } from "./residual.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { thinSvd } from "./thin-svd.ts";

/** Our own decompositions, in float64 whatever the dtype of the input: the default where the machine has no LAPACK. */

/** Solve A X = B by Cholesky. See {@link Linalg}. */
export function ownSolve<R extends string, C extends string>(
  a: Matrix<R, R>,
  b: Matrix<R, C>,
  name = "solveCholesky",
): Matrix<R, C> {
  checkSquare(name, a);
  checkOperands(name, a, b, a.cols, b.rows);
  checkFinite(name, a, "A");
  const x = choleskySolve(choleskyFactor(a.data, a.rows, name), a.rows, b.data, b.cols);
  return matrix(b.axes, b.rows, b.cols, asDtype(x, dtypeOf(b)));
}

/** B (A + ridge I)⁻¹ by Cholesky. See {@link Linalg}. */
export function ownSolveRight<R extends string, C extends string>(
  b: Matrix<R, C>,
  a: Matrix<C, C>,
  ridge: number,
): Matrix<R, C> {
  return transpose(ownSolve(addRidge(a, ridge), transpose(b), "solveRight"));
}

/** A + ridge I, as a copy. */
function addRidge<C extends string>(a: Matrix<C, C>, ridge: number): Matrix<C, C> {
  const data = a.data.slice() as FloatArray;
  for (let i = 0; i < a.rows; i++) data[i * a.cols + i] = (data[i * a.cols + i] as number) + ridge;
  return matrix(a.axes, a.rows, a.cols, data);
}

/** Symmetric eigen-decomposition. See {@link Linalg}. */
export async function ownEigh<R extends string>(a: Matrix<R, R>): Promise<Eigh<R>> {
  checkSquare("eigh", a);
  const largest = largestFinite("eigh", a, "A");
  const n = a.rows;
  const { values, rows } = symmetricEigen(a.data, n);
  const vectors = matrix(["components", a.axes[0]] as const, n, n, asDtype(rows, dtypeOf(a)));
  const result = { values: asDtype(values, dtypeOf(a)), vectors };
  const residual = await eighResidual(a, result.values, vectors, largest, (m, x, transposed) =>
    plainProduct(transposed ? transpose(m) : m, x),
  );
  return { ...result, residual, computedIn: "float64" };
}

/** Q and R by modified Gram-Schmidt, every column taken twice. See {@link Linalg}. */
export function ownQr<R extends string, C extends string>(a: Matrix<R, C>): Qr<R, C> {
  checkTall("qr", a);
  checkFinite("qr", a, "A");
  const [m, n] = [a.rows, a.cols];
  const { columns, factors } = gramSchmidt(Float64Array.from(transpose(a).data), m, n);
  const q = transpose(matrix(["components", a.axes[0]] as const, n, m, asDtype(columns, dtypeOf(a))));
  return { q, r: matrix(["components", a.axes[1]] as const, n, n, asDtype(factors, dtypeOf(a))) };
}

/** Thin singular value decomposition. See {@link Linalg}. */
export function ownSvd<R extends string, C extends string>(a: Matrix<R, C>): Svd<R, C> {
  checkFinite("svd", a, "A");
  if (a.rows < a.cols) {
    const { u, s, v } = ownSvd(transpose(a));
    return { u: v, s, v: u };
  }
  const { left, right, s } = thinSvd(a.data, a.rows, a.cols);
  return {
    u: transpose(matrix(["components", a.axes[0]] as const, a.cols, a.rows, asDtype(left, dtypeOf(a)))),
    s: asDtype(s, dtypeOf(a)),
    v: transpose(matrix(["components", a.axes[1]] as const, a.cols, a.cols, asDtype(right, dtypeOf(a)))),
  };
}
