import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { allocate, EncodingError, type FloatArray } from "../core/index.ts";
import type { ColumnFile, RowFile } from "./column-file.ts";
import { draftPath } from "./write-file.ts";

/** Columns of one panel of a turned file. */
const panel = 512;

/** Turn a file of rows into one of columns, once, in bounded memory: panels of 512 columns, each with all its rows one after the other. A
 * turned file that is there already is taken; it appears only when it is whole.
 * @param path of the turned file; its name must stand for the content of `source`.
 * @throws EncodingError "file", and what the source throws. */
export async function turnRows(source: RowFile, path: string): Promise<ColumnFile> {
  const { rows, cols, dtype } = source;
  const wide = dtype === "float32" ? 4 : 8;
  const size = rows * cols * wide;
  const found = await stat(path).catch(() => null);
  if (found?.size !== size) await write(source, path, wide);
  const file = await open(path, "r").catch((cause: unknown) => fail(path, cause));
  return {
    rows,
    cols,
    dtype,
    async read(from, to) {
      const width = to - from;
      const out = allocate(dtype, rows * width);
      for (let left = from - (from % panel); left < to; left += panel) {
        const part = await readPanel(file, path, { source, left, wide });
        const count = part.length / rows;
        const [low, high] = [Math.max(from, left), Math.min(to, left + count)];
        for (let i = 0; i < rows; i++)
          out.set(part.subarray(i * count + low - left, i * count + high - left), i * width + low - from);
      }
      return out;
    },
    async close() {
      await file.close();
      await source.close();
    },
  };
}

interface Panel {
  readonly source: RowFile;
  /** First column. */
  readonly left: number;
  /** Bytes of a number. */
  readonly wide: number;
}

async function readPanel(file: FileHandle, path: string, { source, left, wide }: Panel): Promise<FloatArray> {
  const { rows, cols, dtype } = source;
  const part = allocate(dtype, rows * (Math.min(cols, left + panel) - left));
  const bytes = new Uint8Array(part.buffer);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, rows * left * wide);
  if (bytesRead === bytes.length) return part;
  throw new EncodingError("file", `${path} became shorter while it was read.`, { path });
}

async function write(source: RowFile, path: string, wide: number): Promise<void> {
  const { rows, cols } = source;
  const draft = draftPath(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(draft, "wx");
    try {
      await file.truncate(rows * cols * wide);
      let row = 0;
      for await (const block of source.blocks()) {
        const count = block.length / cols;
        for (let left = 0; left < cols; left += panel) {
          const width = Math.min(cols, left + panel) - left;
          const part = allocate(source.dtype, count * width);
          for (let i = 0; i < count; i++)
            part.set(block.subarray(i * cols + left, i * cols + left + width), i * width);
          const bytes = new Uint8Array(part.buffer);
          await file.write(bytes, 0, bytes.length, (rows * left + row * width) * wide);
        }
        row += count;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    fail(path, cause);
  }
}

function fail(path: string, cause: unknown): never {
  if (cause instanceof EncodingError) throw cause;
  throw new EncodingError("file", `cannot write ${path}: ${(cause as Error).message}.`, { path }, cause);
}
