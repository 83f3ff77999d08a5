import { mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError, type FloatArray, type Matrix } from "../core/index.ts";
import type { ColumnDraft } from "./column-draft.ts";
import { draftPath } from "./write-file.ts";

/** Columns of a chunk, and numbers that one has at most. */
const chunkCols = 1024;
const chunkNumbers = 1 << 22;

/** Begin a Zarr array of version 2: raw, float32 or float64 chunks, at most 1,024 columns wide and 16 or 32 MiB large. They do not depend on the
 * widths in which columns come, so that the same numbers give the same bytes. The array lies beside its place until it is whole.
 * @throws EncodingError "file". */
export async function beginZarr(
  path: string,
  shape: readonly [number, number] | readonly [number],
  kind: "f4" | "f8" = "f4",
): Promise<ColumnDraft> {
  const draft = draftPath(path);
  const fail = (cause: unknown): never => {
    throw new EncodingError("file", `cannot write ${path}: ${(cause as Error).message}.`, { path }, cause);
  };
  const cols = shape[shape.length - 1] as number;
  const rows = shape.length === 2 ? shape[0] : 1;
  const wide = Math.max(1, Math.min(cols, chunkCols));
  const tall = Math.max(1, Math.min(rows, Math.floor(chunkNumbers / wide)));
  const bytes = kind === "f4" ? 4 : 8;
  const chunks = shape.length === 2 ? [tall, wide] : [wide];
  await mkdir(draft, { recursive: true }).catch(fail);
  await writeFile(join(draft, ".zarray"), metadata(shape, chunks, kind)).catch(fail);
  const nameOf = (row: number, col: number) => join(draft, shape.length === 2 ? `${row}.${col}` : `${col}`);
  return {
    async write(part, from) {
      if (part.rows !== rows || from < 0 || from + part.cols > cols)
        throw new EncodingError(
          "shape",
          `ColumnDraft: ${part.rows} × ${part.cols} at column ${from} does not fit ${rows} × ${cols}.`,
        );
      const end = from + part.cols;
      for (let top = 0; top < rows; top += tall)
        for (let left = from - (from % wide); left < end; left += wide) {
          const file = { path: nameOf(top / tall, left / wide), size: tall * wide * bytes };
          const box = { top, bottom: Math.min(rows, top + tall), left: Math.max(left, from) };
          const right = Math.min(left + wide, end);
          await put(file, { part, from, wide, bytes, at: left, right, ...box }).catch(fail);
        }
    },
    async finish() {
      for (const name of await readdir(draft)) await flush(join(draft, name)).catch(fail);
      await replaceFolder(draft, path).catch(fail);
    },
    drop: () => rm(draft, { recursive: true, force: true }),
  };
}

/** Write a whole array as {@link beginZarr} does, float64. @throws EncodingError "file". */
export async function writeZarr(
  path: string,
  { shape, data }: { shape: readonly [number, number] | readonly [number]; data: FloatArray },
): Promise<void> {
  const draft = await beginZarr(path, shape, data instanceof Float32Array ? "f4" : "f8");
  try {
    const cols = shape[shape.length - 1] as number;
    await draft.write({ rows: data.length / cols, cols, data } as Matrix, 0);
    await draft.finish();
  } finally {
    await draft.drop();
  }
}

/** Make a folder a Zarr group of version 2. @throws EncodingError "file". */
export async function writeZarrGroup(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, ".zgroup"), `{\n  "zarr_format": 2\n}\n`);
  } catch (cause) {
    throw new EncodingError("file", `cannot write ${path}: ${(cause as Error).message}.`, { path }, cause);
  }
}

function metadata(shape: readonly number[], chunks: readonly number[], kind: string): string {
  const meta = {
    zarr_format: 2,
    shape,
    chunks,
    dtype: `<${kind}`,
    compressor: null,
    fill_value: 0,
    order: "C",
    filters: null,
  };
  return `${JSON.stringify(meta, null, 2)}\n`;
}

interface Piece {
  readonly part: Matrix;
  /** First column of the part, of the chunk and of what is written, and the end of that. */
  readonly from: number;
  readonly at: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly wide: number;
  readonly bytes: number;
}

/** Put a part of a matrix into the file of a chunk, whose numbers are raw. */
async function put(
  { path, size }: { path: string; size: number },
  { part, from, at, left, right, top, bottom, wide, bytes }: Piece,
): Promise<void> {
  const file = await open(path, "r+").catch(() => open(path, "wx+"));
  try {
    await file.truncate(size);
    const width = right - left;
    const whole = width === wide;
    const block =
      bytes === 4 ? new Float32Array((bottom - top) * width) : new Float64Array((bottom - top) * width);
    for (let i = top; i < bottom; i++)
      block.set(
        part.data.subarray(i * part.cols + left - from, i * part.cols + right - from),
        (i - top) * width,
      );
    const raw = new Uint8Array(block.buffer);
    if (whole) await file.write(raw, 0, raw.length, 0);
    else
      for (let i = 0; i < bottom - top; i++)
        await file.write(raw, i * width * bytes, width * bytes, (i * wide + left - at) * bytes);
  } finally {
    await file.close();
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync();
  await file.close();
}

/** A folder cannot be renamed onto another that is not empty: the old one steps aside first, and goes. */
async function replaceFolder(draft: string, path: string): Promise<void> {
  const old = draftPath(path);
  const stepped = await rename(path, old).then(
    () => true,
    () => false,
  );
  await rename(draft, path);
  if (stepped) await rm(old, { recursive: true, force: true });
}
