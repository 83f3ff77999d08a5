import {
  type ColumnFile,
  isByColumn,
  notMatrix,
  type RowFile,
  rowsOfBlock,
  toFloats,
} from "./column-file.ts";
import { openZarr, type ZarrArray } from "./zarr.ts";

/** Open an array of a Zarr store for reading by columns where its chunks make that cheap, else by rows.
 * @throws EncodingError as {@link openZarr}; "shape" for what is no matrix. */
export async function openZarrColumns(
  path: string,
  dataset?: string,
): Promise<{ columns: ColumnFile } | { rows: RowFile }> {
  const array = await openZarr(path, dataset);
  if (array.shape.length !== 2) throw notMatrix(path, array.shape);
  return isByColumn(array.chunk[1] as number) ? { columns: byColumn(array) } : { rows: byBlock(array) };
}

function byColumn({ shape, dtype, read }: ZarrArray): ColumnFile {
  const [rows, cols] = shape as [number, number];
  return {
    rows,
    cols,
    dtype,
    read: async (from, to) => toFloats((await read({ from: [0, from], to: [rows, to] })).data, dtype),
    close: async () => {},
  };
}

function byBlock({ shape, chunk, dtype, read }: ZarrArray): RowFile {
  const [rows, cols] = shape as [number, number];
  const step = rowsOfBlock(chunk[0] as number, cols);
  return {
    rows,
    cols,
    dtype,
    runs: [rows],
    async *blocks() {
      for (let top = 0; top < rows; top += step)
        yield toFloats((await read({ from: [top, 0], to: [Math.min(rows, top + step), cols] })).data, dtype);
    },
    close: async () => {},
  };
}
