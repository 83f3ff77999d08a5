import { constants } from "node:buffer";
import { XMLParser } from "fast-xml-parser";
import { EncodingError } from "../core/index.ts";
import { type ReadPart, readGiftiData, type XmlNode } from "./gifti-data.ts";
import { gunzip } from "./gunzip.ts";
import type { NdArray } from "./ndarray.ts";
import { decodeText, quote } from "./text.ts";

/** One array of a GIFTI file, row-major. */
export interface GiftiArray extends NdArray {
  /** e.g. NIFTI_INTENT_POINTSET (coordinates), _TRIANGLE, _LABEL, _SHAPE, _TIME_SERIES, _NONE. */
  readonly intent: string;
  readonly name?: string;
}

/** Name and colour of a label. */
export interface GiftiLabel {
  readonly key: number;
  readonly name: string;
  /** Red, green, blue, opacity in 0 … 1. */
  readonly rgba: readonly [number, number, number, number];
}

/** A GIFTI file: surfaces, shapes, labels, time series. Coordinates are as stored; the file's transforms are not applied. */
export interface Gifti {
  readonly arrays: readonly GiftiArray[];
  readonly labels: readonly GiftiLabel[];
}

/** Read a GIFTI file (.gii, gzipped or not): ASCII, Base64Binary, GZipBase64Binary and ExternalFileBinary, either byte order, either index
 * order.
 * @param external reads bytes of the files beside it that hold the data of ExternalFileBinary; without it these are refused.
 * @throws EncodingError "format" for damaged or cut-off files, sizes that do not fit, and XML entities.
 * @source GIFTI Surface Data Format 1.0 (2011). */
export function parseGifti(
  source: Uint8Array | string,
  { external }: { external?: ReadPart | undefined } = {},
): Gifti {
  const text =
    typeof source === "string"
      ? source
      : decodeText("GIFTI", gunzip("GIFTI", source, { most: constants.MAX_STRING_LENGTH }));
  const root = parseXml(text);
  const arrays = list(root.DataArray).map((node) => readArray(node, external));
  const said = root["@NumberOfDataArrays"];
  if (said !== undefined && Number(said) !== arrays.length)
    throw new EncodingError(
      "format",
      `GIFTI: the file says ${quote(String(said))} arrays; it has ${arrays.length}.`,
    );
  const labels = list((root.LabelTable as XmlNode | undefined)?.Label).map(readLabel);
  return { arrays, labels };
}

function parseXml(text: string): XmlNode {
  if (/<!ENTITY/i.test(text))
    throw new EncodingError("format", "GIFTI: the file declares XML entities; these are refused.");
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    processEntities: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: true,
  });
  let root: unknown;
  try {
    root = (parser.parse(text, true) as XmlNode).GIFTI;
  } catch (cause) {
    throw new EncodingError(
      "format",
      `GIFTI: not valid XML (${quote((cause as Error).message.replace(/\.?(:(\d+|undefined))*$/, ""), 80)}). Is it cut off?`,
      {},
      cause,
    );
  }
  if (typeof root === "object" && root !== null && !Array.isArray(root)) return root as XmlNode;
  throw new EncodingError("format", "GIFTI: the file must have one GIFTI element that holds arrays.");
}

function readArray(node: XmlNode, external: ReadPart | undefined): GiftiArray {
  const array = readGiftiData(node, textOf(node.Data), external);
  const name = list((node.MetaData as XmlNode | undefined)?.MD).find((md) => textOf(md.Name) === "Name");
  return { intent: String(node["@Intent"] ?? ""), ...array, ...(name && { name: textOf(name.Value) }) };
}

function readLabel(node: XmlNode): GiftiLabel {
  const number = (name: string, missing: number) => {
    const text = node[`@${name}`];
    const value = text === undefined ? missing : String(text).trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value)) return value;
    throw new EncodingError(
      "format",
      `GIFTI: label ${quote(textOf(node))}: ${name} must be a number; got ${quote(String(text ?? ""))}.`,
    );
  };
  const key = number(node["@Key"] === undefined ? "Index" : "Key", Number.NaN);
  const rgba = [number("Red", 0), number("Green", 0), number("Blue", 0), number("Alpha", 0)] as const;
  return { key, name: textOf(node), rgba };
}

function textOf(node: unknown): string {
  return typeof node === "object" && node !== null
    ? String((node as XmlNode)["#text"] ?? "")
    : String(node ?? "");
}

function list(nodes: unknown): readonly XmlNode[] {
  if (nodes === undefined || nodes === "") return [];
  return (Array.isArray(nodes) ? nodes : [nodes]) as XmlNode[];
}
