import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { allocate, type Dtype, EncodingError, type FloatArray } from "../core/index.ts";
import { openHdf5 } from "./hdf5.ts";
import { readNiftiHeader } from "./nifti-header.ts";
import { readNpyLayout } from "./npy.ts";
import { type NumberType, numberTypes, readNumbers } from "./number-type.ts";
import { readBytes } from "./write-file.ts";

/** A matrix on disk of which only some columns are read at a time: samples × targets too large for memory. */
export interface ColumnFile {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: Dtype;
  /** Columns [from, to), row-major, rows × (to − from) numbers.
   * @throws EncodingError "range" | "file". */
  read(from: number, to: number): Promise<FloatArray>;
  /** Let go of the file. */
  close(): Promise<void>;
}

/** Open a matrix for reading by columns: NPY (either order), an uncompressed 4-D NIfTI image (volumes × voxels) or an HDF5 data set.
 *
 * NPY and NIfTI are read where the columns lie; HDF5 row block by row block, because its chunks hold whole rows as a rule.
 * @throws EncodingError "file" | "format" | "shape" naming the file. */
export async function openColumns(
  path: string,
  { dataset }: { dataset?: string | undefined } = {},
): Promise<ColumnFile> {
  const lower = path.toLowerCase();
  if (lower.endsWith(".npy")) return openPlain(path, npyPlace);
  if (lower.endsWith(".nii")) return openPlain(path, niftiPlace);
  if (/\.(h5|hdf5|hdf|mat)$/.test(lower)) return openRows(path, dataset);
  throw new EncodingError(
    "format",
    `openColumns: ${path} cannot be read by columns; legal: .npy, .nii (unpack .nii.gz first), .h5 .hdf5 .hdf .mat.`,
    { path },
  );
}

/** SHA-256 of a file's bytes, without holding them. @throws EncodingError "file". */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  } catch {
    await readBytes(path); // the clear error
  }
  return hash.digest("hex");
}

/** Where numbers lie in a file. */
interface Place {
  readonly rows: number;
  readonly cols: number;
  readonly type: NumberType;
  readonly from: number;
  readonly little: boolean;
  /** Columns follow each other, not rows. */
  readonly byColumn: boolean;
  readonly scaling: { readonly slope: number; readonly inter: number } | null;
}

function npyPlace(path: string, head: Uint8Array): Place {
  const { shape, type, from, little, fortran } = readNpyLayout(head);
  if (shape.length !== 2) throw notMatrix(path, shape);
  return {
    rows: shape[0] as number,
    cols: shape[1] as number,
    type,
    from,
    little,
    byColumn: fortran,
    scaling: null,
  };
}

function niftiPlace(path: string, head: Uint8Array): Place {
  const { shape, type, from, little, scaling, single } = readNiftiHeader(head);
  if (!single || shape.length < 4) throw notMatrix(path, shape);
  const cols = shape.slice(0, 3).reduce((a, b) => a * b, 1);
  const rows = shape.slice(3).reduce((a, b) => a * b, 1);
  return { rows, cols, type, from, little, byColumn: false, scaling };
}

const headBytes = 65_536 + 12; // the longest header of NPY 1.0

