import { allocate, type Dtype, EncodingError, type FloatArray } from "../core/index.ts";
import type { Numbers } from "./ndarray.ts";

/** A matrix on disk of which only some columns are read at a time: samples × targets too large for memory. */
export interface ColumnFile {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: Dtype;
  /** Columns [from, to), row-major, rows × (to − from) numbers. `openColumns` refuses those that are not there; readers need not.
   * @throws EncodingError "range" | "file". */
  read(from: number, to: number): Promise<FloatArray>;
  /** Let go of the file. */
  close(): Promise<void>;
}

/** A matrix on disk whose numbers lie row by row, so that some columns cost as much as all. */
export interface RowFile {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: Dtype;
  /** Rows of each file, where there are several. */
  readonly runs: readonly number[];
  /** All rows, in order, a bounded number at a time; row-major. */
  blocks(): AsyncIterable<FloatArray>;
  close(): Promise<void>;
}

/** Widest chunk, in columns, of which a range of targets is read straight: tiles of a fit are about as wide, so that few chunks are unpacked
 * twice. */
const widestChunk = 2048;

/** Whether a range of columns is cheap in an array of such chunks. */
export function isByColumn(chunkCols: number): boolean {
  return chunkCols <= widestChunk;
}

/** Bytes that are read and held at once. */
export const blockBytes = 64 << 20;

/** Rows of blocks that hold whole chunks of so many rows. */
export function rowsOfBlock(chunkRows: number, cols: number): number {
  return chunkRows * Math.max(1, Math.floor(blockBytes / (cols * 8 * chunkRows)));
}

/** Numbers of any kind as floats; the array itself where they are. */
export function toFloats(data: Numbers, dtype: Dtype): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  return dtype === "float32" ? Float32Array.from(data) : Float64Array.from(data);
}

/** Read columns by going through all rows each time. */
export function scanRows(file: RowFile): ColumnFile {
  const { rows, cols, dtype } = file;
  return {
    rows,
    cols,
    dtype,
    async read(from, to) {
      const width = to - from;
      const out = allocate(dtype, rows * width);
      let row = 0;
      for await (const block of file.blocks())
        for (let at = 0; at < block.length; at += cols, row++)
          out.set(block.subarray(at + from, at + to), row * width);
      return out;
    },
    close: () => file.close(),
  };
}

/** @throws EncodingError "range" for columns that are not there. */
export function checkColumns(path: string, from: number, to: number, cols: number): void {
  if (![from, to].every(Number.isSafeInteger) || from < 0 || from > to || to > cols)
    throw new EncodingError(
      "range",
      `ColumnFile: columns [${from}, ${to}) lie outside the ${cols} of ${path}.`,
    );
}

/** The error of an array that is no matrix. */
export function notMatrix(path: string, shape: readonly number[]): EncodingError {
  return new EncodingError(
    "shape",
    `openColumns: ${path} must be samples × targets; got [${shape.join(", ")}].`,
    { path },
  );
}
