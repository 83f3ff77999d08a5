import type { Dtype, FloatArray } from "../core/index.ts";
import {
  blockBytes,
  type ColumnFile,
  checkColumns,
  isByColumn,
  notMatrix,
  type RowFile,
} from "./column-file.ts";
import type { Numbers } from "./ndarray.ts";
import { openZarr, type ZarrArray } from "./zarr.ts";

/** Open an array of a Zarr store for reading by columns where its chunks make that cheap, else by rows.
 * @throws EncodingError as {@link openZarr}; "shape" for what is no matrix. */
export async function openZarrColumns(
  path: string,
  dataset?: string,
): Promise<{ columns: ColumnFile } | { rows: RowFile }> {
  const array = await openZarr(path, dataset);
  if (array.shape.length !== 2) throw notMatrix(path, array.shape);
  return isByColumn(array.chunk[1] as number) ? { columns: byColumn(array, path) } : { rows: byBlock(array) };
}

function byColumn({ shape, dtype, read }: ZarrArray, path: string): ColumnFile {
  const [rows, cols] = shape as [number, number];
  return {
    rows,
    cols,
    dtype,
    async read(from, to) {
      checkColumns(path, from, to, cols);
      return toFloat((await read({ from: [0, from], to: [rows, to] })).data, dtype);
    },
    close: async () => {},
  };
}

function byBlock({ shape, chunk, dtype, read }: ZarrArray): RowFile {
  const [rows, cols] = shape as [number, number];
  const tall = chunk[0] as number;
  const step = tall * Math.max(1, Math.floor(blockBytes / (cols * 8 * tall)));
  return {
    rows,
    cols,
    dtype,
    runs: [rows],
    async *blocks() {
      for (let top = 0; top < rows; top += step)
        yield toFloat((await read({ from: [top, 0], to: [Math.min(rows, top + step), cols] })).data, dtype);
    },
    close: async () => {},
  };
}

function toFloat(data: Numbers, dtype: Dtype): FloatArray {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  return dtype === "float32" ? Float32Array.from(data) : Float64Array.from(data);
}
