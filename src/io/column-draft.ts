import { EncodingError, type Matrix } from "../core/index.ts";
import { beginDraft } from "./draft-file.ts";
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
  const header = npyHeader([rows, cols], "<f4");
  const file = await beginDraft(path);
  await file.put(header, 0);
  await file.truncate(header.length + 4 * rows * cols);
  return {
    async write(part, from) {
      if (part.rows !== rows || from < 0 || from + part.cols > cols)
        throw new EncodingError(
          "shape",
          `ColumnDraft: ${part.rows} × ${part.cols} at column ${from} does not fit ${rows} × ${cols}.`,
        );
      for (let i = 0; i < rows; i++) {
        const row = Float32Array.from(part.data.subarray(i * part.cols, (i + 1) * part.cols));
        await file.put(new Uint8Array(row.buffer), header.length + 4 * (i * cols + from));
      }
    },
    finish: file.finish,
    drop: file.drop,
  };
}
