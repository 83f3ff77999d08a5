import { unzipSync } from "node:zlib";
import { EncodingError } from "../core/index.ts";
import { canUnpackTo } from "./gunzip.ts";
import { fromFortran, type NdArray, type Numbers, sizeOf } from "./ndarray.ts";
import { type NumberName, type NumberType, numberTypes, readNumbers } from "./number-type.ts";
import { quote } from "./text.ts";

/** An XML element: attributes begin with @. */
export type XmlNode = Readonly<Record<string, unknown>>;

/** Reads bytes [offset, offset + length) of a file beside the GIFTI file, by the name that this gives it. */
export type ReadPart = (name: string, offset: number, length: number) => Uint8Array;

/** UINT8, INT32 and FLOAT32 are the standard's; the others are written by some programs. */
const types: Readonly<Record<string, NumberName>> = {
  NIFTI_TYPE_UINT8: "u1",
  NIFTI_TYPE_INT8: "i1",
  NIFTI_TYPE_UINT16: "u2",
  NIFTI_TYPE_INT16: "i2",
  NIFTI_TYPE_UINT32: "u4",
  NIFTI_TYPE_INT32: "i4",
  NIFTI_TYPE_UINT64: "u8",
  NIFTI_TYPE_INT64: "i8",
  NIFTI_TYPE_FLOAT32: "f4",
  NIFTI_TYPE_FLOAT64: "f8",
};

/** Name of a kind of number in a GIFTI file. */
export function giftiTypeOf(name: NumberName): string {
  return Object.keys(types).find((type) => types[type] === name) as string;
}

/** Read the numbers of a DataArray element, row-major.
 * @param text of its Data element.
 * @throws EncodingError "format" for attributes that are missing or unknown, and data that is damaged or does not fit the sizes. */
export function readGiftiData(node: XmlNode, text: string, external: ReadPart | undefined): NdArray {
  const attribute = (name: string) => String(node[`@${name}`] ?? "");
  const shape = readShape(attribute);
  const typeName = attribute("DataType");
  if (!Object.hasOwn(types, typeName))
    throw damaged(
      `data of type ${quote(typeName)} are not supported; legal: ${Object.keys(types).join(", ")}`,
    );
  const type = numberTypes[types[typeName] as NumberName];
  const order = shape.length < 2 ? "RowMajorOrder" : attribute("ArrayIndexingOrder");
  if (order !== "RowMajorOrder" && order !== "ColumnMajorOrder")
    throw damaged(`ArrayIndexingOrder must be RowMajorOrder or ColumnMajorOrder; got ${quote(order)}`);
  const data =
    attribute("Encoding") === "ASCII"
      ? fromText(text, shape, type)
      : fromBinary(attribute, { text, shape, type, external });
  return { shape, data: order === "ColumnMajorOrder" ? fromFortran({ shape, data }) : data };
}

function readShape(attribute: (name: string) => string): number[] {
  const axes = Number(attribute("Dimensionality") || Number.NaN);
  if (!Number.isInteger(axes) || axes < 1 || axes > 6)
    throw damaged(`the number of axes must be 1 … 6; got ${quote(attribute("Dimensionality"))}`);
  if (attribute(`Dim${axes}`) !== "") throw damaged(`there are more sizes than ${axes} axes`);
  return Array.from({ length: axes }, (_, d) => Number(attribute(`Dim${d}`) || Number.NaN));
}

function fromText(text: string, shape: readonly number[], type: NumberType): Numbers {
  const words = text.match(/\S+/g) ?? [];
  const out = type.make(sizeOf("GIFTI", shape, { room: words.length }));
  const real = out instanceof Float32Array || out instanceof Float64Array;
  for (const [k, word] of words.entries()) {
    const value = toNumber(word);
    out[k] = value;
    if (!real && out[k] !== value) throw damaged(`${quote(word)} is no whole number of its type`);
  }
  return out;
}

function toNumber(word: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return Number(word);
  if (/^[+-]?nan$/i.test(word)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(word))
    return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  throw damaged(`${quote(word)} is no number`);
}

function fromBinary(
  attribute: (name: string) => string,
  {
    text,
    shape,
    type,
    external,
  }: { text: string; shape: readonly number[]; type: NumberType; external: ReadPart | undefined },
): Numbers {
  const endian = attribute("Endian");
  if (endian !== "LittleEndian" && endian !== "BigEndian")
    throw damaged(`Endian must be LittleEndian or BigEndian; got ${quote(endian)}`);
  const bytes = readPacked(attribute, { text, shape, type, external });
  const count = sizeOf("GIFTI", shape, { room: bytes.length / type.bytes });
  return readNumbers(bytes, { type, from: 0, count, little: endian === "LittleEndian" });
}

function readPacked(
  attribute: (name: string) => string,
  {
    text,
    shape,
    type,
    external,
  }: { text: string; shape: readonly number[]; type: NumberType; external: ReadPart | undefined },
): Uint8Array {
  const encoding = attribute("Encoding");
  if (encoding === "Base64Binary") return fromBase64(text);
  const size = sizeOf("GIFTI", shape, { room: 2 ** 31 / type.bytes, exact: false }) * type.bytes;
  if (encoding === "GZipBase64Binary") return inflate(fromBase64(text), shape, size);
  if (encoding !== "ExternalFileBinary")
    throw damaged(
      `Encoding must be ASCII, Base64Binary, GZipBase64Binary or ExternalFileBinary; got ${quote(encoding)}`,
    );
  const name = attribute("ExternalFileName");
  const offset = Number(attribute("ExternalFileOffset") || 0);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw damaged(`ExternalFileOffset must be a whole number; got ${quote(attribute("ExternalFileOffset"))}`);
  if (external === undefined)
    throw damaged(`the data stand in another file, ${quote(name)}; read it by its path, with readGifti`);
  return external(name, offset, size);
}

/** Node's decoder passes over what is not base64; here that is damage. */
function fromBase64(text: string): Buffer {
  const clean = text.replace(/\s+/g, "");
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean))
    throw damaged("the base64 data hold letters that do not belong there, or are cut off");
  return Buffer.from(clean, "base64");
}

function inflate(packed: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const sizes = `[${shape.join(", ")}]`;
  if (!canUnpackTo(packed.length, size))
    throw damaged(`${packed.length} packed bytes cannot hold ${sizes} numbers`);
  try {
    return unzipSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw damaged(`compressed data do not unpack to ${sizes} numbers: ${(cause as Error).message}`, cause);
  }
}

function damaged(what: string, cause?: unknown): EncodingError {
  return new EncodingError("format", `GIFTI: ${what}.`, {}, cause);
}
