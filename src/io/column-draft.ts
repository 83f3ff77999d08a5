import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EncodingError, type Matrix } from "../core/index.ts";
import { npyHeader } from "./npy.ts";

/** A matrix that is written by columns, in any order, and becomes an NPY file when it is whole. */
export interface ColumnDraft {
  /** Put all rows of columns [from, from + part.cols). */
  write(part: Matrix, from: number): Promise<void>;
  /** Flush and rename into place. */
  finish(): Promise<void>;
  /** Remove what was written. */
  drop(): Promise<void>;
}

/** Begin a float32 NPY file of rows × cols numbers, beside its place. Space is taken at once, so that a full disk is told of now.
 * @throws EncodingError "file". */
export async function beginColumns(path: string, rows: number, cols: number): Promise<ColumnDraft> {
  const draft = join(dirname(path), `.${basename(path).slice(0, 60)}.${randomBytes(6).toString("hex")}.part`);
  const fail = (cause: unknown): never => {
    throw new EncodingError("file", `cannot write ${path}: ${(cause as Error).message}.`, { path }, cause);
  };
  const header = npyHeader([rows, cols], "<f4");
  const file = await mkdir(dirname(path), { recursive: true })
    .then(() => open(draft, "wx"))
    .catch(fail);
  await file.write(header, 0, header.length, 0).catch(fail);
  await file.truncate(header.length + 4 * rows * cols).catch(fail);
  return {
    async write(part, from) {
      if (part.rows !== rows || from < 0 || from + part.cols > cols)
        throw new EncodingError(
          "shape",
          `ColumnDraft: ${part.rows} × ${part.cols} at column ${from} does not fit ${rows} × ${cols}.`,
        );
      for (let i = 0; i < rows; i++) {
        const row = Float32Array.from(part.data.subarray(i * part.cols, (i + 1) * part.cols));
        const bytes = new Uint8Array(row.buffer);
        await file.write(bytes, 0, bytes.length, header.length + 4 * (i * cols + from)).catch(fail);
      }
    },
    async finish() {
      await file.sync().catch(fail);
      await file.close();
      await rename(draft, path).catch(fail);
    },
    async drop() {
      await file.close().catch(() => {});
      await rm(draft, { force: true });
    },
  };
}
