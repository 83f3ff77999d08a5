import { zipSync } from "fflate";
import { EncodingError } from "../core/index.ts";
import type { NdArray } from "./ndarray.ts";
import { encodeNpy, parseNpy } from "./npy.ts";
import { quote } from "./text.ts";
import { listZip, unzipEntry, type ZipEntry } from "./zip.ts";

/** An entry of a NumPy archive may unpack to this: what one buffer holds. */
const mostBytes = 2 ** 32 - 1;

/** Names of the arrays of a NumPy archive, in its order; nothing is unpacked.
 * @throws EncodingError "format" if the archive is damaged. */
export function listNpz(bytes: Uint8Array): readonly string[] {
  return arraysOf(bytes).map(({ name }) => nameOf(name));
}

/** Read a NumPy archive (.npz), stored or deflated, ZIP64 too: arrays by name. Checksums are checked.
 * @param names of the arrays to read; default all. Names that are not there are left out.
 * @throws EncodingError "format" if the archive or an array in it is damaged, or one unpacks to 4 GiB or more. */
export function parseNpz(
  bytes: Uint8Array,
  { names }: { names?: readonly string[] } = {},
): Record<string, NdArray> {
  const wanted = arraysOf(bytes).filter(({ name }) => names === undefined || names.includes(nameOf(name)));
  return Object.fromEntries(wanted.map((entry) => [nameOf(entry.name), readEntry(bytes, entry)]));
}

/** Write a NumPy archive, deflated; the same arrays give the same bytes.
 * @throws EncodingError "shape" as {@link encodeNpy}; "option" for more than 4 GiB. */
export function encodeNpz(arrays: Readonly<Record<string, NdArray>>): Uint8Array {
  const total = Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total > 2 ** 32 - 2 ** 24)
    throw new EncodingError(
      "option",
      `encodeNpz: an archive holds at most 4 GiB; got ${total} bytes. Write NPY files.`,
    );
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1), level: 6 });
}

function arraysOf(bytes: Uint8Array): readonly ZipEntry[] {
  return listZip(bytes).filter(({ name }) => name.endsWith(".npy"));
}

function nameOf(entry: string): string {
  return entry.slice(0, -4);
}

function readEntry(bytes: Uint8Array, entry: ZipEntry): NdArray {
  if (entry.size > mostBytes)
    throw new EncodingError(
      "format",
      `NPZ: ${quote(entry.name)} unpacks to 4 GiB or more; got ${entry.size} bytes.`,
    );
  const npy = unzipEntry(bytes, entry);
  try {
    return parseNpy(npy);
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause;
    throw new EncodingError(cause.kind, `NPZ: ${quote(entry.name)}: ${cause.message}`, cause.details, cause);
  }
}
