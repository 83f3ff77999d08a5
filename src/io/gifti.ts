import { inflateSync } from "node:zlib";
import { XMLParser } from "fast-xml-parser";
import { EncodingError } from "../core/index.ts";
import { gunzip } from "./gunzip.ts";
import { type Numbers, sizeOf } from "./ndarray.ts";

/** One array of a GIFTI file, row-major. */
export interface GiftiArray {
  /** e.g. NIFTI_INTENT_POINTSET (coordinates), _TRIANGLE, _LABEL, _SHAPE, _TIME_SERIES, _NONE. */
  readonly intent: string;
  readonly shape: readonly number[];
  readonly data: Extract<Numbers, Float32Array | Float64Array | Int32Array | Uint8Array>;
  readonly name?: string;
}

/** Name and colour of a label. */
export interface GiftiLabel {
  readonly key: number;
  readonly name: string;
  /** Red, green, blue, opacity in 0 … 1. */
  readonly rgba: readonly [number, number, number, number];
}

/** A GIFTI file: surfaces, shapes, labels, time series. */
export interface Gifti {
  readonly arrays: readonly GiftiArray[];
  readonly labels: readonly GiftiLabel[];
}

type Node = Readonly<Record<string, unknown>>;

/** Read a GIFTI file (.gii, gzipped or not): ASCII, Base64Binary and GZipBase64Binary, either byte order, either index order.
 * @throws EncodingError "format" for damaged or cut-off files, sizes that do not fit, data in other files. */
export function parseGifti(source: Uint8Array | string): Gifti {
  const text = typeof source === "string" ? source : new TextDecoder().decode(gunzip("GIFTI", source));
  const root = parseXml(text);
  const arrays = list(root.DataArray).map(readArray);
  const labels = list((root.LabelTable as Node | undefined)?.Label).map(readLabel);
  return { arrays, labels };
}

