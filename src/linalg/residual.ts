import type { FloatArray, Matrix } from "../core/index.ts";
import { createRandom } from "../core/index.ts";

/** How well A Vᵀ = Vᵀ Λ holds for eigenvectors as rows: max |A Vᵀ x − Vᵀ Λ x| / (max |A| √n) over two seeded random x, in which every
 * eigenpair takes part, at the cost of a few matrix-vector products; and how well V Vᵀ x = x. The larger of the two is returned. */
export function eighResidual(a: Matrix, values: FloatArray, vectors: Matrix): number {
  const n = a.rows;
  if (n === 0) return 0;
  const random = createRandom(n).stream("eigh residual");
  const draw = () => Float64Array.from({ length: n }, () => random.normal());
  const [x, y] = [draw(), draw()];
  const scaled = (z: Float64Array) => z.map((value, k) => value * (values[k] as number));
  const [vx, vy] = timesTransposed(vectors, x, y);
  const [lx, ly] = timesTransposed(vectors, scaled(x), scaled(y));
  const [ax, ay] = times(a, vx, vy);
  const [bx, by] = times(vectors, vx, vy);
  const scale = largest(a.data) * Math.sqrt(n);
  const unit = Math.max(furthest(bx, x), furthest(by, y));
  return scale > 0 ? Math.max(unit, furthest(ax, lx) / scale, furthest(ay, ly) / scale) : unit;
}

function largest(data: FloatArray): number {
  let most = 0;
  for (let k = 0; k < data.length; k++) most = Math.max(most, Math.abs(data[k] as number));
  return most;
}

/** Largest difference; NaN if there is one. */
function furthest(a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] as number) - (b[i] as number)));
  return most;
}

/** M x and M y, reading M once. */
function times(m: Matrix, x: Float64Array, y: Float64Array): readonly [Float64Array, Float64Array] {
  const { rows, cols, data } = m;
  const [outX, outY] = [new Float64Array(rows), new Float64Array(rows)];
  for (let i = 0; i < rows; i++) {
    let [sumX, sumY] = [0, 0];
    for (let j = 0, at = i * cols; j < cols; j++, at++) {
      const value = data[at] as number;
      sumX += value * (x[j] as number);
      sumY += value * (y[j] as number);
    }
    outX[i] = sumX;
    outY[i] = sumY;
  }
  return [outX, outY];
}

/** Mᵀ x and Mᵀ y, reading M once. */
function timesTransposed(m: Matrix, x: Float64Array, y: Float64Array): readonly [Float64Array, Float64Array] {
  const { rows, cols, data } = m;
  const [outX, outY] = [new Float64Array(cols), new Float64Array(cols)];
  for (let i = 0; i < rows; i++) {
    const [xi, yi] = [x[i] as number, y[i] as number];
    for (let j = 0, at = i * cols; j < cols; j++, at++) {
      const value = data[at] as number;
      outX[j] = (outX[j] as number) + value * xi;
      outY[j] = (outY[j] as number) + value * yi;
    }
  }
  return [outX, outY];
}
