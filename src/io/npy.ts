import { EncodingError } from "../core/index.ts";
import { checkNdArray, fromFortran, type NdArray, type Numbers, sizeOf } from "./ndarray.ts";
import { type NumberName, type NumberType, nameOfNumbers, numberTypes, readNumbers } from "./number-type.ts";
import { quote } from "./text.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** Read a NumPy array file (.npy, format 1.0, 2.0 or 3.0): booleans, integers and floats of 8 to 64 bits, either byte order, C or Fortran
 * order.
 * @returns the array in C order; booleans become uint8, float16 float32, 64-bit integers float64.
 * @throws EncodingError "format" if the file is damaged, cut off, longer than its header says, or holds objects, records, text, complex
 * or extended numbers, or an integer beyond ±2⁵³.
 * @source NumPy enhancement proposal 1 and numpy.lib.format. */
export function parseNpy(bytes: Uint8Array): NdArray {
  const { shape, type, from, little, fortran } = readNpyLayout(bytes);
  const count = sizeOf("NPY", shape, { room: (bytes.length - from) / type.bytes });
  const data = readNumbers(bytes, { type, from, count, little });
  return { shape, data: fortran ? fromFortran({ shape, data }) : data };
}

/** How the numbers of an array file lie in it. */
export interface NpyLayout {
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** First byte of the numbers. */
  readonly from: number;
  readonly little: boolean;
  /** First index fastest. */
  readonly fortran: boolean;
}

/** Read the header of a NumPy array file.
 * @param bytes the beginning of the file, with the whole header. @throws EncodingError "format". */
export function readNpyLayout(bytes: Uint8Array): NpyLayout {
  const { header, from } = findHeader(bytes);
  const { descr, fortran, shape } = readHeader(header);
  const name = descr.slice(1) === "b1" ? "u1" : descr.slice(1);
  if (!/^[<>|=]/.test(descr) || !Object.hasOwn(numberTypes, name))
    throw new EncodingError(
      "format",
      `NPY: numbers of type ${quote(descr)} are not supported; ${hintFor(descr)}`,
    );
  return { shape, type: numberTypes[name as NumberName], from, little: descr[0] !== ">", fortran };
}

/** Write a NumPy array file, format 1.0, little-endian, C order. The same array gives the same bytes.
 * @throws EncodingError "shape" if the shape does not say as many numbers as there are. */
export function encodeNpy(array: {
  readonly shape: readonly number[];
  readonly data: Numbers;
}): Uint8Array<ArrayBuffer> {
  checkNdArray("encodeNpy", array);
  const { shape, data } = array;
  const padded = npyHeader(shape, `${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${nameOfNumbers(data)}`);
  const out = new Uint8Array(padded.length + data.byteLength);
  out.set(padded);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), padded.length);
  return out;
}

/** The bytes before the numbers of an array file, format 1.0, C order. @param descr kind of number, e.g. "<f4". */
export function npyHeader(shape: readonly number[], descr: string): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${header}${" ".repeat((64 - ((header.length + 11) % 64)) % 64)}\n`;
  const out = new Uint8Array(10 + padded.length);
  out.set([...magic, 1, 0, padded.length & 255, padded.length >> 8]);
  out.set(new TextEncoder().encode(padded), 10);
  return out;
}

/** The header's text, and where the numbers begin. */
function findHeader(bytes: Uint8Array): { header: string; from: number } {
  if (magic.some((byte, k) => bytes[k] !== byte))
    throw new EncodingError("format", `NPY: not a .npy file; it begins with ${hex(bytes)}.`);
  const [major, minor] = [bytes[6] ?? 0, bytes[7] ?? 0];
  if (bytes.length >= 8 && (major < 1 || major > 3 || minor !== 0))
    throw new EncodingError("format", `NPY: format ${major}.${minor} is unknown; legal: 1.0, 2.0, 3.0.`);
  const start = major === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length =
    bytes.length < start
      ? Number.POSITIVE_INFINITY
      : major === 1
        ? view.getUint16(8, true)
        : view.getUint32(8, true);
  if (start + length > bytes.length)
    throw new EncodingError("format", `NPY: the header is cut off; the file has ${bytes.length} bytes.`);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  return { header, from: start + length };
}

/** The three entries of the header, a Python dictionary. */
function readHeader(header: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)\b/.exec(header)?.[1];
  const tuple = /'shape':\s*\(((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?\s*)\)/.exec(header)?.[1];
  if (/'descr':\s*\[/.test(header))
    throw new EncodingError("format", "NPY: records are not supported; save each field as an array.");
  const lone = tuple !== undefined && /\d/.test(tuple) && !tuple.includes(","); // (3) is a number, (3,) a shape
  if (descr === undefined || fortran === undefined || tuple === undefined || lone)
    throw new EncodingError("format", `NPY: the header is not understood: ${quote(header.trim(), 80)}.`);
  const shape = tuple.match(/\d+/g) ?? [];
  return { descr, fortran: fortran === "True", shape: shape.map(Number) };
}

function hintFor(descr: string): string {
  const hints: Readonly<Record<string, string>> = {
    O: "Python objects; save numbers with astype(float).",
    c: "complex numbers; save real and imaginary part.",
    U: "text; save it as a table.",
    S: "text; save it as a table.",
  };
  return hints[descr[1] ?? ""] ?? `legal: b1, ${Object.keys(numberTypes).join(", ")}.`;
}

function hex(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ") || "nothing";
}
