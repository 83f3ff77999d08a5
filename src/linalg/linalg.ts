import type { FloatArray, Matrix } from "../core/index.ts";

/** Eigenvalues in ascending order and orthonormal eigenvectors as columns: A = V diag(values) Vᵀ. */
export interface Eigh<R extends string> {
  readonly values: FloatArray;
  readonly vectors: Matrix<R, "components">;
  /** max |A V − V Λ| / max |A|, estimated on seeded probe columns. */
  readonly residual: number;
  /** The precision in which it was computed; "float64" for a float32 input means that the residual check failed in float32. */
  readonly computedIn: "float32" | "float64";
}

/** Thin singular value decomposition, singular values descending: A = U diag(s) Vᵀ. */
export interface Svd<R extends string, C extends string> {
  readonly u: Matrix<R, "components">;
  readonly s: FloatArray;
  readonly v: Matrix<C, "components">;
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
  /** A B. */
  gemm<R extends string, K extends string, C extends string>(
    a: Matrix<R, K>,
    b: Matrix<NoInfer<K>, C>,
  ): Promise<Matrix<R, C>>;
  /** Aᵀ B. */
  gemmTN<R extends string, K extends string, C extends string>(
    a: Matrix<K, R>,
    b: Matrix<NoInfer<K>, C>,
  ): Promise<Matrix<R, C>>;
  /** A Bᵀ.
   * @param into of the result's length and dtype: a backend may write there instead of taking fresh memory. */
  gemmNT<R extends string, K extends string, C extends string>(
    a: Matrix<R, K>,
    b: Matrix<C, NoInfer<K>>,
    into?: FloatArray,
  ): Promise<Matrix<R, C>>;
  /** Aᵀ A, exactly symmetric. */
  syrkTN<R extends string, C extends string>(a: Matrix<R, C>): Promise<Matrix<C, C>>;
  /** A Aᵀ, exactly symmetric. */
  syrkNT<R extends string, C extends string>(a: Matrix<R, C>): Promise<Matrix<R, R>>;
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
  /** Gram matrices of many small blocks. Row t of A holds a block of `height` rows one after the other; row t of `last` is put under
   * it as one more row. Row t of the result is block · blockᵀ in float64, whatever the dtype of A:
   * (height + 1)² numbers, of which only the lower triangle may be read.
   * @throws EncodingError "shape" if A does not have `height` × (columns of `last`) columns. */
  grams<R extends string>(
    a: Matrix<R, string>,
    height: number,
    last: Matrix<R, string>,
  ): Promise<Matrix<R, "pairs">>;
  /** Symmetric eigen-decomposition; float32 results are checked by their residual and recomputed in float64 where it fails. */
  eigh<R extends string>(a: Matrix<R, R>): Promise<Eigh<R>>;
  /** Thin singular value decomposition. */
  svd<R extends string, C extends string>(a: Matrix<R, C>): Promise<Svd<R, C>>;
  /** Release threads and sessions. Pinned libraries stay loaded. */
  close(): Promise<void>;
}
