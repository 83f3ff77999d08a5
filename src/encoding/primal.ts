import {
  allocate,
  dtypeOf,
  type Features,
  type Matrix,
  matrix,
  type Responses,
  takeCols,
  takeRows,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import type { Band } from "./band.ts";
import { columnMeans, subtractRow } from "./center.ts";
import { clampValues, noMeans, type Problem } from "./problem.ts";

/** The primal form: D½ XᵀX D½ = Q Λ Qᵀ, of the size of the features; D holds the band weights.
 * Columns of bands with weight 0 are left out of the decomposition. */
export async function primalProblem(
  X: Features,
  Y: Responses,
  Xtest: Features,
  { bands, intercept, linalg }: { bands: readonly Band[]; intercept: boolean; linalg: Linalg },
): Promise<Problem> {
  const meanX = intercept ? columnMeans(X) : new Float64Array(X.cols);
  const meanY = intercept ? columnMeans(Y) : noMeans(Y);
  const Xc = subtractRow(X, meanX);
  const test = subtractRow(Xtest, meanX);
  const gram = await linalg.syrkTN(Xc); // (features × features)
  const cross = await linalg.gemmTN(Xc, subtractRow(Y, meanY)); // (features × targets)
  return {
    form: "primal",
    meanY,
    async decompose(weights) {
      const active = activeColumns(bands, weights);
      const { values, vectors } = await linalg.eigh(scaledGram(gram, active));
      const projected = await linalg.gemmTN(vectors, scaledRows(cross, active));
      return { values: clampValues(values), projected, basis: spread(vectors, active, X.cols) };
    },
    async project({ basis }, weights) {
      const active = activeColumns(bands, weights);
      const all = active.columns.length === X.cols;
      const rows = basis as Matrix<"features", "components">;
      return all
        ? linalg.gemm(test, rows)
        : linalg.gemm(takeCols(test, active.columns), takeRows(rows, active.columns));
    },
  };
}

interface Active {
  readonly columns: Int32Array;
  /** √weight of each active column. */
  readonly scale: Float64Array;
}

function activeColumns(bands: readonly Band[], weights: ArrayLike<number>): Active {
  const columns: number[] = [];
  const scale: number[] = [];
  for (const [b, band] of bands.entries()) {
    const weight = weights[b] as number;
    if (weight > 0)
      for (let j = band.from; j < band.to; j++) {
        columns.push(j);
        scale.push(Math.sqrt(weight));
      }
  }
  return { columns: Int32Array.from(columns), scale: Float64Array.from(scale) };
}

function scaledGram(gram: Matrix, { columns, scale }: Active): Matrix<"features", "features"> {
  const n = columns.length;
  const out = allocate(dtypeOf(gram), n * n);
  for (let i = 0; i < n; i++) {
    const row = (columns[i] as number) * gram.cols;
    const si = scale[i] as number;
    for (let j = 0; j < n; j++)
      out[i * n + j] = (gram.data[row + (columns[j] as number)] as number) * (si * (scale[j] as number));
  }
  return matrix(["features", "features"], n, n, out);
}

function scaledRows(m: Matrix, { columns, scale }: Active): Matrix<"features", "targets"> {
  const out = allocate(dtypeOf(m), columns.length * m.cols);
  for (let i = 0; i < columns.length; i++) {
    const from = (columns[i] as number) * m.cols;
    const s = scale[i] as number;
    for (let t = 0; t < m.cols; t++) out[i * m.cols + t] = (m.data[from + t] as number) * s;
  }
  return matrix(["features", "targets"], columns.length, m.cols, out);
}

/** D½ Q at its place among all features; other rows are 0. */
function spread(
  vectors: Matrix,
  { columns, scale }: Active,
  features: number,
): Matrix<"features", "components"> {
  const out = allocate(dtypeOf(vectors), features * vectors.cols);
  for (let i = 0; i < columns.length; i++) {
    const to = (columns[i] as number) * vectors.cols;
    const s = scale[i] as number;
    for (let k = 0; k < vectors.cols; k++) out[to + k] = (vectors.data[i * vectors.cols + k] as number) * s;
  }
  return matrix(["features", "components"], features, vectors.cols, out);
}
