import { unzipSync, zipSync } from "fflate";
import { EncodingError } from "../core/index.ts";
import type { NdArray } from "./ndarray.ts";
import { encodeNpy, parseNpy } from "./npy.ts";

/** No .npz of ours may unpack to more than this. */
const mostBytes = 8 * 2 ** 30;

/** Read a NumPy archive (.npz): arrays by name.
 * @throws EncodingError "format" if the archive is damaged or unpacks to more than 8 GiB. */
export function parseNpz(bytes: Uint8Array): Record<string, NdArray> {
  let total = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        if (total > mostBytes)
          throw new EncodingError("format", `NPZ: unpacks to more than 8 GiB at "${name}".`);
        return name.endsWith(".npy");
      },
    });
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError("format", `NPZ: damaged or cut off: ${(cause as Error).message}.`, {}, cause);
  }
  return Object.fromEntries(Object.entries(entries).map(([name, npy]) => [name.slice(0, -4), parseNpy(npy)]));
}

/** Write a NumPy archive; the same arrays give the same bytes. */
export function encodeNpz(arrays: Readonly<Record<string, NdArray>>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1), level: 6 });
}
