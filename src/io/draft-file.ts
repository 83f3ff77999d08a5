import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { EncodingError } from "../core/index.ts";
import { draftPath } from "./write-file.ts";

/** A file that is written piece by piece, beside its place. Errors name the place, not the draft. */
export interface DraftFile {
  /** Put bytes at a place of the file. @throws EncodingError "file". */
  put(bytes: Uint8Array, at: number): Promise<void>;
  /** Take this much space at once. @throws EncodingError "file". */
  truncate(size: number): Promise<void>;
  /** Flush and rename into place. @throws EncodingError "file". */
  finish(): Promise<void>;
  /** Remove what was written; nothing once it is finished. */
  drop(): Promise<void>;
}

/** Begin a draft; folders are made. @throws EncodingError "file". */
export async function beginDraft(path: string): Promise<DraftFile> {
  const draft = draftPath(path);
  const fail = (cause: unknown): never => {
    throw new EncodingError("file", `cannot write ${path}: ${(cause as Error).message}.`, { path }, cause);
  };
  const file = await mkdir(dirname(path), { recursive: true })
    .then(() => open(draft, "wx"))
    .catch(fail);
  return {
    put: async (bytes, at) => void (await file.write(bytes, 0, bytes.length, at).catch(fail)),
    truncate: (size) => file.truncate(size).catch(fail),
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
