import { allocate, createRandom, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";

/** Products with a few columns, by whatever backend: M X, or Mᵀ X. */
export type ThinProduct = (m: Matrix, x: Matrix, transposed: boolean) => Promise<Matrix> | Matrix;

/** How well A Vᵀ = Vᵀ Λ holds for eigenvectors as rows: max |A Vᵀ x − Vᵀ Λ x| / (max |A| √n) over two seeded random x, in which every
 * eigenpair takes part, at the cost of a few matrix-vector products; and how well V Vᵀ x = x. The larger of the two is returned.
 * @param largest max |A|. */
export async function eighResidual(
  a: Matrix,
  values: FloatArray,
  vectors: Matrix,
  largest: number,
  product: ThinProduct,
): Promise<number> {
  const n = a.rows;
  if (n === 0) return 0;
  const random = createRandom(n).stream("eigh residual");
  const draw = () => Float64Array.from({ length: n }, () => random.normal());
  const probes = [draw(), draw()];
  const scaled = probes.map((x) => x.map((value, k) => value * (values[k] as number)));
  const both = columnsOf(await product(vectors, side([...probes, ...scaled], a), true));
  const turned = side(both.slice(0, 2), a);
  const images = columnsOf(await product(a, turned, false));
  const back = columnsOf(await product(vectors, turned, false));
  const scale = largest * Math.sqrt(n);
  const gaps = probes.flatMap((x, k) => [
    furthest(back[k] as Float64Array, x),
    scale > 0 ? furthest(images[k] as Float64Array, both[k + 2] as Float64Array) / scale : 0,
  ]);
  return Math.max(...gaps);
}

/** Columns side by side, in the dtype of `like`. */
function side(columns: readonly Float64Array[], like: Matrix): Matrix {
  const [rows, cols] = [columns[0]?.length ?? 0, columns.length];
  const data = allocate(dtypeOf(like), rows * cols);
  for (const [j, column] of columns.entries())
    for (let i = 0; i < rows; i++) data[i * cols + j] = column[i] as number;
  return matrix(["components", "probes"], rows, cols, data);
}

function columnsOf({ rows, cols, data }: Matrix): Float64Array[] {
  return Array.from({ length: cols }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => data[i * cols + j] as number),
  );
}

/** Largest difference; NaN if there is one. */
function furthest(a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] as number) - (b[i] as number)));
  return most;
}
