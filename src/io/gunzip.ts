import { gunzipSync } from "node:zlib";
import { EncodingError } from "../core/index.ts";

const most = 4 * 2 ** 30 - 1;

/** The bytes of a gzip file; other bytes as they are.
 * @throws EncodingError "format" if it is damaged, cut off, or unpacks to 4 GiB or more. */
export function gunzip(kind: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (cause) {
    throw new EncodingError(
      "format",
      `${kind}: the gzip data is damaged or cut off: ${(cause as Error).message}.`,
      {},
      cause,
    );
  }
}
