import { EncodingError } from "../core/index.ts";
import { type NumberName, type NumberType, numberTypes } from "./number-type.ts";
import { quote } from "./text.ts";
import { findUnpack, type Unpack } from "./zarr-codec.ts";

/** How the numbers of a chunk lie in its bytes. */
export interface ChunkCoding {
  /** Order of the axes in the bytes; null: as they are. */
  readonly order: readonly number[] | null;
  readonly little: boolean;
  /** From the numbers outward; the last is undone first. */
  readonly packed: readonly { readonly name: string; readonly unpack: Unpack }[];
}

/** What the metadata of a Zarr array say. */
export interface ZarrLayout {
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** Stands where there is no chunk. */
  readonly fill: number;
  /** Numbers of one file. */
  readonly file: readonly number[];
  /** Name of a file by its place in the grid of files. */
  readonly nameOf: (place: readonly number[]) => string;
  /** Numbers that are unpacked together: those of a file, or of a part of it. */
  readonly chunk: readonly number[];
  readonly coding: ChunkCoding;
  /** Where a file holds several chunks: how its index is packed, and where it stands. */
  readonly shard: { readonly index: ChunkCoding; readonly atEnd: boolean } | null;
}

type Json = Readonly<Record<string, unknown>>;
const mostBytes = 2 ** 31;
const mostChunks = 2 ** 24;

const longNames: Readonly<Record<string, NumberName>> = {
  bool: "u1",
  int8: "i1",
  uint8: "u1",
  int16: "i2",
  uint16: "u2",
  int32: "i4",
  uint32: "u4",
  int64: "i8",
  uint64: "u8",
  float16: "f2",
  float32: "f4",
  float64: "f8",
};

/** Read a `.zarray` of Zarr version 2. @throws EncodingError "format" saying what is damaged or not known. */
export function readVersion2(place: string, meta: Json): ZarrLayout {
  const dtype = String(meta.dtype);
  const name = dtype.slice(1) === "b1" ? "u1" : dtype.slice(1);
  if (!/^[<>|]/.test(dtype) || !Object.hasOwn(numberTypes, name))
    throw damaged(place, `numbers of type ${quote(dtype)} are not supported`);
  if (Array.isArray(meta.filters) && meta.filters.length > 0)
    throw damaged(place, `the filter ${quote(String(asObject(meta.filters[0])?.id))} is not known`);
  if (meta.order !== "C" && meta.order !== "F") throw damaged(place, `order must be "C" or "F"`);
  const compressor = meta.compressor === null ? null : asObject(meta.compressor);
  if (compressor === undefined) throw damaged(place, "compressor must be null or a codec");
  const separator = readSeparator(place, meta.dimension_separator ?? ".");
  const shape = readSizes(place, "shape", meta.shape, 0);
  const type = numberTypes[name as NumberName];
  const chunk = readChunk(place, meta.chunks, shape, type);
  return {
    shape,
    type,
    fill: readFill(place, meta.fill_value ?? 0, type),
    file: chunk,
    chunk,
    nameOf: (at) => at.join(separator) || "0",
    coding: {
      order: meta.order === "F" ? shape.map((_, d) => shape.length - 1 - d) : null,
      little: dtype[0] !== ">",
      packed: compressor ? [{ name: String(compressor.id), unpack: findUnpack(place, compressor.id) }] : [],
    },
    shard: null,
  };
}

/** Read a `zarr.json` of Zarr version 3, sharded or not. @throws EncodingError "format" saying what is damaged or not known. */
export function readVersion3(place: string, meta: Json): ZarrLayout {
  const type =
    typeof meta.data_type === "string" && Object.hasOwn(longNames, meta.data_type)
      ? numberTypes[longNames[meta.data_type] as NumberName]
      : undefined;
  if (type === undefined)
    throw damaged(place, `numbers of type ${quote(JSON.stringify(meta.data_type) ?? "")} are not supported`);
  const shape = readSizes(place, "shape", meta.shape, 0);
  const grid = asObject(meta.chunk_grid);
  if (grid?.name !== "regular") throw damaged(place, `chunk_grid must be "regular"`);
  const file = readChunk(place, asObject(grid.configuration)?.chunk_shape, shape, type);
  const codecs = readCodecs(place, meta.codecs);
  const outer = {
    shape,
    type,
    fill: readFill(place, meta.fill_value, type),
    file,
    nameOf: readNaming(place, meta),
  };
  const shards = codecs.find(({ name }) => name === "sharding_indexed");
  if (shards === undefined)
    return { ...outer, chunk: file, coding: readCoding(place, codecs, file.length), shard: null };
  if (codecs.length > 1) throw damaged(place, "sharding_indexed must stand alone among the codecs");
  const { chunk_shape, codecs: inner, index_codecs, index_location = "end" } = shards.configuration;
  const chunk = readChunk(place, chunk_shape, shape, type);
  if (chunk.some((size, d) => (file[d] as number) % size !== 0))
    throw damaged(place, `a shard of [${file.join(", ")}] cannot hold chunks of [${chunk.join(", ")}]`);
  if (index_location !== "end" && index_location !== "start")
    throw damaged(place, `index_location must be "start" or "end"`);
  const index = readCoding(place, readCodecs(place, index_codecs), file.length + 1);
  if (index.order !== null || index.packed.some(({ name }) => name !== "crc32c"))
    throw damaged(place, "the index of the shards may only be packed by crc32c");
  return {
    ...outer,
    chunk,
    coding: readCoding(place, readCodecs(place, inner), file.length),
    shard: { index, atEnd: index_location === "end" },
  };
}

