import { open } from "node:fs/promises";
import type { Dataset, File } from "h5wasm/node";
import { EncodingError } from "../core/index.ts";
import { canUnpackTo } from "./gunzip.ts";
import { guard, isDataset, openReader, openWithLibrary } from "./hdf5-library.ts";
import type { NdArray } from "./ndarray.ts";
import { type NumberName, type NumberType, numberTypes, readNumbers } from "./number-type.ts";
import { readBytes } from "./write-file.ts";

/** An open HDF5 file (MATLAB v7.3 files are HDF5 too). */
export interface Hdf5File {
  /** Whether MATLAB wrote it: sizes stand in reverse there, so that a matrix appears transposed here. */
  readonly matlab: boolean;
  /** Paths, sizes and types of all numeric data sets of this file; those behind links to other files are left out. */
  datasets(): readonly Hdf5Dataset[];
  /** Rows [from, to) of a data set, by its path; only these are read. 64-bit integers become float64.
   * @param part.columns first and last (not included) column, of a data set of two axes.
   * @throws EncodingError "range" naming the data sets there are; "format" if it is not numeric, empty, damaged, in another file, or an
   * integer beyond ±2⁵³. */
  read(path: string, part?: { from?: number; to?: number; columns?: readonly [number, number] }): NdArray;
  /** Let go of the file; nothing can be read after. */
  close(): void;
}

/** What is in an HDF5 file. */
export interface Hdf5Dataset {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Sizes of a chunk; null where the numbers lie one after the other. */
  readonly chunk: readonly number[] | null;
}

const magic = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const integer = 0;
const float = 1;
const enumeration = 8; // h5py's booleans are an enumeration

/** Open an HDF5 file for reading.
 * @throws EncodingError "file" if it cannot be read; "format" if it is not HDF5, damaged, or an older MATLAB file. */
export async function openHdf5(path: string): Promise<Hdf5File> {
  const { matlab, size } = await checkHead(path);
  const file = await openWithLibrary(path);
  const readBlock = await openReader(file);
  const datasets = () => guard(path, () => list(file));
  return {
    matlab,
    datasets,
    read(name, { from = 0, to, columns } = {}) {
      const place = `data set "${name}" of ${path}`;
      if (leadsOut(file, name)) throw unreadable(`${place} stands in another file. Open that file.`);
      const found = guard(path, () => file.get(name));
      if (!isDataset(found)) {
        const names = datasets().map((one) => one.path);
        throw new EncodingError(
          "range",
          `HDF5: ${path} has no data set "${name}"; it has ${names.slice(0, 12).join(", ") || "none"}.`,
        );
      }
      return guard(path, () => readRows(found, readBlock, { place, from, to, columns, size }));
    },
    close: () => void file.close(),
  };
}

/** Read in blocks of whole rows, so that the library, whose memory is limited, never holds more than one.
 * @param size of the file, bytes. */
function readRows(
  dataset: Dataset,
  readBlock: Awaited<ReturnType<typeof openReader>>,
  {
    place,
    from,
    to,
    columns,
    size,
  }: {
    place: string;
    from: number;
    to: number | undefined;
    columns: readonly [number, number] | undefined;
    size: number;
  },
): NdArray {
  const { shape, type } = checkNumeric(dataset, place);
  const rows = shape[0] ?? 1;
  const end = to ?? rows;
  if (![from, end].every(Number.isSafeInteger) || from < 0 || from > end || end > rows)
    throw new EncodingError(
      "range",
      `HDF5: rows [${from}, ${end}) lie outside the ${rows} rows of ${place}.`,
    );
  if (columns) checkColumnRange(columns, shape, place);
  const kept = columns ? [columns[1] - columns[0]] : shape.slice(1);
  const width = kept.reduce((a, b) => a * b, 1);
  const bytes = (end - from) * width * type.bytes;
  if (!canUnpackTo(size, bytes))
    throw unreadable(
      `${place}: [${shape.join(", ")}] numbers, ${bytes} bytes, do not fit a file of ${size}.`,
    );
  const data = type.make((end - from) * width);
  const step = blockRows(dataset, width * type.bytes);
  for (let k = from, next = 0; k < end; k = next) {
    next = Math.min(end, (Math.floor(k / step) + 1) * step);
    const raw = readBlock(dataset, k, next, columns);
    data.set(
      readNumbers(raw, { type, from: 0, count: raw.length / type.bytes, little: true }),
      (k - from) * width,
    );
  }
  return { shape: shape.length === 0 ? [] : [end - from, ...kept], data };
}

