import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { allocate, type Dtype, EncodingError, type FloatArray } from "../core/index.ts";
import { blockBytes, type RowFile } from "./column-file.ts";
import { gunzipHead } from "./gunzip.ts";
import { type NiftiHeader, readNiftiHeader } from "./nifti-header.ts";
import { dtypeOfType, readNumbers } from "./number-type.ts";
import { readMask } from "./read-volumes.ts";
import { readBytes } from "./write-file.ts";

/** Open runs of NIfTI images, one after the other, as volumes × voxels, those of the mask in the order of the file. One volume is held at a
 * time, of a gzip file too.
 * @param paths .nii or .nii.gz, in the order of the samples. @param mask voxels where it is not 0; without, all.
 * @throws EncodingError "file" | "format"; "shape" if a run or the mask is of another size or lies elsewhere; "value" for an empty mask. */
export async function openNiftiStack(paths: readonly string[], mask?: string): Promise<RowFile> {
  const headers: NiftiHeader[] = [];
  for (const path of paths) headers.push(await readHeader(path));
  const first = headers[0] as NiftiHeader;
  const space = (header: NiftiHeader) => header.shape.slice(0, 3).join(" × ");
  const other = headers.findIndex((header) => space(header) !== space(first));
  if (other >= 0)
    throw new EncodingError(
      "shape",
      `fit: runs must be of one size; got ${paths[0]} ${space(first)} and ${paths[other]} ${space(headers[other] as NiftiHeader)}.`,
    );
  let kept: readonly number[] | null = null;
  if (mask !== undefined) for (const header of headers) kept = await readMask(mask, header);
  const voxels = product(first.shape.slice(0, 3));
  const cols = kept?.length ?? voxels;
  const runs = headers.map(({ shape }) => product(shape.slice(3)));
  const dtype: Dtype = headers.every(isSingle) ? "float32" : "float64";
  const step = Math.max(1, Math.floor(blockBytes / (cols * 8)));
  return {
    rows: runs.reduce((a, b) => a + b, 0),
    cols,
    dtype,
    runs,
    async *blocks() {
      for (const [k, path] of paths.entries()) {
        let held = 0;
        let block = allocate(dtype, step * cols);
        for await (const volume of volumes(path, headers[k] as NiftiHeader)) {
          const at = held * cols;
          if (kept) for (let v = 0; v < cols; v++) block[at + v] = volume[kept[v] as number] as number;
          else block.set(volume, at);
          if (++held < step) continue;
          yield block;
          block = allocate(dtype, step * cols);
          held = 0;
        }
        if (held > 0) yield block.subarray(0, held * cols);
      }
    },
    close: async () => {},
  };
}

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
const isSingle = ({ type, scaling }: NiftiHeader) => scaling === null && dtypeOfType(type) === "float32";

async function readHeader(path: string): Promise<NiftiHeader> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) {
    await readBytes(path); // the clear error
    throw new EncodingError("file", `cannot read ${path}.`, { path });
  }
  try {
    const head = new Uint8Array(4096);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const header = readNiftiHeader(gunzipHead(head.subarray(0, bytesRead), 544));
    if (header.single) return header;
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause;
    throw new EncodingError(cause.kind, `${path}: ${cause.message}`, { path }, cause);
  } finally {
    await file.close();
  }
  throw new EncodingError("format", `${path}: runs of a fit must be .nii or .nii.gz, not .hdr and .img.`, {
    path,
  });
}

/** The volumes of a run, scaled. */
async function* volumes(
  path: string,
  { from, shape, type, little, scaling }: NiftiHeader,
): AsyncGenerator<FloatArray> {
  const count = product(shape.slice(0, 3));
  const total = product(shape.slice(3));
  let done = 0;
  for await (const bytes of pieces(path, from, count * type.bytes)) {
    const stored = readNumbers(bytes, { type, from: 0, count, little });
    const values = stored instanceof Float32Array && scaling === null ? stored : Float64Array.from(stored);
    if (scaling)
      for (let k = 0; k < count; k++) values[k] = (values[k] as number) * scaling.slope + scaling.inter;
    yield values;
    if (++done === total) return;
  }
  throw new EncodingError("format", `${path} is cut off: it should have ${total} volumes and has ${done}.`, {
    path,
  });
}

/** Bytes of a file, unpacked, from a place on, in pieces of a length; what is left over at the end is dropped. */
async function* pieces(path: string, from: number, length: number): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  const stream = /\.gz$/i.test(path) ? raw.pipe(createGunzip({ chunkSize: 1 << 20 })) : raw;
  let skip = from;
  let held = 0;
  let piece = new Uint8Array(length);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let bytes = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - bytes.length;
      while (bytes.length > 0) {
        const part = bytes.subarray(0, length - held);
        piece.set(part, held);
        held += part.length;
        bytes = bytes.subarray(part.length);
        if (held < length) continue;
        yield piece;
        piece = new Uint8Array(length);
        held = 0;
      }
    }
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError(
      "format",
      `${path} is damaged or cut off: ${(cause as Error).message}.`,
      { path },
      cause,
    );
  } finally {
    raw.destroy();
  }
}
