import type { FloatArray, Matrix } from "../core/index.ts";

/** Eigenvalues in ascending order and orthonormal eigenvectors as rows: A = Vᵀ diag(values) V. */
export interface Eigh<R extends string> {
  readonly values: FloatArray;
  readonly vectors: Matrix<"components", R>;
  /** max |A Vᵀ − Vᵀ Λ| / max |A|, estimated on seeded probe columns. */
  readonly residual: number;
  /** The precision in which it was computed; "float64" for a float32 input means that the residual check failed in float32. */
  readonly computedIn: "float32" | "float64";
}

/** A = Q R: thin Q, square R. */
export interface Qr<R extends string, C extends string> {
  readonly q: Matrix<R, "components">;
  readonly r: Matrix<"components", C>;
}

/** Thin singular value decomposition, singular values descending: A = U diag(s) Vᵀ. */
export interface Svd<R extends string, C extends string> {
  readonly u: Matrix<R, "components">;
  readonly s: FloatArray;
  readonly v: Matrix<C, "components">;
}

/** Columns [from, to) of a matrix. */
export interface Columns {
  readonly from: number;
  readonly to: number;
}

/** A right side and the ridge that it is solved under. */
export interface Ridged<R extends string, C extends string> {
  readonly b: Matrix<R, C>;
  readonly ridge: number;
}

/** Products and decompositions on row-major matrices, behind one interface.
 * Both operands of a call have the same dtype; the result has it too. Operands are never changed.
 * Calls are asynchronous, so that a backend may work in another thread. */
export interface Linalg {
  readonly name: "openblas" | "accelerate" | "onnx" | "reference";
  /** What exactly was found, for the manifest, e.g. "OpenBLAS 0.3.21 pthread" or "ONNX Runtime 1.30.0". */
  readonly version: string;
  /** Calls that run side by side when several are under way; 1 where each call uses all the threads it was given. */
  readonly parallel: number;
  /** Systems of {@link Linalg.solveRights} that together cost far less than one by one; 1 where nothing is gained. */
  readonly together: number;
  /** A symmetric eigen-decomposition of size n takes as long as solving so many systems of that size. */
  decomposition(n: number): number;
  /** Numbers that solving systems of size n takes, beyond operands, results and what LAPACK takes. */
  workspace(n: number): number;
  /** A B.
   * @param into of the result's length and dtype: a backend may write there instead of taking fresh memory.
   * @param columns of B that take part; default all. */
  gemm<R extends string, K extends string, C extends string>(
    a: Matrix<R, K>,
    b: Matrix<NoInfer<K>, C>,
    into?: FloatArray,
    columns?: Columns,
  ): Promise<Matrix<R, C>>;
  /** Aᵀ B. */
  gemmTN<R extends string, K extends string, C extends string>(
    a: Matrix<K, R>,
    b: Matrix<NoInfer<K>, C>,
  ): Promise<Matrix<R, C>>;
  /** A Bᵀ. @param into as in `gemm`. */
  gemmNT<R extends string, K extends string, C extends string>(
    a: Matrix<R, K>,
    b: Matrix<C, NoInfer<K>>,
    into?: FloatArray,
  ): Promise<Matrix<R, C>>;
  /** Aᵀ Bᵀ. @param into as in `gemm`. @param columns of A that take part; default all. */
  gemmTT<R extends string, K extends string, C extends string>(
    a: Matrix<K, R>,
    b: Matrix<C, NoInfer<K>>,
    into?: FloatArray,
    columns?: Columns,
  ): Promise<Matrix<R, C>>;
  /** Aᵀ A, exactly symmetric. */
  syrkTN<R extends string, C extends string>(a: Matrix<R, C>): Promise<Matrix<C, C>>;
  /** A Aᵀ, exactly symmetric. @param columns of A that take part; default all. */
  syrkNT<R extends string, C extends string>(a: Matrix<R, C>, columns?: Columns): Promise<Matrix<R, R>>;
  /** Solve A X = B for symmetric positive definite A.
   * @throws EncodingError "numeric" if A is not positive definite, naming the first bad pivot. */
  solveCholesky<R extends string, C extends string>(
    a: Matrix<R, R>,
    b: Matrix<NoInfer<R>, C>,
  ): Promise<Matrix<R, C>>;
  /** B (A + ridge I)⁻¹ for symmetric positive definite A + ridge I, by Cholesky: rows of B are solved for, nothing is transposed.
   * @throws EncodingError "numeric" if A + ridge I is not positive definite, naming the first bad pivot. */
  solveRight<R extends string, C extends string>(
    b: Matrix<R, C>,
    a: Matrix<NoInfer<C>, NoInfer<C>>,
    ridge?: number,
  ): Promise<Matrix<R, C>>;
  /** {@link Linalg.solveRight} for several ridges and right sides.
   * @returns in order; null where A + ridge I is not positive definite. */
  solveRights<R extends string, C extends string>(
    sides: readonly Ridged<R, C>[],
    a: Matrix<NoInfer<C>, NoInfer<C>>,
  ): Promise<(Matrix<R, C> | null)[]>;
  /** Inner products among many predictions of each target: row t of A Bᵀ holds blocks of as many numbers as `last` has columns, one a
   * prediction; row t of `last`, what was to be predicted, is one block more. Row t of the result is row t of `sums` plus `factor` times
   * the inner products of every two blocks: a symmetric matrix, packed as {@link packedIndex} says.
   * @param sums may be overwritten: go on with the result.
   * @throws EncodingError "shape" if blocks are not whole, or `sums` has not their number. */
  addGrams<R extends string, K extends string>(
    sums: Matrix<R, "sums">,
    a: Matrix<R, K>,
    b: Matrix<string, NoInfer<K>>,
    last: Matrix<R, string>,
    factor: number,
  ): Promise<Matrix<R, "sums">>;
  /** A = Q R with orthonormal columns in Q and an upper triangular R, for a matrix that has no more columns than rows. Where a column
   * depends on those before it, that column of Q may be 0.
   * @throws EncodingError "shape" if there are more columns than rows. */
  qr<R extends string, C extends string>(a: Matrix<R, C>): Promise<Qr<R, C>>;
  /** Symmetric eigen-decomposition; float32 results are checked by their residual and recomputed in float64 where it fails.
   * @param into for the eigenvectors, as in `gemm`. */
  eigh<R extends string>(a: Matrix<R, R>, into?: FloatArray): Promise<Eigh<R>>;
  /** Thin singular value decomposition. */
  svd<R extends string, C extends string>(a: Matrix<R, C>): Promise<Svd<R, C>>;
  /** Release threads and sessions. Pinned libraries stay loaded. */
  close(): Promise<void>;
}
