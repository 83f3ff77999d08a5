import { type FileHandle, open } from "node:fs/promises";
import { EncodingError } from "../core/index.ts";
import { quote } from "./text.ts";

/** One file of a tar archive: where its bytes stand. */
export interface TarEntry {
  readonly name: string;
  /** First byte of its content in the archive. */
  readonly offset: number;
  readonly size: number;
}

const block = 512;
/** Longest name or pax record that is believed. */
const longestRecord = 2 ** 20;

/** List the regular files of a tar archive, in order, by reading its headers only: memory does not grow with the archive.
 *
 * POSIX ustar with prefixes, GNU long names and sizes of 8 GiB or more, pax records `path` and `size`. Folders, links and devices are
 * passed over. Nothing is ever unpacked to disk, so that names may say what they like.
 * @throws EncodingError "file" if it cannot be read; "format" if a header's checksum is wrong, or a file runs over the archive's end.
 * @source POSIX.1-2001 pax, GNU tar manual "Basic Tar Format". */
export async function* listTar(path: string): AsyncGenerator<TarEntry> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new EncodingError("file", `listTar: cannot read ${path}: ${(cause as Error).message}.`, {}, cause);
  });
  try {
    yield* entriesOf(file, (await file.stat()).size, path);
  } finally {
    await file.close();
  }
}

/** Read some bytes of a file.
 * @throws EncodingError "file" if it cannot be read; "format" if it ends before. */
export async function readRange(path: string, offset: number, size: number): Promise<Buffer> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new EncodingError(
      "file",
      `readRange: cannot read ${path}: ${(cause as Error).message}.`,
      {},
      cause,
    );
  });
  try {
    return await readAt(file, offset, size, path);
  } finally {
    await file.close();
  }
}

async function* entriesOf(file: FileHandle, end: number, path: string): AsyncGenerator<TarEntry> {
  let at = 0;
  let told: { name?: string; size?: number } = {};
  while (at < end) {
    if (at + block > end) throw damaged(path, `its last header is cut off at byte ${at}`);
    const header = await readAt(file, at, block, path);
    if (header.every((byte) => byte === 0)) return; // the end mark
    checkSum(header, at, path);
    const kind = String.fromCharCode(header[156] as number);
    const size = told.size ?? readSize(header, at, path);
    const offset = at + block;
    const next = offset + Math.ceil(size / block) * block;
    if (offset + size > end)
      throw damaged(path, `${quote(told.name ?? nameOf(header))} runs over its end (byte ${end}): cut off?`);
    if ("LKxg".includes(kind)) {
      if (size > longestRecord) throw damaged(path, `a name or record at byte ${at} claims ${size} bytes`);
      const record = await readAt(file, offset, size, path);
      if (kind === "L") told = { ...told, name: cString(record) };
      if (kind === "x") told = { ...told, ...readPax(record, at, path) };
    } else {
      if ("0\0 7".includes(kind)) yield { name: told.name ?? nameOf(header), offset, size };
      told = {};
    }
    at = next;
  }
  if (at > end) throw damaged(path, `its last file is cut off at byte ${end}`);
}

async function readAt(file: FileHandle, offset: number, size: number, path: string): Promise<Buffer> {
  const out = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await file.read(out, done, size - done, offset + done);
    if (bytesRead === 0) throw damaged(path, `it ends at byte ${offset + done}, within a file`);
    done += bytesRead;
  }
  return out;
}

function checkSum(header: Buffer, at: number, path: string): void {
  let sum = 0;
  for (let k = 0; k < block; k++) sum += k >= 148 && k < 156 ? 32 : (header[k] as number);
  if (sum !== octal(header, 148, 8))
    throw damaged(path, `the checksum of the header at byte ${at} is wrong: is it a tar archive?`);
}

/** Octal digits, or GNU's base 256 where the first bit is set. */
function readSize(header: Buffer, at: number, path: string): number {
  const first = header[124] as number;
  const size =
    (first & 0x80) === 0
      ? octal(header, 124, 12)
      : header.subarray(125, 136).reduce((sum, byte) => 256 * sum + byte, first & 0x7f);
  if (!Number.isSafeInteger(size) || size < 0) throw damaged(path, `the header at byte ${at} has no size`);
  return size;
}

function octal(header: Buffer, from: number, length: number): number {
  const text = cString(header.subarray(from, from + length)).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

function nameOf(header: Buffer): string {
  const name = cString(header.subarray(0, 100));
  const ustar = header.toString("latin1", 257, 263) === "ustar\0"; // GNU's "ustar  " has no prefix
  const prefix = ustar ? cString(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

/** Records "LENGTH key=value\n". */
function readPax(record: Buffer, at: number, path: string): { name?: string; size?: number } {
  const told: { name?: string; size?: number } = {};
  for (let from = 0; from < record.length; ) {
    const space = record.indexOf(32, from);
    const length = Number(record.toString("latin1", from, Math.max(from, space)));
    if (space < 0 || !Number.isInteger(length) || length < 5 || from + length > record.length)
      throw damaged(path, `the pax record at byte ${at} is no list of lengths, keys and values`);
    const text = record.toString("utf8", space + 1, from + length - 1);
    const [key, value] = [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
    if (key === "path") told.name = value;
    if (key === "size") {
      told.size = Number(value);
      if (!/^\d+$/.test(value) || !Number.isSafeInteger(told.size))
        throw damaged(path, `the pax record at byte ${at} says size ${quote(value)}`);
    }
    from += length;
  }
  return told;
}

function damaged(path: string, what: string): EncodingError {
  return new EncodingError("format", `listTar: ${path} is damaged: ${what}.`, { path });
}