/** Write a GIFTI file, Base64Binary little-endian. The same arrays give the same text. */
export function encodeGifti({
  arrays,
  labels = [],
}: {
  arrays: readonly GiftiArray[];
  labels?: readonly GiftiLabel[];
}): string {
  const table = labels.map(
    ({ key, name, rgba: [r, g, b, a] }) =>
      `<Label Key="${key}" Red="${r}" Green="${g}" Blue="${b}" Alpha="${a}">${escapeXml(name)}</Label>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE GIFTI SYSTEM "http://www.nitrc.org/frs/download.php/115/gifti.dtd">',
    `<GIFTI Version="1.0" NumberOfDataArrays="${arrays.length}">`,
    "<MetaData/>",
    `<LabelTable>${table.join("")}</LabelTable>`,
    ...arrays.map(encodeArray),
    "</GIFTI>",
    "",
  ].join("\n");
}

function encodeArray({ intent, shape, data, name }: GiftiArray): string {
  sizeOf("GIFTI", shape, data.length);
  const type =
    data instanceof Float32Array
      ? "FLOAT32"
      : data instanceof Float64Array
        ? "FLOAT64"
        : data instanceof Int32Array
          ? "INT32"
          : "UINT8";
  const dims = shape.map((size, d) => `Dim${d}="${size}"`).join(" ");
  const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
  const meta =
    name === undefined
      ? "<MetaData/>"
      : `<MetaData><MD><Name>Name</Name><Value>${escapeXml(name)}</Value></MD></MetaData>`;
  const space =
    intent === "NIFTI_INTENT_POINTSET"
      ? "<CoordinateSystemTransformMatrix><DataSpace>NIFTI_XFORM_UNKNOWN</DataSpace><TransformedSpace>NIFTI_XFORM_UNKNOWN</TransformedSpace><MatrixData>1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1</MatrixData></CoordinateSystemTransformMatrix>"
      : "";
  return `<DataArray Intent="${intent}" DataType="NIFTI_TYPE_${type}" ArrayIndexingOrder="RowMajorOrder" Dimensionality="${shape.length}" ${dims} Encoding="Base64Binary" Endian="LittleEndian" ExternalFileName="" ExternalFileOffset="">${meta}${space}<Data>${base64}</Data></DataArray>`;
}

function parseXml(text: string): Node {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    processEntities: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: true,
  });
  if (/<!ENTITY/i.test(text))
    throw new EncodingError("format", "GIFTI: the file declares XML entities; these are refused.");
  try {
    const root = (parser.parse(text, true) as Node).GIFTI;
    if (typeof root === "object" && root !== null) return root as Node;
  } catch (cause) {
    throw new EncodingError("format", `GIFTI: not valid XML: ${(cause as Error).message}.`, {}, cause);
  }
  throw new EncodingError("format", "GIFTI: the file has no GIFTI element.");
}

const types = {
  NIFTI_TYPE_UINT8: {
    bytes: 1,
    make: (n: number) => new Uint8Array(n),
    read: (v: DataView, k: number) => v.getUint8(k),
  },
  NIFTI_TYPE_INT32: {
    bytes: 4,
    make: (n: number) => new Int32Array(n),
    read: (v: DataView, k: number, le: boolean) => v.getInt32(k, le),
  },
  NIFTI_TYPE_FLOAT32: {
    bytes: 4,
    make: (n: number) => new Float32Array(n),
    read: (v: DataView, k: number, le: boolean) => v.getFloat32(k, le),
  },
  NIFTI_TYPE_FLOAT64: {
    bytes: 8,
    make: (n: number) => new Float64Array(n),
    read: (v: DataView, k: number, le: boolean) => v.getFloat64(k, le),
  },
} as const;

function readArray(node: Node): GiftiArray {
  const attribute = (name: string) => String(node[`@${name}`] ?? "");
  const axes = Number(attribute("Dimensionality"));
  if (!Number.isInteger(axes) || axes < 1 || axes > 6)
    throw new EncodingError(
      "format",
      `GIFTI: the number of axes must be 1 … 6; got "${attribute("Dimensionality")}".`,
    );
  const shape = Array.from({ length: axes }, (_, d) => Number(attribute(`Dim${d}`) || Number.NaN));
  const type = types[attribute("DataType") as keyof typeof types];
  if (type === undefined)
    throw new EncodingError("format", `GIFTI: data of type "${attribute("DataType")}" is not supported.`);
  const encoding = attribute("Encoding");
  const text =
    typeof node.Data === "object" ? String((node.Data as Node)["#text"] ?? "") : String(node.Data ?? "");
  const data =
    encoding === "ASCII"
      ? fromText(text, shape, type)
      : fromBinary(text, shape, type, encoding, attribute("Endian") !== "BigEndian");
  const ordered =
    attribute("ArrayIndexingOrder") === "ColumnMajorOrder" && axes === 2 ? turned(data, shape, type) : data;
  const name = list((node.MetaData as Node | undefined)?.MD).find((md) => textOf(md.Name) === "Name");
  return { intent: attribute("Intent"), shape, data: ordered, ...(name && { name: textOf(name.Value) }) };
}

type Kind = (typeof types)[keyof typeof types];

function fromText(text: string, shape: readonly number[], type: Kind): GiftiArray["data"] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const count = sizeOf("GIFTI", shape, words.length);
  const out = type.make(count);
  for (let k = 0; k < count; k++) {
    const value = Number(words[k]);
    if (Number.isNaN(value) && !/^nan$/i.test(words[k] as string))
      throw new EncodingError("format", `GIFTI: "${(words[k] as string).slice(0, 20)}" is no number.`);
    out[k] = value;
  }
  return out;
}

function fromBinary(
  text: string,
  shape: readonly number[],
  type: Kind,
  encoding: string,
  little: boolean,
): GiftiArray["data"] {
  if (encoding !== "Base64Binary" && encoding !== "GZipBase64Binary")
    throw new EncodingError(
      "format",
      `GIFTI: data encoded as "${encoding}" is not supported (data in other files must be put inside).`,
    );
  const packed = Buffer.from(text, "base64");
  const bytes = encoding === "Base64Binary" ? packed : inflate(packed, shape, type.bytes);
  const count = sizeOf("GIFTI", shape, bytes.length / type.bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = type.make(count);
  for (let k = 0; k < count; k++) out[k] = type.read(view, k * type.bytes, little);
  return out;
}

function inflate(packed: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const wanted = sizeOf("GIFTI", shape, 2 ** 31 / size) * size;
  try {
    return inflateSync(packed, { maxOutputLength: wanted + 1024 });
  } catch (cause) {
    throw new EncodingError(
      "format",
      `GIFTI: compressed data is damaged, cut off or larger than [${shape.join(", ")}]: ${(cause as Error).message}.`,
      {},
      cause,
    );
  }
}

function turned(data: GiftiArray["data"], shape: readonly number[], type: Kind): GiftiArray["data"] {
  const [rows, cols] = shape as [number, number];
  const out = type.make(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) out[i * cols + j] = data[j * rows + i] as number;
  return out;
}

function readLabel(node: Node): GiftiLabel {
  const number = (name: string) => Number(node[`@${name}`] ?? 0);
  return {
    key: Number(node["@Key"] ?? node["@Index"] ?? Number.NaN),
    name: textOf(node),
    rgba: [number("Red"), number("Green"), number("Blue"), number("Alpha")],
  };
}

function textOf(node: unknown): string {
  return typeof node === "object" && node !== null
    ? String((node as Node)["#text"] ?? "")
    : String(node ?? "");
}

function list(nodes: unknown): readonly Node[] {
  if (nodes === undefined || nodes === "") return [];
  return (Array.isArray(nodes) ? nodes : [nodes]) as Node[];
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
