import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError, isEncodingError } from "../core/index.ts";
import { removeDrafts, writeFileAtomic } from "../io/write-file.ts"; // not the room: its formats take long to load
import { decodeContainer, encodeContainer } from "./container.ts";
import { fileReason } from "./file-reason.ts";
import { hashValue } from "./hash.ts";

/** Results kept on disk under the hash of everything they were computed from. */
export interface Store {
  readonly folder: string;
  /** The key of a step: a hash of its name and of all that its result depends on. */
  key(step: string, inputs: unknown): string;
  /** A kept value, or undefined. A damaged file counts as missing: the step is computed again. */
  get(key: string): Promise<unknown>;
  /** Keep a value. Written beside its place and renamed into it, so that a kill never leaves half a file.
   * @throws EncodingError "file" if the disk is full or the folder cannot be written. */
  put(key: string, value: unknown): Promise<void>;
}

/** A draft this old belongs to no living writer: one day. */
const draftAge = 24 * 60 * 60 * 1000;

/** Open (or create) a content-addressed store.
 * @param folder where values are kept. @param code version of the code that computes them; other code never sees them.
 * @throws EncodingError "file" if the folder cannot be made. */
export async function openStore(folder: string, { code }: { code: string }): Promise<Store> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new EncodingError(
      "file",
      `openStore: cannot make the folder ${folder}: ${fileReason(cause)}. Name another with --store.`,
      { folder },
      cause,
    );
  }
  await removeDrafts(folder, { olderThan: draftAge });
  const placeOf = (key: string) => join(folder, key.slice(0, 2), `${key.slice(2)}.scx`);
  return {
    folder,
    key: (step, inputs) => hashValue({ step, inputs, code }),
    async get(key) {
      try {
        return decodeContainer(await readFile(placeOf(key)));
      } catch (error) {
        const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
        if (missing || isEncodingError(error, "format") || error instanceof SyntaxError) return undefined;
        throw new EncodingError(
          "file",
          `Store: cannot read ${placeOf(key)}: ${fileReason(error)}.`,
          {},
          error,
        );
      }
    },
    put: (key, value) => writeFileAtomic(placeOf(key), encodeContainer(value)),
  };
}
