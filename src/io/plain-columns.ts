import { type FileHandle, open } from "node:fs/promises";
import { allocate, type Dtype, EncodingError, type FloatArray } from "../core/index.ts";
import { type ColumnFile, notMatrix } from "./column-file.ts";
import { readNiftiHeader } from "./nifti-header.ts";
import { readNpyLayout } from "./npy.ts";
import { dtypeOfType, type NumberType, readNumbers } from "./number-type.ts";
import { readBytes } from "./write-file.ts";

/** Where numbers lie in a file. */
export interface Place {
  readonly rows: number;
  readonly cols: number;
  readonly type: NumberType;
  readonly from: number;
  readonly little: boolean;
  /** Columns follow each other, not rows. */
  readonly byColumn: boolean;
  readonly scaling: { readonly slope: number; readonly inter: number } | null;
}

/** Where the numbers of an NPY file lie. */
export function npyPlace(path: string, head: Uint8Array): Place {
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

/** Where the numbers of an uncompressed NIfTI image lie, as volumes × voxels. */
export function niftiPlace(path: string, head: Uint8Array): Place {
  const { shape, type, from, little, scaling, single } = readNiftiHeader(head);
  if (!single || shape.length < 4) throw notMatrix(path, shape);
  const cols = shape.slice(0, 3).reduce((a, b) => a * b, 1);
  const rows = shape.slice(3).reduce((a, b) => a * b, 1);
  return { rows, cols, type, from, little, byColumn: false, scaling };
}

const headBytes = 65_536 + 12; // the longest header of NPY 1.0

/** Open a file whose numbers lie one after the other.
 * @throws EncodingError "file" | "format" | "shape" naming the file. */
export async function openPlain(
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
      dtype: dtypeOfPlace(place),
      read: (from, to) => readPlace(path, file, place, from, to),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function dtypeOfPlace({ type, scaling }: Place): Dtype {
  return scaling === null ? dtypeOfType(type) : "float64";
}

/** Pieces that are read at once: each waits for its turn beside other work of the thread pool. */
const piecesAtOnce = 32;

async function readPlace(
  path: string,
  file: FileHandle,
  place: Place,
  from: number,
  to: number,
): Promise<FloatArray> {
  const { rows, cols, type, byColumn, scaling } = place;
  const width = to - from;
  const out = allocate(dtypeOfPlace(place), rows * width);
  const [pieces, length] = byColumn ? [width, rows] : [rows, width];
  const bytes = length * type.bytes;
  const asIs = !byColumn && place.little && type.plain && type.bytes === out.BYTES_PER_ELEMENT;
  const readPiece = async (k: number, buffer: Uint8Array) => {
    const first = byColumn ? (from + k) * rows : k * cols + from;
    const { bytesRead } = await file.read(buffer, 0, bytes, place.from + first * type.bytes);
    if (bytesRead !== bytes)
      throw new EncodingError("file", `${path} became shorter while it was read.`, { path });
    if (asIs) return;
    const numbers = readNumbers(buffer, { type, from: 0, count: length, little: place.little });
    if (byColumn) for (let i = 0; i < rows; i++) out[i * width + k] = numbers[i] as number;
    else out.set(numbers, k * width);
  };
  const atOnce = Math.min(piecesAtOnce, pieces);
  const buffers = asIs ? [] : Array.from({ length: atOnce }, () => new Uint8Array(bytes));
  const bufferOf = (k: number) =>
    asIs
      ? new Uint8Array(out.buffer, out.byteOffset + k * bytes, bytes)
      : (buffers[k % atOnce] as Uint8Array);
  for (let first = 0; first < pieces; first += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, pieces - first) }, (_, k) =>
        readPiece(first + k, bufferOf(first + k)),
      ),
    );
  if (scaling)
    for (let k = 0; k < out.length; k++) out[k] = (out[k] as number) * scaling.slope + scaling.inter;
  return out;
}
