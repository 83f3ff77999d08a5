import { createHash } from "node:crypto";
import { EncodingError } from "../core/index.ts";

/** One file a value: magic, header (JSON with holes for typed arrays), the arrays' bytes, and a SHA-256 of all before it. */
const magic = Buffer.from("simcortex store 1\n");
const hole = "$array";
const special = "$number";

const types = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
} as const;

interface ArrayEntry {
  readonly type: keyof typeof types;
  readonly length: number;
}

/** The bytes of a value: plain data with typed arrays at any depth.
 * @throws EncodingError "value" for what is not plain data. */
export function encodeContainer(value: unknown): Uint8Array {
  const arrays: ArrayBufferView[] = [];
  const entries: ArrayEntry[] = [];
  const body = JSON.stringify({ value: take(value), entries });
  const header = Buffer.from(body);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const start = magic.length + 8 + header.length;
  const parts: Uint8Array[] = [magic, size, header, Buffer.alloc(pad(start))];
  for (const array of arrays) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    parts.push(bytes, Buffer.alloc(pad(bytes.length)));
  }
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Buffer.concat([...parts, hash.digest()]);

  function take(item: unknown): unknown {
    if (typeof item === "number" && !Number.isFinite(item)) return { [special]: String(item) };
    if (Object.is(item, -0)) return { [special]: "-0" };
    if (ArrayBuffer.isView(item)) {
      const type = item.constructor.name;
      if (!(type in types)) throw new EncodingError("value", `encodeContainer: cannot store a ${type}.`);
      entries.push({ type: type as keyof typeof types, length: (item as Uint8Array).length });
      return { [hole]: arrays.push(item) - 1 };
    }
    if (Array.isArray(item)) return item.map(take);
    if (typeof item === "object" && item !== null)
      return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, take(inner)]));
    if (typeof item === "function" || typeof item === "symbol" || typeof item === "bigint")
      throw new EncodingError("value", `encodeContainer: cannot store a ${typeof item}.`);
    return item;
  }
}

/** The value in a container.
 * @throws EncodingError "format" if the bytes are damaged, cut off or not a container. */
export function decodeContainer(bytes: Uint8Array): unknown {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = file.subarray(0, Math.max(0, file.length - 32));
  const known = file.length > magic.length + 40 && file.subarray(0, magic.length).equals(magic);
  if (!known || !createHash("sha256").update(body).digest().equals(file.subarray(body.length)))
    throw new EncodingError("format", `decodeContainer: damaged or cut off; got ${file.length} bytes.`);
  const start = magic.length + 8;
  const length = Number(file.readBigUInt64LE(magic.length));
  const { value, entries } = JSON.parse(file.toString("utf8", start, start + length)) as {
    value: unknown;
    entries: readonly ArrayEntry[];
  };
  let offset = start + length + pad(start + length);
  const arrays = entries.map(({ type, length: count }) => {
    const size = count * types[type].BYTES_PER_ELEMENT;
    const copy = new Uint8Array(size); // aligned, and not a view that keeps the file alive
    copy.set(file.subarray(offset, offset + size));
    offset += size + pad(size);
    return new types[type](copy.buffer, 0, count);
  });
  return fill(value, arrays);
}

function fill(item: unknown, arrays: readonly ArrayBufferView[]): unknown {
  if (Array.isArray(item)) return item.map((inner) => fill(inner, arrays));
  if (typeof item !== "object" || item === null) return item;
  const keys = Object.keys(item);
  if (keys.length === 1 && keys[0] === hole) return arrays[(item as Record<string, number>)[hole] as number];
  if (keys.length === 1 && keys[0] === special) return Number((item as Record<string, string>)[special]);
  return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, fill(inner, arrays)]));
}

function pad(size: number): number {
  return (8 - (size % 8)) % 8;
}
