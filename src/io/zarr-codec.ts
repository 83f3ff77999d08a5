import { gunzipSync, inflateSync } from "node:zlib";
import { EncodingError } from "../core/index.ts";

/** Unpack the bytes of a chunk. `most`: bytes that may come of it; nothing beyond them is unpacked.
 * @throws Error, whatever the library says of damaged bytes. */
export type Unpack = (bytes: Uint8Array, most: number) => Promise<Uint8Array>;

/** Byte codecs by name, as Zarr's metadata spell them (version 3 may put "numcodecs." before). */
const unpackers: Readonly<Record<string, Unpack>> = {
  gzip: async (bytes, most) => gunzipSync(bytes, { maxOutputLength: Math.max(1, most) }),
  zlib: async (bytes, most) => inflateSync(bytes, { maxOutputLength: Math.max(1, most) }),
  zstd: async (bytes, most) => {
    checkSize(zstdSize(bytes), most);
    return (await load("zstd")).decode(bytes);
  },
  blosc: async (bytes, most) => {
    if (bytes.length < 16) throw new Error("it is cut off");
    const [size, packed] = [4, 12].map((at) => viewOf(bytes).getUint32(at, true)) as [number, number];
    if (packed !== bytes.length) throw new Error(`it should have ${packed} bytes and has ${bytes.length}`);
    checkSize(size, most);
    return size === 0 ? new Uint8Array(0) : (await load("blosc")).decode(bytes);
  },
  lz4: async (bytes, most) => {
    if (bytes.length < 4) throw new Error("it is cut off");
    checkSize(viewOf(bytes).getUint32(0, true), most);
    return (await load("lz4")).decode(bytes);
  },
  crc32c: async (bytes) => {
    const end = bytes.length - 4;
    if (end < 0) throw new Error("it is cut off");
    const body = bytes.subarray(0, end);
    if (viewOf(bytes).getUint32(end, true) !== crc32c(body)) throw new Error("its checksum is wrong");
    return body;
  },
};

/** The codec of a name.
 * @throws EncodingError "format" naming an unknown one and those there are. */
export function findUnpack(place: string, name: unknown): Unpack {
  const found = typeof name === "string" ? name.replace(/^numcodecs\./, "") : "";
  if (Object.hasOwn(unpackers, found)) return unpackers[found] as Unpack;
  throw new EncodingError(
    "format",
    `Zarr: ${place} is packed with the codec ${JSON.stringify(name)?.slice(0, 80)}, which is not known; legal: none, ${Object.keys(unpackers).join(", ")}.`,
  );
}

/** CRC-32C (Castagnoli). @source RFC 3720, appendix B.4: 32 zero bytes give 8a9136aa. */
export function crc32c(bytes: Uint8Array): number {
  let value = ~0;
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 255] as number) ^ (value >>> 8);
  return ~value >>> 0;
}

const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

interface Codec {
  decode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A codec of the library, when it is first needed. */
async function load(name: "blosc" | "zstd" | "lz4"): Promise<Codec> {
  if (name === "blosc") return (await import("numcodecs/blosc")).default.fromConfig({ id: name }) as Codec;
  if (name === "zstd") return (await import("numcodecs/zstd")).default.fromConfig({ id: name }) as Codec;
  return (await import("numcodecs/lz4")).default.fromConfig({ id: name }) as Codec;
}

/** Size that a Zstandard frame says it unpacks to; 0 if it does not say. @source RFC 8878, 3.1.1.1. */
function zstdSize(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  if (bytes.length < 9) throw new Error("it is cut off");
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new Error("it does not begin as Zstandard does");
  const flags = view.getUint8(4);
  const single = (flags & 32) !== 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][flags & 3] as number);
  const kind = flags >> 6;
  if (at + 2 ** kind > bytes.length) throw new Error("it is cut off");
  if (kind === 0) return single ? view.getUint8(at) : 0;
  if (kind === 1) return view.getUint16(at, true) + 256;
  return kind === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function checkSize(size: number, most: number): void {
  if (size > most) throw new Error(`it unpacks to ${size} bytes, more than the ${most} that it should hold`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
