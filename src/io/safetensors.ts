import { EncodingError } from "../core/index.ts";
import type { NdArray, Numbers } from "./ndarray.ts";
import { type NumberType, nameOfNumbers, numberTypes, readNumbers } from "./number-type.ts";
import { fromShortFloats, shortFloats, toShortFloats } from "./short-float.ts";
import { decodeText, quote } from "./text.ts";

/** Bytes of a number of each kind; kinds of newer versions of the format are refused when they are read. */
const widths = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

/** Kind of the numbers of a tensor in a safetensors file. */
export type SafetensorsType = keyof typeof widths;

/** A tensor as a safetensors file declares it. */
export interface SafetensorsEntry {
  readonly name: string;
  /** One of {@link SafetensorsType}, or a newer kind that cannot be read here. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Where its bytes lie, in bytes of the file. */
  readonly from: number;
  readonly to: number;
}

/** What stands before the numbers of a safetensors file. */
export interface SafetensorsHeader {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** Texts that the writer added. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Options of {@link encodeSafetensors}. */
export interface EncodeSafetensorsOptions {
  /** Store all floats as this kind, rounded to the nearest, ties to even; by default float32 and float64 stay as they are. */
  readonly floats?: "F32" | "F16" | "BF16";
  /** Texts to add. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const longestHeader = 100_000_000; // as in the reference implementation

/** Length of the header in bytes; it begins at byte 8. @param head the first 8 bytes of the file. @param size of the file.
 * @throws EncodingError "format" if the file is too short or the length is not possible. */
export function readSafetensorsLength(head: Uint8Array, size: number): number {
  if (head.length < 8)
    throw new EncodingError("format", `safetensors: a file has 8 bytes at least; got ${size}.`);
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  if (length < 2 || length > longestHeader || 8 + length > size)
    throw new EncodingError(
      "format",
      `safetensors: the header cannot have ${length} bytes in a file of ${size}. Is it cut off, or not a safetensors file?`,
    );
  return length;
}

/** Read the header of a safetensors file: names, kinds, shapes and places, all checked before any number is read.
 * @param header its bytes, from byte 8 on. @param size of the file.
 * @throws EncodingError "format" if it is no JSON of that form, a shape does not fill its bytes, or tensors overlap, leave holes or lie
 * outside the file.
 * @source the safetensors format, huggingface/safetensors (README). */
export function parseSafetensorsHeader(header: Uint8Array, size: number): SafetensorsHeader {
  const json = parseJson(header);
  const start = 8 + header.length;
  const metadata = Object.hasOwn(json, "__metadata__") ? checkMetadata(json.__metadata__) : {};
  const entries = Object.entries(json)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => checkEntry(name, value, start))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let end = start;
  for (const { name, from, to } of entries) {
    if (from !== end)
      throw new EncodingError(
        "format",
        `safetensors: the tensor ${quote(name)} must begin at byte ${end}, where the one before it ends; it begins at ${from}. The header is damaged.`,
      );
    end = to;
  }
  if (end !== size)
    throw new EncodingError(
      "format",
      `safetensors: the tensors end at byte ${end}, the file at ${size}. Is it cut off?`,
    );
  return { tensors: new Map(entries.map((entry) => [entry.name, entry])), metadata };
}

/** The numbers of one tensor.
 * @param bytes those of [from, to).
 * @returns float16 and bfloat16 as float32, 64-bit integers as float64, booleans as uint8.
 * @throws EncodingError "format" for kinds that cannot be read, and integers beyond ±2⁵³. */
export function decodeSafetensors({ name, type, shape }: SafetensorsEntry, bytes: Uint8Array): NdArray {
  const count = shape.reduce((a, b) => a * b, 1);
  if (type === "F16" || type === "BF16") {
    const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
    const bits = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
    return { shape, data: fromShortFloats(bits, shortFloats[type]) };
  }
  if (!Object.hasOwn(widths, type))
    throw new EncodingError(
      "format",
      `safetensors: the numbers of ${quote(name)} are ${quote(type)}, which cannot be read; legal: ${Object.keys(widths).join(", ")}. Convert the model to float32.`,
    );
  const kind = numberTypeOf(type as SafetensorsType);
  return { shape, data: readNumbers(bytes, { type: kind, from: 0, count, little: true }) };
}

/** Read all of a safetensors file that is in memory. @throws EncodingError "format". */
export function parseSafetensors(bytes: Uint8Array): {
  readonly tensors: Readonly<Record<string, NdArray>>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const length = readSafetensorsLength(bytes, bytes.length);
  const { tensors, metadata } = parseSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length);
  const read = Array.from(tensors.values(), (entry): [string, NdArray] => [
    entry.name,
    decodeSafetensors(entry, bytes.subarray(entry.from, entry.to)),
  ]);
  return { tensors: Object.fromEntries(read), metadata };
}

