import { crc32, inflateRawSync } from "node:zlib";
import { EncodingError } from "../core/index.ts";
import { canUnpackTo } from "./gunzip.ts";
import { quote } from "./text.ts";

/** One file of a ZIP archive, still packed. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes unpacked, as the archive's directory says. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  readonly crc: number;
  readonly encrypted: boolean;
  /** First byte of its local header. */
  readonly at: number;
}

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};

/** List a ZIP archive by its central directory, ZIP64 too; nothing is unpacked.
 * @throws EncodingError "format" if it is damaged, cut off, in several parts, or names a file twice.
 * @source PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3. */
export function listZip(bytes: Uint8Array): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, at, end } = findDirectory(view);
  const entries: ZipEntry[] = [];
  let next = at;
  for (let k = 0; k < count; k++) {
    if (next + 46 > end || view.getUint32(next, true) !== signatures.central)
      throw damaged(`entry ${k + 1} of ${count} is missing in its directory`);
    const lengths = [28, 30, 32].map((field) => view.getUint16(next + field, true));
    const size = 46 + lengths.reduce((a, b) => a + b, 0);
    if (next + size > end) throw damaged(`entry ${k + 1} of ${count} runs over the end of its directory`);
    entries.push(readEntry(bytes, view, next, lengths as [number, number, number]));
    next += size;
  }
  const twice = entries.find(({ name }, k) => entries.findIndex((one) => one.name === name) !== k);
  if (twice) throw damaged(`${quote(twice.name)} stands in it twice`);
  return entries;
}

/** Unpack one file, stored or deflated, and check it against its checksum.
 * @throws EncodingError "format" if it is damaged, encrypted, packed in another way, or of another size than the directory says. */
export function unzipEntry(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const { name, size, packedSize, method, crc, at } = entry;
  if (entry.encrypted) throw damaged(`${quote(name)} is encrypted`);
  if (method !== 0 && method !== 8)
    throw damaged(`${quote(name)} is packed by method ${method}; legal: 0 (stored), 8 (deflated)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 30 > bytes.length || view.getUint32(at, true) !== signatures.local)
    throw damaged(`${quote(name)} is not where the directory says`);
  const from = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (from + packedSize > bytes.length) throw damaged(`${quote(name)} is cut off`);
  if (method === 0 ? size !== packedSize : !canUnpackTo(packedSize, size))
    throw damaged(`${quote(name)} cannot unpack from ${packedSize} to ${size} bytes`);
  const packed = bytes.subarray(from, from + packedSize);
  const out = method === 0 ? packed : inflate(packed, name, size);
  if (out.length !== size)
    throw damaged(`${quote(name)} has ${out.length} bytes, the directory says ${size}`);
  if (crc32(out) !== crc) throw damaged(`the checksum of ${quote(name)} is wrong`);
  return out;
}

function inflate(packed: Uint8Array, name: string, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw damaged(`${quote(name)} does not unpack to ${size} bytes: ${(cause as Error).message}`, cause);
  }
}

/** The end-of-directory record stands last, before a comment of at most 65,535 bytes. */
function findDirectory(view: DataView): { count: number; at: number; end: number } {
  const last = view.byteLength - 22;
  for (let k = last; k >= 0 && k >= last - 65535; k--) {
    if (
      view.getUint32(k, true) !== signatures.end ||
      k + 22 + view.getUint16(k + 20, true) !== view.byteLength
    )
      continue;
    const wide = k >= 20 && view.getUint32(k - 20, true) === signatures.locator64;
    const found = wide ? readEnd64(view, k - 20) : readEnd(view, k);
    if (found.at + found.size > k || found.parts)
      throw damaged("its directory lies outside the file, or the archive is in several parts");
    if (found.count * 46 > found.size) throw damaged(`its directory has no room for ${found.count} entries`);
    return { count: found.count, at: found.at, end: found.at + found.size };
  }
  throw damaged("it has no directory at its end");
}

function readEnd(view: DataView, k: number) {
  return {
    parts: view.getUint16(k + 4, true) !== 0 || view.getUint16(k + 8, true) !== view.getUint16(k + 10, true),
    count: view.getUint16(k + 10, true),
    size: view.getUint32(k + 12, true),
    at: view.getUint32(k + 16, true),
  };
}

function readEnd64(view: DataView, locator: number) {
  const k = wideAt(view, locator + 8);
  if (k + 56 > view.byteLength || view.getUint32(k, true) !== signatures.end64)
    throw damaged("its ZIP64 directory is not where the locator says");
  const count = wideAt(view, k + 32);
  const parts = view.getUint32(k + 16, true) !== 0 || wideAt(view, k + 24) !== count;
  return { parts, count, size: wideAt(view, k + 40), at: wideAt(view, k + 48) };
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  k: number,
  [nameLength, extraLength]: [number, number, number],
): ZipEntry {
  const name = new TextDecoder().decode(bytes.subarray(k + 46, k + 46 + nameLength));
  const narrow = [24, 20, 42].map((field) => view.getUint32(k + field, true)); // size, packed size, place
  const extra = k + 46 + nameLength;
  const [size, packedSize, at] = widen(view, narrow, extra, extra + extraLength, name) as [
    number,
    number,
    number,
  ];
  return {
    name,
    size,
    packedSize,
    at,
    method: view.getUint16(k + 10, true),
    crc: view.getUint32(k + 16, true),
    encrypted: (view.getUint16(k + 8, true) & 1) === 1,
  };
}

/** Fields that do not fit in 32 bits stand, in their order, in the ZIP64 extra field (id 1). */
function widen(view: DataView, narrow: number[], from: number, end: number, name: string): number[] {
  if (!narrow.includes(0xffffffff)) return narrow;
  for (let k = from; k + 4 <= end; k += 4 + view.getUint16(k + 2, true)) {
    if (view.getUint16(k, true) !== 1) continue;
    const wanted = narrow.filter((value) => value === 0xffffffff).length * 8;
    if (view.getUint16(k + 2, true) < wanted || k + 4 + wanted > end) break;
    const wide = (before: number[]) => k + 4 + 8 * before.filter((value) => value === 0xffffffff).length;
    return narrow.map((value, f) => (value === 0xffffffff ? wideAt(view, wide(narrow.slice(0, f))) : value));
  }
  throw damaged(`the sizes of ${quote(name)} are missing`);
}

function wideAt(view: DataView, k: number): number {
  if (k + 8 > view.byteLength) throw damaged("it is cut off");
  return Number(view.getBigUint64(k, true));
}

function damaged(what: string, cause?: unknown): EncodingError {
  return new EncodingError(
    "format",
    `NPZ: the archive is damaged or not one of NumPy's: ${what}.`,
    {},
    cause,
  );
}
