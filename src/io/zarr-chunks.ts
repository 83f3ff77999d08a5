import { open, stat } from "node:fs/promises";
import { EncodingError } from "../core/index.ts";
import type { Numbers } from "./ndarray.ts";
import { readNumbers } from "./number-type.ts";
import { readBytes } from "./write-file.ts";
import { type ChunkCoding, damaged, type ZarrLayout } from "./zarr-metadata.ts";

/** Chunks of one file, by their place in it; null where there is none. */
export type GetChunk = (inner: readonly number[]) => Promise<Numbers | null>;

/** Open a file of a Zarr array: one chunk, or a shard of several.
 * @throws EncodingError "file"; its function "format" for what is damaged. */
export async function openChunks(path: string, layout: ZarrLayout): Promise<GetChunk> {
  const found = await stat(path).catch(() => null);
  if (found === null) return async () => null;
  if (layout.shard === null) return async () => unpack(path, await readBytes(path), layout);
  const index = await readIndex(path, found.size, layout);
  const counts = layout.file.map((size, d) => size / (layout.chunk[d] as number));
  return async (inner) => {
    const k = 2 * inner.reduce((n, at, d) => n * (counts[d] as number) + at, 0);
    const [from, length] = [index[k] as bigint, index[k + 1] as bigint];
    if (from === empty && length === empty) return null;
    if (from + length > BigInt(found.size)) throw damaged(path, "the shard is cut off, or its index damaged");
    return unpack(path, await readPart(path, Number(from), Number(length)), layout);
  };
}

const empty = 2n ** 64n - 1n;

/** Offset and length of every chunk of a shard. */
async function readIndex(
  path: string,
  size: number,
  { file, chunk, shard }: ZarrLayout,
): Promise<BigUint64Array> {
  const { index, atEnd } = shard as NonNullable<ZarrLayout["shard"]>;
  const count = file.reduce((n, length, d) => n * (length / (chunk[d] as number)), 1);
  const length = count * 16 + 4 * index.packed.length;
  if (size < length)
    throw damaged(path, `the shard is cut off: its index alone has ${length} bytes, the file ${size}`);
  const raw = await readPart(path, atEnd ? size - length : 0, length);
  const bytes = await unpackBytes(path, raw, index, count * 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return BigUint64Array.from({ length: 2 * count }, (_, k) => view.getBigUint64(8 * k, index.little));
}

async function readPart(path: string, from: number, length: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const out = new Uint8Array(length);
    const { bytesRead } = await file.read(out, 0, length, from);
    if (bytesRead !== length) throw damaged(path, "it became shorter while it was read");
    return out;
  } finally {
    await file.close();
  }
}

async function unpack(
  path: string,
  bytes: Uint8Array,
  { type, chunk, coding }: ZarrLayout,
): Promise<Numbers> {
  const count = chunk.reduce((a, b) => a * b, 1);
  const raw = await unpackBytes(path, bytes, coding, count * type.bytes);
  const numbers = readNumbers(raw, { type, from: 0, count, little: coding.little });
  return coding.order === null ? numbers : turnBack(numbers, chunk, coding.order);
}

/** Undo the byte codecs, and hold what came against what should. */
async function unpackBytes(
  path: string,
  bytes: Uint8Array,
  { packed }: ChunkCoding,
  wanted: number,
): Promise<Uint8Array> {
  let out = bytes;
  for (let k = packed.length - 1; k >= 0; k--) {
    const { name, unpack: undo } = packed[k] as ChunkCoding["packed"][number];
    try {
      out = await undo(out, k === 0 ? wanted : 2 * wanted + 65_536);
    } catch (cause) {
      const said = String((cause as Error | undefined)?.message ?? cause).split("\n")[0];
      throw new EncodingError(
        "format",
        `Zarr: the chunk ${path} is damaged (${name}): ${said}.`,
        { path },
        cause,
      );
    }
  }
  if (out.length !== wanted)
    throw damaged(path, `the chunk must hold ${wanted} bytes and holds ${out.length}; is it cut off?`);
  return out;
}

/** Numbers whose axes stand in another order → row-major. @param order axis of the array at each axis of the bytes. */
function turnBack(numbers: Numbers, shape: readonly number[], order: readonly number[]): Numbers {
  const out = numbers.slice() as Numbers;
  const strides = shape.map(() => 1); // of the array's axes in the bytes
  for (let d = order.length - 2; d >= 0; d--)
    strides[order[d] as number] =
      (strides[order[d + 1] as number] as number) * (shape[order[d + 1] as number] as number);
  const put = (d: number, from: number, to: number): number => {
    if (d === shape.length) {
      out[to] = numbers[from] as number;
      return to + 1;
    }
    let next = to;
    for (let k = 0; k < (shape[d] as number); k++) next = put(d + 1, from + k * (strides[d] as number), next);
    return next;
  };
  put(0, 0, 0);
  return out;
}
