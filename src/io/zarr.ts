import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Dtype, EncodingError } from "../core/index.ts";
import { copyPart, gridOf } from "./grid.ts";
import type { NdArray, Numbers } from "./ndarray.ts";
import { dtypeOfType } from "./number-type.ts";
import { readBytes } from "./write-file.ts";
import { openChunks } from "./zarr-chunks.ts";
import { asObject, damaged, readVersion2, readVersion3, type ZarrLayout } from "./zarr-metadata.ts";

/** A Zarr array on disk. */
export interface ZarrArray {
  readonly shape: readonly number[];
  /** Numbers that are unpacked together. */
  readonly chunk: readonly number[];
  /** What holds every number of it. */
  readonly dtype: Dtype;
  /** The part from `from` up to `to` (without), default the whole; only the chunks that hold it are read. Where there is no chunk stands
   * the fill value.
   * @throws EncodingError "range"; "format" for a damaged, cut-off or too long chunk, a wrong checksum, an integer beyond ±2⁵³. */
  read(part?: { from?: readonly number[]; to?: readonly number[] }): Promise<NdArray>;
}

/** Whether a path leads to or into a Zarr store: a folder whose name ends in .zarr. */
export function isZarr(path: string): boolean {
  return /\.zarr([/\\]|$)/i.test(path);
}

/** Open an array of a Zarr store, version 2 or 3, sharded or not: raw, gzip, zlib, zstd, blosc, lz4, crc32c.
 * @param path the array, or a group. @param dataset path of the array in the group; may be left out where there is one.
 * @throws EncodingError "file"; "range" naming the arrays there are; "format" for damaged metadata and what is not known.
 * @source Zarr storage specification 2; Zarr core specification 3.0, ZEP 2 (sharding). */
export async function openZarr(path: string, dataset?: string): Promise<ZarrArray> {
  if (!(await isFolder(path))) {
    if ((await stat(path).catch(() => null)) === null) await readBytes(path); // the clear error
    throw new EncodingError("format", `Zarr: ${path} is a file; a store is a folder. Unpack it.`, { path });
  }
  const folder = dataset === undefined ? path : join(path, ...inside(path, dataset));
  const layout = await readLayout(folder);
  if (layout) return arrayOf(folder, layout);
  const names = await listArrays(path);
  const only = dataset === undefined && names.length === 1 ? names[0] : undefined;
  if (only !== undefined) return openZarr(path, only);
  throw new EncodingError(
    "range",
    `Zarr: name one array of ${path} with \`dataset\`; it has ${names.slice(0, 12).join(", ") || "none"}.`,
    { path },
  );
}

/** Names of a path in a store; it may not lead out of it. */
function inside(path: string, dataset: string): string[] {
  const names = dataset.split("/").filter((name) => name !== "");
  if (names.every((name) => name !== "." && name !== ".." && !/[\\:\0]/.test(name))) return names;
  throw new EncodingError("range", `Zarr: "${dataset}" is no array of ${path}.`, { path });
}

const mostFolders = 10_000;

/** Paths of the arrays below a folder. */
async function listArrays(root: string): Promise<string[]> {
  const out: string[] = [];
  const folders = [""];
  for (let k = 0; k < folders.length && k < mostFolders; k++) {
    const at = folders[k] as string;
    const entries = await readdir(join(root, at), { withFileTypes: true }).catch(() => []);
    const names = entries.map(({ name }) => name);
    const isArray =
      names.includes(".zarray") || (names.includes("zarr.json") && (await isArray3(join(root, at))));
    if (isArray) out.push(at);
    else
      for (const entry of entries)
        if (entry.isDirectory()) folders.push(at === "" ? entry.name : `${at}/${entry.name}`);
  }
  return out.sort();
}

async function isArray3(folder: string): Promise<boolean> {
  return (await readJson(join(folder, "zarr.json")).catch(() => null))?.node_type === "array";
}

/** The array of a folder; null if it is none. */
async function readLayout(folder: string): Promise<ZarrLayout | null> {
  const third = await readJson(join(folder, "zarr.json"));
  if (third && third.node_type !== "array" && third.node_type !== "group")
    throw damaged(folder, `node_type must be "array" or "group"`);
  if (third && third.zarr_format !== 3) throw damaged(folder, "zarr.json must be of zarr_format 3");
  if (third?.node_type === "array") return readVersion3(folder, third);
  const second = await readJson(join(folder, ".zarray"));
  if (second && second.zarr_format !== 2) throw damaged(folder, ".zarray must be of zarr_format 2");
  return second && readVersion2(folder, second);
}

const mostJson = 1 << 24;

async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (found.size > mostJson) throw damaged(path, `it has ${found.size} bytes, too many for metadata`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readBytes(path));
    // zarr-python of version 2 writes NaN and Infinity bare
    const value = asObject(JSON.parse(text.replace(/("fill_value"\s*:\s*)(NaN|-?Infinity)/, '$1"$2"')));
    if (value) return value;
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
  }
  throw damaged(path, "it is not JSON of an object; is it damaged?");
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

function arrayOf(folder: string, layout: ZarrLayout): ZarrArray {
  const { shape, type, file, chunk, fill } = layout;
  return {
    shape,
    chunk,
    dtype: dtypeOfType(type),
    async read({ from = shape.map(() => 0), to = shape } = {}) {
      checkPart(folder, shape, from, to);
      const size = to.map((end, d) => end - (from[d] as number));
      const data = make(folder, layout, size);
      for (const at of gridOf(from, to, file)) {
        const corner = at.map((k, d) => k * (file[d] as number));
        const get = await openChunks(join(folder, layout.nameOf(at)), layout);
        const low = from.map((k, d) => Math.max(0, k - (corner[d] as number)));
        const high = to.map((k, d) => Math.min(file[d] as number, k - (corner[d] as number)));
        for (const inner of gridOf(low, high, chunk)) {
          const numbers = await get(inner);
          const start = inner.map((k, d) => (corner[d] as number) + k * (chunk[d] as number));
          copyPart(numbers ?? fill, { shape: chunk, start }, data, { shape: size, start: from });
        }
      }
      return { shape: size, data };
    },
  };
}

function make(folder: string, { type }: ZarrLayout, size: readonly number[]): Numbers {
  const count = size.reduce((a, b) => a * b, 1);
  try {
    return type.make(count);
  } catch (cause) {
    throw new EncodingError(
      "format",
      `Zarr: ${folder}: [${size.join(", ")}] numbers do not fit into memory.`,
      {},
      cause,
    );
  }
}

function checkPart(
  folder: string,
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): void {
  const good =
    from.length === shape.length &&
    to.length === shape.length &&
    shape.every((size, d) => {
      const [low, high] = [from[d] as number, to[d] as number];
      return (
        Number.isSafeInteger(low) && Number.isSafeInteger(high) && low >= 0 && low <= high && high <= size
      );
    });
  if (good) return;
  throw new EncodingError(
    "range",
    `Zarr: [${from.join(", ")}] … [${to.join(", ")}] lies outside the [${shape.join(", ")}] of ${folder}.`,
  );
}
