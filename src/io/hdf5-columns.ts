import { allocate, type Dtype, EncodingError } from "../core/index.ts";
import {
  type ColumnFile,
  isByColumn,
  notMatrix,
  type RowFile,
  rowsOfBlock,
  toFloats,
} from "./column-file.ts";
import { type Hdf5Dataset, type Hdf5File, openHdf5 } from "./hdf5.ts";

/** Open a data set for reading by columns where its chunks make that cheap, else by rows. A matrix that MATLAB wrote lies transposed: its
 * columns are rows here.
 * @throws EncodingError "range" naming the data sets there are; "file" | "format" | "shape". */
export async function openHdf5Columns(
  path: string,
  name?: string,
): Promise<{ columns: ColumnFile } | { rows: RowFile }> {
  const file = await openHdf5(path);
  try {
    const found = find(file, path, name);
    if (found.shape.length !== 2) throw notMatrix(path, found.shape);
    if (file.matlab) return { columns: byRow(file, found) };
    const straight = found.chunk === null || isByColumn(found.chunk[1] as number);
    return straight ? { columns: byColumn(file, found) } : { rows: byBlock(file, found) };
  } catch (error) {
    file.close();
    throw error;
  }
}

function find(file: Hdf5File, path: string, name: string | undefined): Hdf5Dataset {
  const all = file.datasets();
  const bare = (text: string | undefined) => text?.replace(/^\//, "");
  const wanted = name ?? (all.length === 1 ? all[0]?.path : undefined);
  const found = all.find((one) => bare(one.path) === bare(wanted));
  if (found) return found;
  const names = all.map((one) => one.path).slice(0, 12);
  throw new EncodingError(
    "range",
    `openColumns: name one data set of ${path}; it has ${names.join(", ") || "none"}.`,
    { path },
  );
}

function byColumn(file: Hdf5File, { path: name, shape }: Hdf5Dataset): ColumnFile {
  const [rows, cols] = shape as [number, number];
  const dtype = dtypeOf(file, name);
  return {
    rows,
    cols,
    dtype,
    read: async (from, to) => toFloats(file.read(name, { columns: [from, to] }).data, dtype),
    close: async () => file.close(),
  };
}

/** MATLAB's matrix: rows of the data set are its columns. */
function byRow(file: Hdf5File, { path: name, shape }: Hdf5Dataset): ColumnFile {
  const [cols, rows] = shape as [number, number];
  const dtype = dtypeOf(file, name);
  return {
    rows,
    cols,
    dtype,
    async read(from, to) {
      const { data } = file.read(name, { from, to });
      const width = to - from;
      const out = allocate(dtype, rows * width);
      for (let k = 0; k < width; k++)
        for (let i = 0; i < rows; i++) out[i * width + k] = data[k * rows + i] as number;
      return out;
    },
    close: async () => file.close(),
  };
}

function byBlock(file: Hdf5File, { path: name, shape, chunk }: Hdf5Dataset): RowFile {
  const [rows, cols] = shape as [number, number];
  const step = rowsOfBlock(chunk?.[0] ?? 1, cols);
  const dtype = dtypeOf(file, name);
  return {
    rows,
    cols,
    dtype,
    runs: [rows],
    async *blocks() {
      for (let top = 0; top < rows; top += step)
        yield toFloats(file.read(name, { from: top, to: Math.min(rows, top + step) }).data, dtype);
    },
    close: async () => file.close(),
  };
}

/** What holds every number of a data set. */
function dtypeOf(file: Hdf5File, name: string): Dtype {
  const { data } = file.read(name, { from: 0, to: 0 });
  return data.BYTES_PER_ELEMENT <= 2 || data instanceof Float32Array ? "float32" : "float64";
}
