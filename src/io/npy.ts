import { EncodingError } from "../core/index.ts";
import { type NdArray, type Numbers, sizeOf } from "./ndarray.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

type Read = (view: DataView, at: number, little: boolean) => number;
interface Kind {
  readonly bytes: number;
  readonly make: (length: number) => Numbers;
  readonly read: Read;
}

const kinds: Readonly<Record<string, Kind>> = {
  f4: { bytes: 4, make: (n) => new Float32Array(n), read: (v, k, le) => v.getFloat32(k, le) },
  f8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, k, le) => v.getFloat64(k, le) },
  i1: { bytes: 1, make: (n) => new Int8Array(n), read: (v, k) => v.getInt8(k) },
  u1: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, k) => v.getUint8(k) },
  b1: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, k) => v.getUint8(k) },
  i2: { bytes: 2, make: (n) => new Int16Array(n), read: (v, k, le) => v.getInt16(k, le) },
  u2: { bytes: 2, make: (n) => new Uint16Array(n), read: (v, k, le) => v.getUint16(k, le) },
  i4: { bytes: 4, make: (n) => new Int32Array(n), read: (v, k, le) => v.getInt32(k, le) },
  u4: { bytes: 4, make: (n) => new Uint32Array(n), read: (v, k, le) => v.getUint32(k, le) },
  i8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, k, le) => exact(v.getBigInt64(k, le)) },
  u8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, k, le) => exact(v.getBigUint64(k, le)) },
};

/** Read a NumPy array file (.npy, format 1 to 3): real numbers of either byte order, C or Fortran order.
 * @returns the array in C order; 64-bit integers become float64.
 * @throws EncodingError "format" if the file is damaged, cut off, or holds objects, text or complex numbers. */
export function parseNpy(bytes: Uint8Array): NdArray {
  if (magic.some((byte, k) => bytes[k] !== byte) || bytes.length < 12)
    throw new EncodingError("format", `NPY: not a .npy file; it begins with ${hex(bytes)}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[6] as number) >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if ((bytes[6] as number) > 3 || start + length > bytes.length)
    throw new EncodingError("format", `NPY: the header is cut off or of an unknown version (${bytes[6]}).`);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const { descr, fortran, shape } = readHeader(header);
  const kind = kinds[descr.slice(1)];
  if (kind === undefined || !"<>|=".includes(descr[0] ?? " "))
    throw new EncodingError(
      "format",
      `NPY: numbers of type '${descr}' are not supported; legal: ${Object.keys(kinds).join(", ")}.`,
    );
  const from = start + length;
  const count = sizeOf("NPY", shape, (bytes.length - from) / kind.bytes);
  const data = kind.make(count);
  for (let k = 0; k < count; k++) data[k] = kind.read(view, from + k * kind.bytes, descr[0] !== ">");
  return { shape, data: fortran ? fromFortran(data, shape, kind) : data };
}

/** Write a NumPy array file, format 1, little-endian, C order. */
export function encodeNpy({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: Numbers;
}): Uint8Array<ArrayBuffer> {
  sizeOf("NPY", shape, data.length);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${descrOf(data)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${header}${" ".repeat((64 - ((header.length + 11) % 64)) % 64)}\n`;
  const out = new Uint8Array(10 + padded.length + data.byteLength);
  out.set([...magic, 1, 0, padded.length & 255, padded.length >> 8]);
  out.set(new TextEncoder().encode(padded), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + padded.length);
  return out;
}

function readHeader(header: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const tuple = /'shape':\s*\(([\d,\sL]*)\)/.exec(header)?.[1];
  if (descr === undefined || fortran === undefined || tuple === undefined)
    throw new EncodingError("format", `NPY: the header is not understood: ${header.slice(0, 80).trim()}`);
  const shape = tuple
    .split(",")
    .map((text) => text.trim().replace(/L$/, ""))
    .filter((text) => text !== "")
    .map(Number);
  return { descr, fortran: fortran === "True", shape };
}

/** First index fastest → last index fastest. */
function fromFortran(data: Numbers, shape: readonly number[], kind: Kind): Numbers {
  const out = kind.make(data.length);
  const steps = shape.map((_, d) => shape.slice(0, d).reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  for (let k = 0; k < data.length; k++) {
    out[k] = data[index.reduce((sum, i, d) => sum + i * (steps[d] as number), 0)] as number;
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = (index[d] as number) + 1;
      if ((index[d] as number) < (shape[d] as number)) break;
      index[d] = 0;
    }
  }
  return out;
}

function descrOf(data: Numbers): string {
  const letter =
    data instanceof Float32Array || data instanceof Float64Array
      ? "f"
      : data.constructor.name.startsWith("U")
        ? "u"
        : "i";
  return `${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${letter}${data.BYTES_PER_ELEMENT}`;
}

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new EncodingError("format", `NPY: the integer ${value} has no exact float64; convert it first.`);
  return number;
}

function hex(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ") || "nothing";
}
