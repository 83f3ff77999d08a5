import {
  checkSameRows,
  EncodingError,
  type Features,
  type Matrix,
  matrix,
  stackCols,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";

/** How much of one feature space another holds: the share of A's variance that B predicts linearly, in sample, mean over A's columns.
 *
 * Near 1, the split of R² between the two is arbitrary and unique variances shrink to nothing.
 * @param A features (samples × features). @param B features on the same rows. @returns a share in [0, 1]; NaN if A is constant.
 * @throws EncodingError "shape". */
export async function linearOverlap(A: Features, B: Features, linalg: Linalg): Promise<number> {
  checkSameRows("linearOverlap", A, B, ["A", "B"]);
  const [a, b] = [standardise(A), standardise(B)];
  const gram = await linalg.syrkTN(b);
  for (let j = 0; j < b.cols; j++)
    gram.data[j * b.cols + j] = (gram.data[j * b.cols + j] as number) + 1e-3 * b.rows;
  const cross = await linalg.gemmTN(b, a);
  const weights = await linalg.solveCholesky(gram, cross);
  const predicted = await linalg.gemm(b, weights);
  const varying = Array.from({ length: a.cols }, (_, j) => squares(a, j)).filter((v) => v > 0).length;
  let left = 0;
  for (let k = 0; k < a.data.length; k++)
    left += ((a.data[k] as number) - (predicted.data[k] as number)) ** 2;
  return varying > 0 ? Math.min(1, Math.max(0, 1 - left / (varying * a.rows))) : Number.NaN;
}

/** How much of each feature space the others hold. */
export interface SpaceOverlap {
  readonly space: string;
  /** Share of its variance that all other spaces together predict, less what as many columns of noise would; NaN where they have as
   * many columns as there are samples. Its unique variance lives in the rest: near 1, nothing is left to tell apart. */
  readonly withOthers: number;
  /** The same with each other space alone, in the order given; 1 with itself. */
  readonly withEach: readonly number[];
}

/** The collinearity that makes a variance partition unstable: each space against the others together, and against each of them.
 *
 * Adjusted for columns, 1 − (1 − share) (n − 1) / (n − 1 − columns), and kept within [0, 1]: unlike {@link linearOverlap}, spaces that
 * have nothing in common are near 0 however many columns they have.
 * @param spaces at least one, on the same rows. @throws EncodingError "shape". */
export async function overlapOfSpaces(
  spaces: readonly { readonly name: string; readonly X: Features }[],
  linalg: Linalg,
): Promise<SpaceOverlap[]> {
  if (spaces.length === 0)
    throw new EncodingError("shape", "overlapOfSpaces: needs at least one feature space; got none.");
  const out: SpaceOverlap[] = [];
  for (const own of spaces) {
    const others = spaces.filter((other) => other !== own).map(({ X }) => X);
    const withEach: number[] = [];
    for (const other of spaces) withEach.push(other === own ? 1 : await adjusted(own.X, other.X, linalg));
    const withOthers = others.length === 0 ? 0 : await adjusted(own.X, stackCols(others), linalg);
    out.push({ space: own.name, withOthers, withEach });
  }
  return out;
}

async function adjusted(A: Features, B: Features, linalg: Linalg): Promise<number> {
  const freedom = A.rows - 1 - B.cols;
  if (freedom <= 0) return Number.NaN;
  const share = await linearOverlap(A, B, linalg);
  return Math.max(0, 1 - ((1 - share) * (A.rows - 1)) / freedom);
}

function standardise<C extends string>(m: Matrix<"samples", C>): Matrix<"samples", C> {
  const out = new Float64Array(m.data.length);
  for (let j = 0; j < m.cols; j++) {
    let mean = 0;
    for (let i = 0; i < m.rows; i++) mean += (m.data[i * m.cols + j] as number) / m.rows;
    let sum = 0;
    for (let i = 0; i < m.rows; i++) sum += ((m.data[i * m.cols + j] as number) - mean) ** 2;
    const scale = sum > 1e-18 ? Math.sqrt(m.rows / sum) : 0;
    for (let i = 0; i < m.rows; i++)
      out[i * m.cols + j] = ((m.data[i * m.cols + j] as number) - mean) * scale;
  }
  return matrix(m.axes, m.rows, m.cols, out);
}

function squares(m: Matrix, j: number): number {
  let sum = 0;
  for (let i = 0; i < m.rows; i++) sum += (m.data[i * m.cols + j] as number) ** 2;
  return sum;
}