function checkColumnRange(
  [left, right]: readonly [number, number],
  shape: readonly number[],
  place: string,
): void {
  const width = shape[1];
  if (
    shape.length === 2 &&
    [left, right].every(Number.isSafeInteger) &&
    left >= 0 &&
    left <= right &&
    right <= (width as number)
  )
    return;
  throw new EncodingError(
    "range",
    `HDF5: columns [${left}, ${right}) lie outside the [${shape.join(", ")}] of ${place}.`,
  );
}

/** Rows of one block: about 64 MiB, and whole chunks, so that none is unpacked twice. */
function blockRows(dataset: Dataset, rowBytes: number): number {
  const chunk = dataset.metadata.chunks?.[0] ?? 1;
  const rows = Math.max(1, Math.floor(2 ** 26 / Math.max(1, rowBytes)));
  return Math.max(1, Math.floor(rows / chunk)) * chunk;
}

/** Sizes and kind of a data set that holds numbers. */
function checkNumeric(dataset: Dataset, place: string): { shape: readonly number[]; type: NumberType } {
  const { type, size, signed, shape, virtual_sources } = dataset.metadata;
  if (!isNumeric(dataset)) throw unreadable(`${place} is not numeric (${String(dataset.dtype)}).`);
  const name = `${type === float ? "f" : signed ? "i" : "u"}${size}`;
  if (!Object.hasOwn(numberTypes, name))
    throw unreadable(`${place} holds numbers of ${size} bytes. Save it as float32 or float64.`);
  if (virtual_sources?.some(({ file_name }) => file_name !== "."))
    throw unreadable(`${place} stands in other files. Open those.`);
  if (shape === null) throw unreadable(`${place} is empty.`);
  return { shape, type: numberTypes[name as NumberName] };
}

function isNumeric(dataset: Dataset): boolean {
  const { type, enum_type } = dataset.metadata;
  return type === integer || type === float || (type === enumeration && enum_type?.type === integer);
}

function list(file: File): Hdf5Dataset[] {
  const out: Hdf5Dataset[] = [];
  for (const path of file.paths()) {
    const matlabsOwn = /^\/?#(refs|subsystem)#(\/|$)/.test(path);
    if (matlabsOwn || leadsOut(file, path)) continue;
    const found = file.get(path);
    if (isDataset(found) && isNumeric(found))
      out.push({
        path: `/${path.replace(/^\//, "")}`,
        shape: found.shape ?? [],
        dtype: String(found.dtype),
        chunk: found.metadata.chunks ?? null,
      });
  }
  return out;
}

/** Whether a path goes through a link to another file. Such a file could lie anywhere, and is no input that the study knows of. */
function leadsOut(file: File, path: string): boolean {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.some((_, k) => isExternalLink(file, `/${parts.slice(0, k + 1).join("/")}`));
}

function isExternalLink(file: File, path: string): boolean {
  try {
    return (file.get_external_link(path).filename ?? "") !== "";
  } catch {
    return false;
  }
}

/** What can be told without the library: that the file is there, and HDF5. */
async function checkHead(path: string): Promise<{ matlab: boolean; size: number }> {
  const { head, size } = await readHead(path);
  const text = new TextDecoder("latin1").decode(head.subarray(0, 20));
  if ([0, 512, 1024, 2048].some((at) => magic.every((byte, k) => head[at + k] === byte)))
    return { matlab: text.startsWith("MATLAB 7.3"), size };
  const old = /^MATLAB [56]\.0|^MATLAB 7\.0/.test(text);
  throw new EncodingError(
    "format",
    old
      ? `HDF5: ${path} is a MATLAB file older than v7.3; save it again with save(…, "-v7.3").`
      : `HDF5: ${path} is not an HDF5 file. (A .mat file must be of v7.3: save(…, "-v7.3").)`,
  );
}

async function readHead(path: string): Promise<{ head: Uint8Array; size: number }> {
  const file = await open(path, "r").catch(() => null);
  if (file === null || !(await file.stat()).isFile()) {
    await file?.close();
    await readBytes(path); // the clear error of a missing file, or of a folder
    throw new EncodingError("file", `cannot read ${path}.`, { path });
  }
  try {
    const head = new Uint8Array(2056);
    await file.read(head, 0, head.length, 0);
    return { head, size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

function unreadable(what: string): EncodingError {
  return new EncodingError("format", `HDF5: ${what}`);
}
