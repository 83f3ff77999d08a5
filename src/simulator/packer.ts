import { EncodingError } from "../core/index.ts";
import { encodeArray } from "./array.ts";
import type { BrainManifest } from "./manifest.ts";
import type { ArrayRef, ArrayType } from "./manifest-model.ts";

/** A brain as the files of its folder, `manifest.json` among them. */
export type BrainFiles = ReadonlyMap<string, Uint8Array>;

/** Collects the files of a brain's folder. */
export interface Packer {
  /** Numbers as a file of `arrays/`; the same name must not come twice. */
  array(name: string, type: ArrayType, shape: readonly number[], numbers: ArrayLike<number>): ArrayRef;
  /** Any other file. @throws EncodingError "option" if there is one of this path. */
  file(path: string, bytes: Uint8Array): void;
  /** All files, with the manifest that lists them. The same contents give the same bytes. */
  finish(body: Omit<BrainManifest, "files">): Promise<BrainFiles>;
}

/** Begin a brain's folder. @param caller named in messages. */
export function openPacker(caller: string): Packer {
  const files = new Map<string, Uint8Array>();
  const file = (path: string, bytes: Uint8Array) => {
    if (files.has(path)) throw new EncodingError("option", `${caller}: two files are called ${path}.`);
    files.set(path, bytes);
  };
  return {
    file,
    array(name, type, shape, numbers) {
      const ref: ArrayRef = { file: `arrays/${toFileName(name)}.bin`, type, shape };
      file(ref.file, encodeArray(ref, numbers));
      return ref;
    },
    async finish(body) {
      const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
      const listed = await Promise.all(
        sorted.map(async ([path, bytes]) => ({
          file: path,
          bytes: bytes.byteLength,
          sha256: await sha256(bytes),
        })),
      );
      const manifest: BrainManifest = { ...body, files: listed };
      return files.set("manifest.json", new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`));
    },
  };
}

/** A name as part of a path. */
export function toFileName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