async function openPlain(
  path: string,
  placeOf: (path: string, head: Uint8Array) => Place,
): Promise<ColumnFile> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) {
    await readBytes(path); // the clear error of a missing file, or of a folder
    throw new EncodingError("file", `cannot read ${path}.`, { path });
  }
  try {
    const head = new Uint8Array(headBytes);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const place = placeOf(path, head.subarray(0, bytesRead));
    const wanted = place.from + place.rows * place.cols * place.type.bytes;
    const { size } = await file.stat();
    if (size < wanted)
      throw new EncodingError(
        "format",
        `${path} is cut off: it should have ${wanted} bytes and has ${size}.`,
        { path },
      );
    return {
      rows: place.rows,
      cols: place.cols,
      dtype: isSingle(place) ? "float32" : "float64",
      read: (from, to) => readPlace(path, file, place, from, to),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Whether float32 holds every number of the file. */
function isSingle({ type, scaling }: Place): boolean {
  const narrow: readonly NumberType[] = [
    numberTypes.f4,
    numberTypes.f2,
    numberTypes.i1,
    numberTypes.u1,
    numberTypes.i2,
    numberTypes.u2,
  ];
  return scaling === null && narrow.includes(type);
}

async function readPlace(
  path: string,
  file: FileHandle,
  place: Place,
  from: number,
  to: number,
): Promise<FloatArray> {
  checkColumns(path, from, to, place.cols);
  const { rows, cols, type, byColumn, scaling } = place;
  const width = to - from;
  const out = allocate(isSingle(place) ? "float32" : "float64", rows * width);
  const [pieces, length] = byColumn ? [width, rows] : [rows, width];
  const buffer = new Uint8Array(length * type.bytes);
  for (let k = 0; k < pieces; k++) {
    const first = byColumn ? (from + k) * rows : k * cols + from;
    const { bytesRead } = await file.read(buffer, 0, buffer.length, place.from + first * type.bytes);
    if (bytesRead !== buffer.length)
      throw new EncodingError("file", `${path} became shorter while it was read.`, { path });
    const numbers = readNumbers(buffer, { type, from: 0, count: length, little: place.little });
    if (byColumn) for (let i = 0; i < rows; i++) out[i * width + k] = numbers[i] as number;
    else out.set(numbers, k * width);
  }
  if (scaling)
    for (let k = 0; k < out.length; k++) out[k] = (out[k] as number) * scaling.slope + scaling.inter;
  return out;
}

const blockBytes = 64 << 20;

async function openRows(path: string, dataset: string | undefined): Promise<ColumnFile> {
  const file = await openHdf5(path);
  const all = file.datasets();
  const name = dataset ?? (all.length === 1 ? all[0]?.path : undefined);
  const found = all.find((one) => one.path.replace(/^\//, "") === name?.replace(/^\//, ""));
  if (found === undefined) {
    file.close();
    const names = all.map((one) => one.path).slice(0, 12);
    throw new EncodingError(
      "range",
      `openColumns: name one data set of ${path}; it has ${names.join(", ") || "none"}.`,
      { path },
    );
  }
  const { shape } = found;
  if (shape.length !== 2) {
    file.close();
    throw notMatrix(path, shape);
  }
  const [rows, cols] = shape as [number, number];
  const dtype =
    file.read(found.path, { from: 0, to: Math.min(1, rows) }).data instanceof Float64Array
      ? "float64"
      : "float32";
  return {
    rows,
    cols,
    dtype,
    async read(from, to) {
      checkColumns(path, from, to, cols);
      const width = to - from;
      const out = allocate(dtype, rows * width);
      const step = Math.max(1, Math.floor(blockBytes / (cols * 8)));
      for (let top = 0; top < rows; top += step) {
        const bottom = Math.min(rows, top + step);
        const { data } = file.read(found.path, { from: top, to: bottom });
        for (let i = top; i < bottom; i++)
          out.set(data.subarray((i - top) * cols + from, (i - top) * cols + to), i * width);
      }
      return out;
    },
    close: async () => file.close(),
  };
}

function checkColumns(path: string, from: number, to: number, cols: number): void {
  if (![from, to].every(Number.isSafeInteger) || from < 0 || from > to || to > cols)
    throw new EncodingError(
      "range",
      `ColumnFile: columns [${from}, ${to}) lie outside the ${cols} of ${path}.`,
    );
}

function notMatrix(path: string, shape: readonly number[]): EncodingError {
  return new EncodingError(
    "shape",
    `openColumns: ${path} must be samples × targets; got [${shape.join(", ")}].`,
    { path },
  );
}
