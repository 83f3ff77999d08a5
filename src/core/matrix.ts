import { EncodingError } from "./error.ts";

/** The two kinds of numbers a matrix may hold. */
export type FloatArray = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
/** Name of a number type, as numpy and ONNX write it. */
export type Dtype = "float32" | "float64";

/** A row-major matrix whose two axes carry names, so that swapping X and Y is a compile error.
 *
 * `data[i * cols + j]` is row i, column j. The usual names are "samples", "features", "targets" and "kernel". */
export interface Matrix<
  R extends string = string,
  C extends string = string,
  A extends FloatArray = FloatArray,
> {
  readonly axes: readonly [R, C];
  readonly rows: number;
  readonly cols: number;
  readonly data: A;
}

/** X: samples × features. */
export type Features = Matrix<"samples", "features">;
/** Y: samples × targets. */
export type Responses = Matrix<"samples", "targets">;

/** Wrap row-major numbers as a matrix (no copy).
 * @param axes names of rows and columns, e.g. `["samples", "features"]`.
 * @param data `rows * cols` numbers, row-major.
 * @throws EncodingError "shape" if the length of `data` is not `rows * cols`. */
export function matrix<R extends string, C extends string, A extends FloatArray>(
  axes: readonly [R, C],
  rows: number,
  cols: number,
  data: A,
): Matrix<R, C, A> {
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 0 || cols < 0)
    throw new EncodingError(
      "shape",
      `matrix: rows and cols must be whole numbers ≥ 0; got ${rows} × ${cols}.`,
    );
  if (data.length !== rows * cols)
    throw new EncodingError(
      "shape",
      `matrix: data must hold rows × cols numbers; got ${rows} ${axes[0]} × ${cols} ${axes[1]} and ${data.length} numbers.`,
    );
  return { axes, rows, cols, data };
}

/** A matrix of zeros. */
export function zeros<R extends string, C extends string>(
  axes: readonly [R, C],
  rows: number,
  cols: number,
  dtype: Dtype = "float64",
): Matrix<R, C> {
  return matrix(axes, rows, cols, allocate(dtype, rows * cols));
}

/** A matrix from nested arrays; for tests and small tables.
 * @throws EncodingError "shape" if the rows differ in length. */
export function fromRows<R extends string, C extends string>(
  axes: readonly [R, C],
  rows: readonly (readonly number[])[],
  dtype: Dtype = "float64",
): Matrix<R, C> {
  const cols = rows[0]?.length ?? 0;
  const out = zeros(axes, rows.length, cols, dtype);
  for (const [i, row] of rows.entries()) {
    if (row.length !== cols)
      throw new EncodingError("shape", `fromRows: row ${i} has ${row.length} numbers, row 0 has ${cols}.`);
    out.data.set(row, i * cols);
  }
  return out;
}