/** One line about damaged metadata. */
export function damaged(place: string, what: string): EncodingError {
  return new EncodingError("format", `Zarr: ${place}: ${what}.`);
}

/** An object of JSON; undefined if it is none. */
export function asObject(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

interface Named {
  readonly name: string;
  readonly configuration: Json;
}

function readCodecs(place: string, codecs: unknown): Named[] {
  if (!Array.isArray(codecs)) throw damaged(place, "codecs must be a list");
  return codecs.map((codec: unknown) => ({
    name: String(asObject(codec)?.name ?? codec),
    configuration: asObject(asObject(codec)?.configuration) ?? {},
  }));
}

/** transpose, if any, then bytes, then byte codecs. */
function readCoding(place: string, codecs: readonly Named[], axes: number): ChunkCoding {
  const turned = codecs[0]?.name === "transpose" ? codecs[0] : undefined;
  const [bytes, ...packed] = turned ? codecs.slice(1) : codecs;
  if (bytes?.name !== "bytes")
    throw damaged(
      place,
      `the codec ${quote(bytes?.name ?? "")} stands where "bytes" should; "transpose" alone may stand before it`,
    );
  const endian = bytes.configuration.endian ?? "little";
  if (endian !== "little" && endian !== "big") throw damaged(place, `endian must be "little" or "big"`);
  return {
    order: turned ? readOrder(place, turned.configuration.order, axes) : null,
    little: endian === "little",
    packed: packed.map(({ name }) => ({ name, unpack: findUnpack(place, name) })),
  };
}

function readOrder(place: string, order: unknown, axes: number): readonly number[] | null {
  const straight = Array.from({ length: axes }, (_, d) => d);
  if (order === "C") return null;
  if (order === "F") return straight.reverse();
  const good = Array.isArray(order) && order.length === axes && straight.every((d) => order.includes(d));
  if (good) return order as number[];
  throw damaged(place, `the order of transpose must name each of the ${axes} axes once`);
}

function readNaming(place: string, meta: Json): ZarrLayout["nameOf"] {
  const { name, configuration } = asObject(meta.chunk_key_encoding) ?? {};
  const given = asObject(configuration)?.separator;
  if (name === "default") {
    const separator = readSeparator(place, given ?? "/");
    return (at) => ["c", ...at].join(separator);
  }
  if (name !== "v2") throw damaged(place, `chunk_key_encoding must be "default" or "v2"`);
  const separator = readSeparator(place, given ?? ".");
  return (at) => at.join(separator) || "0";
}

function readSeparator(place: string, separator: unknown): string {
  if (separator === "." || separator === "/") return separator;
  throw damaged(place, `the separator of chunk names must be "." or "/"`);
}

function readSizes(place: string, what: string, sizes: unknown, least: number): number[] {
  const good =
    Array.isArray(sizes) &&
    sizes.length <= 32 &&
    sizes.every((size) => Number.isSafeInteger(size) && (size as number) >= least);
  if (good) return sizes as number[];
  throw damaged(
    place,
    `${what} must be whole numbers ≥ ${least}; got ${quote(JSON.stringify(sizes) ?? "nothing")}`,
  );
}

function readChunk(place: string, sizes: unknown, shape: readonly number[], type: NumberType): number[] {
  const chunk = readSizes(place, "the shape of chunks", sizes, 1);
  if (chunk.length !== shape.length)
    throw damaged(place, `chunks of [${chunk.join(", ")}] do not divide an array of [${shape.join(", ")}]`);
  const bytes = chunk.reduce((a, b) => a * b, type.bytes);
  if (bytes > mostBytes)
    throw damaged(place, `chunks of [${chunk.join(", ")}] take ${bytes} bytes, more than 2 GiB`);
  const count = chunk.reduce((a, size, d) => a * Math.ceil((shape[d] as number) / size), 1);
  if (count > mostChunks) throw damaged(place, `it has ${count} chunks, more than ${mostChunks}`);
  return chunk;
}

function readFill(place: string, fill: unknown, type: NumberType): number {
  const words: Readonly<Record<string, number>> = {
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    "-Infinity": Number.NEGATIVE_INFINITY,
  };
  if (typeof fill === "number") return fill;
  if (typeof fill === "boolean") return Number(fill);
  if (typeof fill === "string" && Object.hasOwn(words, fill)) return words[fill] as number;
  if (typeof fill === "string" && new RegExp(`^0x[0-9a-fA-F]{${2 * type.bytes}}$`).test(fill)) {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(fill) << BigInt(64 - 8 * type.bytes));
    return type.read(view, 0, false);
  }
  throw damaged(place, `fill_value must be a number; got ${quote(JSON.stringify(fill) ?? "nothing")}`);
}
