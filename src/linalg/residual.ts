import type { FloatArray, Matrix } from "../core/index.ts";
import { createRandom } from "../core/index.ts";

const probes = 4;

/** How well A V = V Λ holds: max |A V x − V Λ x| / (max |A| √n) over seeded random x, so that all eigenpairs are checked at the cost of
 * a few matrix-vector products; and how well VᵀV x = x. The larger of the two is returned. */
export function eighResidual(a: Matrix, values: FloatArray, vectors: Matrix): number {
  const n = a.rows;
  if (n === 0) return 0;
  const random = createRandom(n).stream("eigh residual");
  let scale = 0;
  for (const value of a.data) scale = Math.max(scale, Math.abs(value));
  let worst = 0;
  for (let p = 0; p < probes; p++) {
    const x = Float64Array.from({ length: n }, () => random.normal());
    const vx = times(vectors, x);
    const avx = times(a, vx);
    const vlx = times(
      vectors,
      x.map((value, k) => value * (values[k] as number)),
    );
    const back = timesTransposed(vectors, vx);
    for (let i = 0; i < n; i++) {
      if (scale > 0)
        worst = Math.max(worst, Math.abs((avx[i] as number) - (vlx[i] as number)) / (scale * Math.sqrt(n)));
      worst = Math.max(worst, Math.abs((back[i] as number) - (x[i] as number)));
    }
  }
  return worst;
}

function times(m: Matrix, x: Float64Array): Float64Array {
  const out = new Float64Array(m.rows);
  for (let i = 0; i < m.rows; i++) {
    let sum = 0;
    for (let j = 0; j < m.cols; j++) sum += (m.data[i * m.cols + j] as number) * (x[j] as number);
    out[i] = sum;
  }
  return out;
}

function timesTransposed(m: Matrix, x: Float64Array): Float64Array {
  const out = new Float64Array(m.cols);
  for (let i = 0; i < m.rows; i++) {
    const value = x[i] as number;
    for (let j = 0; j < m.cols; j++) out[j] = (out[j] as number) + (m.data[i * m.cols + j] as number) * value;
  }
  return out;
}
