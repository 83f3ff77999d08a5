import { open, stat } from "node:fs/promises";
import h5wasm, { Dataset, File } from "h5wasm/node";
import { EncodingError } from "../core/index.ts";
import { type NdArray, type Numbers, sizeOf } from "./ndarray.ts";
import { readBytes } from "./write-file.ts";

/** An open HDF5 file (MATLAB v7.3 files are HDF5 too). */
export interface Hdf5File {
  /** Paths, sizes and types of all numeric data sets. */
  datasets(): readonly { readonly path: string; readonly shape: readonly number[]; readonly dtype: string }[];
  /** Rows [from, to) of a data set, by its path; only these are read.
   * @throws EncodingError "range" naming the data sets there are; "format" if it is not numeric or damaged. */
  read(path: string, rows?: { from?: number; to?: number }): NdArray;
  close(): void;
}

const magic = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Open an HDF5 file for reading.
 * @throws EncodingError "file" if it cannot be read; "format" if it is not HDF5, damaged, or an older MATLAB file. */
export async function openHdf5(path: string): Promise<Hdf5File> {
  await h5wasm.ready;
  await checkMagic(path);
  let file: File;
  try {
    file = new File(path, "r");
    file.keys();
  } catch (cause) {
    throw new EncodingError(
      "format",
      `HDF5: ${path} is damaged or cut off: ${(cause as Error).message}.`,
      { path },
      cause,
    );
  }
  const datasets = () => list(file);
  return {
    datasets,
    read(dataset, { from = 0, to } = {}) {
      const found = guard(path, () => file.get(dataset));
      if (!(found instanceof Dataset))
        throw new EncodingError(
          "range",
          `HDF5: ${path} has no data set "${dataset}"; it has ${
            datasets()
              .map((one) => one.path)
              .slice(0, 12)
              .join(", ") || "none"
          }.`,
        );
      return readRows(path, dataset, found, from, to);
    },
    close: () => void file.close(),
  };
}

function readRows(
  path: string,
  name: string,
  dataset: Dataset,
  from: number,
  to: number | undefined,
): NdArray {
  const shape = dataset.shape ?? [];
  const rows = shape[0] ?? 1;
  const end = to ?? rows;
  if (!(from >= 0 && from <= end && end <= rows))
    throw new EncodingError(
      "range",
      `HDF5: rows [${from}, ${end}) lie outside the ${rows} rows of "${name}".`,
    );
  const taken = shape.length === 0 ? [] : [end - from, ...shape.slice(1)];
  sizeOf("HDF5", taken, 2 ** 32);
  const value = guard(path, () => (shape.length === 0 ? dataset.value : dataset.slice([[from, end]])));
  const data = toNumbers(value);
  if (data === null || data.length !== taken.reduce((a, b) => a * b, 1))
    throw new EncodingError(
      "format",
      `HDF5: data set "${name}" of ${path} is not numeric (${dataset.dtype}).`,
    );
  return { shape: taken, data };
}

function toNumbers(value: unknown): Numbers | null {
  if (typeof value === "number") return Float64Array.of(value);
  if (value instanceof BigInt64Array || value instanceof BigUint64Array)
    return Float64Array.from(value, Number);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value as Numbers;
  if (Array.isArray(value) && value.every((one) => typeof one === "boolean" || typeof one === "number"))
    return Float64Array.from(value, Number);
  return null;
}

function list(file: File) {
  const out: { path: string; shape: readonly number[]; dtype: string }[] = [];
  for (const path of file.paths()) {
    const found = file.get(path);
    if (found instanceof Dataset)
      out.push({ path: `/${path.replace(/^\//, "")}`, shape: found.shape ?? [], dtype: String(found.dtype) });
  }
  return out;
}

async function checkMagic(path: string): Promise<void> {
  const size = await stat(path).then(
    (s) => s.size,
    () => -1,
  );
  if (size < 0) await readBytes(path); // the clear error of a missing file
  const head = await readHead(path);
  const at = [0, 512, 1024, 2048].find((offset) => magic.every((byte, k) => head[offset + k] === byte));
  if (at !== undefined) return;
  const old = new TextDecoder("latin1").decode(head.subarray(0, 20)).startsWith("MATLAB 5.0");
  throw new EncodingError(
    "format",
    old
      ? `HDF5: ${path} is a MATLAB file older than v7.3; save it again with save(…, "-v7.3").`
      : `HDF5: ${path} is not an HDF5 file.`,
  );
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const head = new Uint8Array(2056);
    await file.read(head, 0, head.length, 0);
    return head;
  } finally {
    await file.close();
  }
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new EncodingError(
      "format",
      `HDF5: ${path} is damaged or uses a filter that is not there: ${(cause as Error).message}.`,
      { path },
      cause,
    );
  }
}