/** The pieces of a safetensors file, one after the other: the header, then each tensor; a tensor is converted when its piece is taken.
 * The same tensors give the same bytes, in whatever order they come: wide kinds first, then by name, as the reference implementation.
 * @throws EncodingError "shape" if a shape does not say as many numbers as there are. */
export function* encodeSafetensors(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Numbers }>>,
  { floats, metadata }: EncodeSafetensorsOptions = {},
): Generator<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(tensors)
    .map(([name, { shape, data }]) => ({ name, shape, data, type: typeToStore(data, floats) }))
    .sort((a, b) => widths[b.type] - widths[a.type] || (a.name < b.name ? -1 : 1));
  let end = 0;
  const header: [string, unknown][] = metadata ? [["__metadata__", metadata]] : [];
  for (const { name, shape, data, type } of entries) {
    if (name === "__metadata__" || shape.reduce((a, b) => a * b, 1) !== data.length)
      throw new EncodingError(
        "shape",
        `encodeSafetensors: ${quote(name)} has ${data.length} numbers, its shape is [${shape.join(", ")}].`,
      );
    const from = end;
    end += data.length * widths[type];
    header.push([name, { dtype: type, shape, data_offsets: [from, end] }]);
  }
  yield headerBytes(Object.fromEntries(header));
  for (const { data, type } of entries) yield numberBytes(data, type);
}

function parseJson(header: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(decodeText("safetensors", header));
  } catch (cause) {
    throw new EncodingError("format", "safetensors: the header is no JSON text.", {}, cause);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new EncodingError("format", "safetensors: the header must be a JSON object.");
  return json as Record<string, unknown>;
}

function checkMetadata(value: unknown): Readonly<Record<string, string>> {
  const fine =
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((one) => typeof one === "string");
  if (!fine) throw new EncodingError("format", "safetensors: __metadata__ must hold texts only.");
  return value as Readonly<Record<string, string>>;
}

function checkEntry(name: string, value: unknown, start: number): SafetensorsEntry {
  const { dtype, shape, data_offsets: place } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(place) || place.length !== 2)
    throw new EncodingError(
      "format",
      `safetensors: the tensor ${quote(name)} must have dtype, shape and data_offsets; got ${quote(JSON.stringify(value) ?? "nothing", 80)}.`,
    );
  const [from, to] = place as [number, number];
  const wanted =
    shape.reduce((a, b) => a * b, 1) *
    (Object.hasOwn(widths, dtype) ? widths[dtype as SafetensorsType] : Number.NaN);
  if (from > to || (!Number.isNaN(wanted) && wanted !== to - from))
    throw new EncodingError(
      "format",
      `safetensors: ${quote(name)}, ${quote(dtype)} [${shape.join(", ")}], must have ${wanted} bytes; its place [${from}, ${to}) has ${to - from}.`,
    );
  return { name, type: dtype, shape, from: start + from, to: start + to };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function numberTypeOf(type: SafetensorsType): NumberType {
  if (type === "BOOL") return numberTypes.u1;
  const name = `${type[0]?.toLowerCase()}${widths[type]}` as keyof typeof numberTypes;
  return numberTypes[name];
}

function typeToStore(data: Numbers, floats: EncodeSafetensorsOptions["floats"]): SafetensorsType {
  const name = nameOfNumbers(data);
  if (name[0] === "f" && floats) return floats;
  return `${name[0]?.toUpperCase()}${8 * Number(name[1])}` as SafetensorsType;
}

function headerBytes(header: object): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8; // numbers begin at a multiple of 8
  const out = new Uint8Array(8 + length).fill(32);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, 8);
  return out;
}

function numberBytes(data: Numbers, type: SafetensorsType): Uint8Array<ArrayBuffer> {
  const stored =
    type === "F16" || type === "BF16"
      ? toShortFloats(data, shortFloats[type])
      : type === "F32" && data instanceof Float64Array
        ? Float32Array.from(data)
        : data;
  return new Uint8Array(stored.buffer as ArrayBuffer, stored.byteOffset, stored.byteLength);
}
