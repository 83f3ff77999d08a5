import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EncodingError } from "../core/index.ts";
import type { NdArray, Numbers } from "./ndarray.ts";
import {
  decodeSafetensors,
  type EncodeSafetensorsOptions,
  encodeSafetensors,
  parseSafetensorsHeader,
  readSafetensorsLength,
  type SafetensorsEntry,
} from "./safetensors.ts";
import { decodeText, quote } from "./text.ts";
import { readBytes, writeFileAtomic } from "./write-file.ts";

/** A safetensors file, or the shards of one, of which tensors are read when they are wanted. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The numbers of one tensor; only its bytes are read. See {@link decodeSafetensors} for kinds of numbers.
   * @throws EncodingError "range" if there is none of that name, "format" for kinds that cannot be read, "file". */
  read(name: string): Promise<NdArray>;
  /** Let go of the files. */
  close(): Promise<void>;
}

/** Open a safetensors file; only its header is read.
 * @param path of a `.safetensors` file, or of the `.safetensors.index.json` of a model in shards (they lie beside it).
 * @throws EncodingError "file" | "format" naming the file. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  return path.endsWith(".json") ? openShards(path) : openOne(path);
}

/** Write tensors as a safetensors file, whole or not at all, one tensor after the other. @throws EncodingError "file" | "shape". */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Numbers }>>,
  options: EncodeSafetensorsOptions = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(tensors, options));
}

async function openOne(path: string): Promise<SafetensorsFile> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) {
    await readBytes(path); // the clear error of a missing file, or of a folder
    throw new EncodingError("file", `cannot read ${path}.`, { path });
  }
  try {
    const { size } = await file.stat();
    const head = await readPart(path, file, 0, Math.min(8, size));
    const length = readSafetensorsLength(head, size);
    const { tensors, metadata } = parseSafetensorsHeader(await readPart(path, file, 8, 8 + length), size);
    return {
      tensors,
      metadata,
      async read(name) {
        const entry = tensors.get(name);
        if (entry === undefined) throw unknownTensor(path, name);
        return decodeSafetensors(entry, await readPart(path, file, entry.from, entry.to));
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error instanceof EncodingError ? named(path, error) : error;
  }
}

/** Shards: the index says which file has a tensor, and each file must have it. */
async function openShards(path: string): Promise<SafetensorsFile> {
  const places = parseIndex(path, decodeText("safetensors", await readBytes(path)));
  const files = new Map<string, SafetensorsFile>();
  const close = async () => void (await Promise.all(Array.from(files.values(), (file) => file.close())));
  try {
    const tensors = new Map<string, SafetensorsEntry>();
    for (const [name, shard] of places) {
      const file = files.get(shard) ?? (await openOne(join(dirname(path), shard)));
      files.set(shard, file);
      const entry = file.tensors.get(name);
      if (entry === undefined)
        throw new EncodingError("format", `${path} says that ${quote(name)} is in ${shard}; it is not.`, {
          path,
        });
      tensors.set(name, entry);
    }
    return {
      tensors,
      metadata: {},
      async read(name) {
        const file = files.get(places.get(name) ?? "");
        if (file === undefined) throw unknownTensor(path, name);
        return file.read(name);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function parseIndex(path: string, text: string): Map<string, string> {
  let map: unknown;
  try {
    map = (JSON.parse(text) as { weight_map?: unknown } | null)?.weight_map;
  } catch {
    map = undefined;
  }
  const entries = typeof map === "object" && map !== null ? Object.entries(map) : [];
  const fine = entries.every(
    ([, shard]) => typeof shard === "string" && shard === basename(shard) && shard !== "..",
  );
  if (entries.length === 0 || !fine)
    throw new EncodingError(
      "format",
      `${path} must have a "weight_map" from tensors to names of files beside it.`,
      { path },
    );
  return new Map(entries as [string, string][]);
}

const stepBytes = 2 ** 30; // one read of the system gives at most 2 GiB

async function readPart(path: string, file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  if (to - from >= 2 ** 32)
    throw new EncodingError("memory", `${path}: a tensor of ${to - from} bytes is too large for one array.`, {
      path,
    });
  const out = new Uint8Array(to - from);
  let done = 0;
  while (done < out.length) {
    const { bytesRead } = await file.read(out, done, Math.min(stepBytes, out.length - done), from + done);
    if (bytesRead === 0)
      throw new EncodingError("file", `cannot read ${path}: it became shorter while it was read.`, { path });
    done += bytesRead;
  }
  return out;
}

function unknownTensor(path: string, name: string): EncodingError {
  return new EncodingError("range", `${path} has no tensor ${quote(name, 80)}.`, { path, name });
}

function named(path: string, { kind, message, details, cause }: EncodingError): EncodingError {
  return new EncodingError(
    kind,
    message.startsWith("cannot") ? message : `${path}: ${message}`,
    { ...details, path },
    cause,
  );
}
