import { constants, gunzipSync } from "node:zlib";
import { EncodingError } from "../core/index.ts";

/** Deflate packs at best 1,032 bytes into one. */
const mostRatio = 1032;

/** Whether bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The bytes of a gzip file; other bytes as they are.
 * @param most bytes that it may unpack to; nothing beyond them is unpacked.
 * @throws EncodingError "format" if it is damaged, cut off, or unpacks to more. */
export function gunzip(kind: string, bytes: Uint8Array, { most }: { most: number }): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, Math.min(most, 2 ** 32 - 1)) });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw new EncodingError(
        "format",
        `${kind}: unpacks to more than the ${most} bytes that it should hold. Is it damaged?`,
        {},
        cause,
      );
    throw new EncodingError(
      "format",
      `${kind}: the gzip data is damaged or cut off: ${(cause as Error).message}.`,
      {},
      cause,
    );
  }
}

/** The first bytes of a gzip file, at least `least` where there are so many; other bytes as they are. Damage is left for {@link gunzip} to
 * tell of. */
export function gunzipHead(bytes: Uint8Array, least: number): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes.subarray(0, 1024 + 2 * least), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0);
  }
}

/** Whether so few packed bytes can hold so many. */
export function canUnpackTo(packed: number, unpacked: number): boolean {
  return unpacked <= packed * mostRatio + 1024;
}
