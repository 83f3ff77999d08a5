import { openSync } from "node:fs";
import { devNull } from "node:os";
import type { Dataset, File } from "h5wasm/node";
import { EncodingError } from "../core/index.ts";

type Module = typeof import("h5wasm/node");
type Library = Awaited<Module["default"]["ready"]>;

let loaded: Module | undefined;

/** The library, when it is first needed: it takes some 600 MB of memory. */
async function load(): Promise<Module> {
  loaded ??= await import("h5wasm/node");
  return loaded;
}

/** Whether a thing in a file is a data set. */
export function isDataset(value: unknown): value is Dataset {
  return loaded !== undefined && value instanceof loaded.Dataset;
}

/** Open a file with the HDF5 library.
 * @throws EncodingError "format" if the library cannot. */
export async function openWithLibrary(path: string): Promise<File> {
  const { default: h5wasm, File: Hdf5 } = await load();
  silence(await h5wasm.ready);
  return guard(path, () => {
    const file = new Hdf5(path, "r");
    if (file.file_id < 0n) throw new Error("the library cannot open it");
    file.keys();
    return file;
  });
}

/** Read rows [from, to) of a data set, of them the columns [left, right) where it has two axes, as they lie in memory: row-major,
 * little-endian.
 *
 * The library's own reader does not look at what came of its read: a chunk that fails its checksum comes back as whatever the memory held.
 * Here the outcome is looked at.
 * @throws Error if the read failed. */
export async function openReader(file: File) {
  const library = await (await load()).default.ready;
  return (dataset: Dataset, from: number, to: number, columns?: readonly [number, number]): Uint8Array => {
    const { shape, size } = dataset.metadata;
    const scalar = shape === null || shape.length === 0;
    const [left, right] = columns ?? [0, 0];
    const rest = columns ? [right - left] : (shape?.slice(1) ?? []);
    const count = scalar ? null : [to - from, ...rest].map(BigInt);
    const offset = count?.map((_, d) => BigInt([from, left][d] ?? 0)) ?? null;
    const strides = count?.map(() => 1n) ?? null;
    const bytes = Number(count?.reduce((a, b) => a * b, 1n) ?? 1n) * size;
    if (bytes === 0) return new Uint8Array(0);
    const at = library._malloc(bytes);
    if (at === 0) throw new Error(`no memory for ${bytes} bytes`);
    try {
      const status = library.get_dataset_data(file.file_id, dataset.path, count, offset, strides, BigInt(at));
      if (status < 0) throw new Error("a read failed: a checksum is wrong, or packed data do not unpack");
      return library.HEAPU8.slice(at, at + bytes);
    } finally {
      (library as Library & { _free(at: number): void })._free(at);
    }
  };
}

/** Errors of the library, and its traps on damaged files, in one line of ours. */
export function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    const said = String((cause as Error | undefined)?.message ?? cause).split("\n")[0];
    throw new EncodingError(
      "format",
      `HDF5: ${path} is damaged, cut off, or packed by a filter that is not there: ${said}.`,
      { path },
      cause,
    );
  }
}

let silent = false;

/** The library writes a page about each error to the standard error stream; its own copy of that stream is led nowhere. (Errors thrown by
 * the library itself, its other mode, leave it unable to read the next file.) */
function silence(library: Library): void {
  const { FS } = library as unknown as { FS: { getStream(number: number): { nfd: number } | null } };
  const stream = FS.getStream(2);
  if (silent || stream === null) return;
  stream.nfd = openSync(devNull, "w");
  silent = true;
}
