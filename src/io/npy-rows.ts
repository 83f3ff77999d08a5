import { type FileHandle, open } from "node:fs/promises";
import { EncodingError } from "../core/index.ts";
import { beginDraft } from "./draft-file.ts";
import type { Numbers } from "./ndarray.ts";
import { npyHeader, readNpyLayout } from "./npy.ts";
import { readNumbers } from "./number-type.ts";
import { readBytes } from "./write-file.ts";

/** A float32 NPY file that is written row by row, beside its place. */
export interface RowDraft {
  /** Put rows after those that are there. @throws EncodingError "shape" if they are not whole rows. */
  append(rows: Float32Array): Promise<void>;
  /** Write how many rows there are, flush and rename into place. */
  finish(): Promise<void>;
  /** Remove what was written; nothing once it is finished. */
  drop(): Promise<void>;
}

/** Begin a file of rows of `columns` numbers. @throws EncodingError "file". */
export async function beginRows(path: string, columns: number): Promise<RowDraft> {
  const start = 128; // the header of a matrix, whatever its sizes
  const file = await beginDraft(path);
  let rows = 0;
  return {
    async append(data) {
      if (data.length % columns !== 0)
        throw new EncodingError("shape", `RowDraft: ${data.length} numbers are no rows of ${columns}.`);
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      await file.put(bytes, start + 4 * rows * columns);
      rows += data.length / columns;
    },
    async finish() {
      const header = npyHeader([rows, columns], "<f4");
      if (header.length !== start)
        throw new EncodingError("file", `cannot write ${path}: a header of ${header.length} bytes.`, {
          path,
        });
      await file.put(header, 0);
      await file.finish();
    },
    drop: file.drop,
  };
}

/** An NPY file that is read by its first axis. */
export interface RowReader {
  readonly shape: readonly number[];
  /** Rows from … to − 1, in the file's own kind of numbers. */
  read(from: number, to: number): Promise<Numbers>;
  /** Close the file. */
  close(): Promise<void>;
}

/** Open an NPY file whose rows are read a few at a time. @throws EncodingError "file" or "format". */
export async function openRows(path: string): Promise<RowReader> {
  const file = await open(path, "r").catch(async (cause: unknown) => {
    await readBytes(path); // the clear error
    throw new EncodingError("file", `cannot read ${path}.`, { path }, cause);
  });
  try {
    return await openLayout(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openLayout(file: FileHandle, path: string): Promise<RowReader> {
  const { size } = await file.stat();
  const head = new Uint8Array(Math.min(size, 1 << 16));
  await file.read(head, 0, head.length, 0);
  const { shape, type, from, little, fortran } = readNpyLayout(head);
  const width = shape.slice(1).reduce((a, b) => a * b, type.bytes);
  if (fortran && shape.length > 1)
    throw new EncodingError(
      "format",
      `${path}: rows lie apart (Fortran order); save np.ascontiguousarray(x).`,
    );
  if (shape.length === 0 || from + width * (shape[0] ?? 0) !== size)
    throw new EncodingError(
      "format",
      `${path}: [${shape.join(", ")}] does not fit ${size} bytes. Is it cut off?`,
    );
  return {
    shape,
    async read(first, end) {
      const bytes = new Uint8Array((end - first) * width);
      await file.read(bytes, 0, bytes.length, from + first * width);
      return readNumbers(bytes, { type, from: 0, count: bytes.length / type.bytes, little });
    },
    close: () => file.close(),
  };
}