/** A zeroed typed array of a dtype. */
export function allocate(dtype: Dtype, length: number): FloatArray {
  return dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** The dtype of a matrix, or of anything else that holds such numbers. */
export function dtypeOf({ data }: Pick<Matrix, "data">): Dtype {
  return data instanceof Float32Array ? "float32" : "float64";
}

/** Numbers in another dtype; themselves when the dtype already fits. */
export function asDtype(data: FloatArray | Float64Array, dtype: Dtype): FloatArray {
  const own = data as FloatArray;
  if (dtypeOf({ data: own }) === dtype) return own;
  return dtype === "float32" ? new Float32Array(data) : new Float64Array(data);
}

/** The same numbers in another dtype; the matrix itself when the dtype already fits. */
export function toDtype<R extends string, C extends string>(m: Matrix<R, C>, dtype: Dtype): Matrix<R, C> {
  return dtypeOf(m) === dtype ? m : matrix(m.axes, m.rows, m.cols, asDtype(m.data, dtype));
}

/** Entry (i, j); undefined entries do not exist, so this never returns undefined.
 * @throws EncodingError "range" if i or j lies outside. */
export function at(m: Matrix, i: number, j: number): number {
  const value = i >= 0 && i < m.rows && j >= 0 && j < m.cols ? m.data[i * m.cols + j] : undefined;
  if (value === undefined)
    throw new EncodingError(
      "range",
      `at: (${i}, ${j}) lies outside ${m.rows} ${m.axes[0]} × ${m.cols} ${m.axes[1]}.`,
    );
  return value;
}

/** The transposed matrix, as a copy. */
export function transpose<R extends string, C extends string>(m: Matrix<R, C>): Matrix<C, R> {
  const out = allocate(dtypeOf(m), m.data.length);
  const { rows, cols, data } = m;
  const block = 32; // walk in blocks so that both sides stay in cache
  for (let i0 = 0; i0 < rows; i0 += block)
    for (let j0 = 0; j0 < cols; j0 += block)
      for (let i = i0; i < Math.min(i0 + block, rows); i++)
        for (let j = j0; j < Math.min(j0 + block, cols); j++)
          out[j * rows + i] = data[i * cols + j] as number;
  return matrix([m.axes[1], m.axes[0]], cols, rows, out);
}

/** Rows picked by index, in the order given, as a copy.
 * @throws EncodingError "range" if an index lies outside. */
export function takeRows<R extends string, C extends string>(
  m: Matrix<R, C>,
  rows: ArrayLike<number>,
): Matrix<R, C> {
  const out = allocate(dtypeOf(m), rows.length * m.cols);
  for (let k = 0; k < rows.length; k++) {
    const i = checkIndex("takeRows", rows[k], m.rows, m.axes[0]);
    out.set(m.data.subarray(i * m.cols, (i + 1) * m.cols), k * m.cols);
  }
  return matrix(m.axes, rows.length, m.cols, out);
}

/** Columns [from, to) as a copy; the matrix itself where that is all of them. */
export function sliceCols<R extends string, C extends string>(
  m: Matrix<R, C>,
  from: number,
  to: number,
): Matrix<R, C> {
  if (from === 0 && to === m.cols) return m;
  const cols = to - from;
  const out = allocate(dtypeOf(m), m.rows * cols);
  for (let i = 0; i < m.rows; i++) out.set(m.data.subarray(i * m.cols + from, i * m.cols + to), i * cols);
  return matrix(m.axes, m.rows, cols, out);
}

/** Columns picked by index, in the order given, as a copy.
 * @param into memory of the result's length and dtype to write to.
 * @throws EncodingError "range" if an index lies outside. */
export function takeCols<R extends string, C extends string>(
  m: Matrix<R, C>,
  cols: ArrayLike<number>,
  into?: FloatArray,
): Matrix<R, C> {
  const length = m.rows * cols.length;
  const out = into?.length === length ? into : allocate(dtypeOf(m), length);
  for (const { from, to, at } of runsOf(cols, m))
    for (let i = 0; i < m.rows; i++)
      out.set(m.data.subarray(i * m.cols + from, i * m.cols + to), i * cols.length + at);
  return matrix(m.axes, m.rows, cols.length, out);
}

/** Columns that follow each other in the list and in the matrix, so that each row is copied in few pieces. */
function runsOf(cols: ArrayLike<number>, m: Matrix): { from: number; to: number; at: number }[] {
  const runs: { from: number; to: number; at: number }[] = [];
  for (let k = 0; k < cols.length; k++) {
    const j = checkIndex("takeCols", cols[k], m.cols, m.axes[1]);
    const last = runs.at(-1);
    if (last?.to === j) last.to++;
    else runs.push({ from: j, to: j + 1, at: k });
  }
  return runs;
}

/** Matrices under each other; all must have the same columns. The dtype is that of the first.
 * @throws EncodingError "shape" if columns differ or the list is empty. */
export function stackRows<R extends string, C extends string>(parts: readonly Matrix<R, C>[]): Matrix<R, C> {
  const first = firstOf("stackRows", parts);
  const rows = parts.reduce((sum, p) => sum + p.rows, 0);
  const out = allocate(dtypeOf(first), rows * first.cols);
  let offset = 0;
  for (const p of parts) {
    if (p.cols !== first.cols)
      throw new EncodingError(
        "shape",
        `stackRows: all parts must have ${first.cols} ${first.axes[1]}; got ${p.cols}.`,
      );
    out.set(p.data, offset);
    offset += p.data.length;
  }
  return matrix(first.axes, rows, first.cols, out);
}

/** Matrices beside each other; all must have the same rows. The dtype is that of the first.
 * @throws EncodingError "shape" if rows differ or the list is empty. */
export function stackCols<R extends string, C extends string>(parts: readonly Matrix<R, C>[]): Matrix<R, C> {
  const first = firstOf("stackCols", parts);
  const cols = parts.reduce((sum, p) => sum + p.cols, 0);
  const out = allocate(dtypeOf(first), first.rows * cols);
  let offset = 0;
  for (const p of parts) {
    if (p.rows !== first.rows)
      throw new EncodingError(
        "shape",
        `stackCols: all parts must have ${first.rows} ${first.axes[0]}; got ${p.rows}.`,
      );
    for (let i = 0; i < p.rows; i++)
      out.set(p.data.subarray(i * p.cols, (i + 1) * p.cols), i * cols + offset);
    offset += p.cols;
  }
  return matrix(first.axes, first.rows, cols, out);
}

/** One column as a plain copy. */
export function column(m: Matrix, j: number): Float64Array {
  checkIndex("column", j, m.cols, m.axes[1]);
  const out = new Float64Array(m.rows);
  for (let i = 0; i < m.rows; i++) out[i] = m.data[i * m.cols + j] as number;
  return out;
}

function firstOf<R extends string, C extends string>(
  name: string,
  parts: readonly Matrix<R, C>[],
): Matrix<R, C> {
  const first = parts[0];
  if (first === undefined) throw new EncodingError("shape", `${name}: needs at least one matrix; got none.`);
  return first;
}

function checkIndex(name: string, i: number | undefined, n: number, axis: string): number {
  if (i === undefined || !Number.isInteger(i) || i < 0 || i >= n)
    throw new EncodingError("range", `${name}: index ${i} lies outside ${n} ${axis}.`);
  return i;
}
