import { gzipSync } from "node:zlib";
import { EncodingError, type FloatArray } from "../core/index.ts";
import { gunzip } from "./gunzip.ts";
import { sizeOf } from "./ndarray.ts";

/** A volume or a series of volumes. `data` is row-major over `shape` reversed, as stored: x runs fastest, then y, z, t. */
export interface NiftiImage {
  /** Sizes x, y, z, t …. */
  readonly shape: readonly number[];
  /** Scaled by slope and intercept. */
  readonly data: FloatArray;
  /** Voxel indices → millimetres, 4 × 4 row-major (sform, else qform, else voxel sizes). */
  readonly affine: readonly number[];
  /** Voxel sizes, and the repetition time in seconds where there is a fourth axis. */
  readonly voxelSizes: readonly number[];
  readonly description: string;
  readonly version: 1 | 2;
}

interface Kind {
  readonly bytes: number;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}
const kinds: Readonly<Record<number, Kind>> = {
  2: { bytes: 1, read: (v, k) => v.getUint8(k) },
  4: { bytes: 2, read: (v, k, le) => v.getInt16(k, le) },
  8: { bytes: 4, read: (v, k, le) => v.getInt32(k, le) },
  16: { bytes: 4, read: (v, k, le) => v.getFloat32(k, le) },
  64: { bytes: 8, read: (v, k, le) => v.getFloat64(k, le) },
  256: { bytes: 1, read: (v, k) => v.getInt8(k) },
  512: { bytes: 2, read: (v, k, le) => v.getUint16(k, le) },
  768: { bytes: 4, read: (v, k, le) => v.getUint32(k, le) },
  1024: { bytes: 8, read: (v, k, le) => Number(v.getBigInt64(k, le)) },
  1280: { bytes: 8, read: (v, k, le) => Number(v.getBigUint64(k, le)) },
};

/** Places of the fields in both versions. */
const layouts = {
  1: {
    size: 348,
    dim: 40,
    dimBytes: 2,
    type: 70,
    pixdim: 76,
    pixBytes: 4,
    offset: 108,
    slope: 112,
    inter: 116,
    units: 123,
    text: 148,
    qform: 252,
    sform: 254,
    quatern: 256,
    srow: 280,
    magic: 344,
  },
  2: {
    size: 540,
    dim: 16,
    dimBytes: 8,
    type: 12,
    pixdim: 104,
    pixBytes: 8,
    offset: 168,
    slope: 176,
    inter: 184,
    units: 500,
    text: 240,
    qform: 344,
    sform: 348,
    quatern: 352,
    srow: 400,
    magic: 4,
  },
} as const;
type Layout = (typeof layouts)[1 | 2];

/** Read a NIfTI-1 or NIfTI-2 image, either byte order, gzipped or not; Analyze 7.5 headers are read too.
 * @param image bytes of the .img file where the header stands in a .hdr of its own.
 * @throws EncodingError "format" for damaged or cut-off files, sizes that the file has no room for, and complex, RGB or binary data. */
export function parseNifti(bytes: Uint8Array, image?: Uint8Array): NiftiImage {
  const file = gunzip("NIfTI", bytes);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { version, little } = readVersion(view);
  const at = layouts[version];
  if (file.length < at.size)
    throw new EncodingError(
      "format",
      `NIfTI: the header is cut off; got ${file.length} of ${at.size} bytes.`,
    );
  const real = (k: number) => (at.pixBytes === 4 ? view.getFloat32(k, little) : view.getFloat64(k, little));
  const whole = (k: number) =>
    at.dimBytes === 2 ? view.getInt16(k, little) : Number(view.getBigInt64(k, little));
  const dims = whole(at.dim);
  if (dims < 1 || dims > 7)
    throw new EncodingError("format", `NIfTI: the number of axes must be 1 … 7; got ${dims}.`);
  const shape = Array.from({ length: dims }, (_, d) => whole(at.dim + (d + 1) * at.dimBytes));
  const pixdim = Array.from({ length: 8 }, (_, d) => real(at.pixdim + d * at.pixBytes));
  const kind = kinds[view.getInt16(at.type, little)];
  if (kind === undefined)
    throw new EncodingError(
      "format",
      `NIfTI: data of type ${view.getInt16(at.type, little)} (complex, RGB or binary) is not supported.`,
    );
  const body = image === undefined ? file : gunzip("NIfTI", image);
  const single = version === 2 || view.getUint8(at.magic + 1) === 0x2b; // "n+1": header and data in one file
  const stored =
    version === 1 ? view.getFloat32(at.offset, little) : Number(view.getBigInt64(at.offset, little));
  const from =
    image !== undefined || !single ? Math.max(0, Math.trunc(stored)) : Math.max(at.size, Math.trunc(stored));
  if (image === undefined && !single)
    throw new EncodingError("format", "NIfTI: this header belongs to a .img file; give that too.");
  if (!Number.isFinite(from))
    throw new EncodingError("format", `NIfTI: the data offset must be a number; got ${stored}.`);
  const count = sizeOf("NIfTI", shape, Math.max(0, body.length - from) / kind.bytes);
  return {
    shape,
    data: readData(body, from, count, kind, little, real(at.slope), real(at.inter)),
    affine: readAffine(view, at, little, pixdim, real),
    voxelSizes: shape.map((_, d) =>
      d === 3 ? (pixdim[4] as number) * timeUnit(view.getUint8(at.units)) : (pixdim[d + 1] as number),
    ),
    description: latin(file, at.text, 80),
    version,
  };
}

/** Write a NIfTI image: float32, or float64 if the data is; one file.
 * @param gzip default true (.nii.gz). The same image gives the same bytes. */
export function encodeNifti(
  { shape, data, affine, voxelSizes, description }: Omit<NiftiImage, "version">,
  { version = 1, gzip = true }: { version?: 1 | 2; gzip?: boolean } = {},
): Uint8Array {
  const at = layouts[version];
  sizeOf("NIfTI", shape, data.length);
  if (version === 1 && shape.some((n) => n > 32767))
    throw new EncodingError(
      "option",
      `encodeNifti: NIfTI-1 axes hold at most 32,767; got [${shape.join(", ")}]. Write version 2.`,
    );
  const start = version === 1 ? 352 : 544;
  const out = new Uint8Array(start + data.byteLength);
  const view = new DataView(out.buffer);
  view.setInt32(0, at.size, true);
  const whole = (k: number, value: number) =>
    at.dimBytes === 2 ? view.setInt16(k, value, true) : view.setBigInt64(k, BigInt(value), true);
  const real = (k: number, value: number) =>
    at.pixBytes === 4 ? view.setFloat32(k, value, true) : view.setFloat64(k, value, true);
  for (let d = 0; d < 8; d++) whole(at.dim + d * at.dimBytes, d === 0 ? shape.length : (shape[d - 1] ?? 1));
  for (let d = 0; d < 8; d++) real(at.pixdim + d * at.pixBytes, d === 0 ? 1 : (voxelSizes[d - 1] ?? 1));
  const double = data instanceof Float64Array;
  view.setInt16(at.type, double ? 64 : 16, true);
  view.setInt16(at.type + 2, double ? 64 : 32, true);
  if (version === 1) view.setFloat32(at.offset, start, true);
  else view.setBigInt64(at.offset, BigInt(start), true);
  real(at.slope, 1);
  if (version === 1)
    view.setUint8(at.units, 10); // mm and s
  else view.setInt32(at.units, 10, true);
  out.set(new TextEncoder().encode(description).subarray(0, 79), at.text);
  if (version === 1) view.setInt16(at.sform, 2, true);
  else view.setInt32(at.sform, 2, true);
  for (let k = 0; k < 12; k++) real(at.srow + k * at.pixBytes, affine[k] ?? 0);
  out.set(version === 1 ? [0x6e, 0x2b, 0x31, 0] : [0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a], at.magic);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return gzip ? gzipSync(out) : out;
}

function readVersion(view: DataView): { version: 1 | 2; little: boolean } {
  if (view.byteLength >= 4)
    for (const little of [true, false]) {
      const size = view.getInt32(0, little);
      if (size === 348) return { version: 1, little };
      if (size === 540) return { version: 2, little };
    }
  throw new EncodingError("format", "NIfTI: not a NIfTI file; the header size is neither 348 nor 540.");
}

function readData(
  bytes: Uint8Array,
  from: number,
  count: number,
  kind: Kind,
  little: boolean,
  slope: number,
  inter: number,
): FloatArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scaled = Number.isFinite(slope) && slope !== 0 && !(slope === 1 && inter === 0);
  const exact = kind.bytes <= 2 || kind === kinds[16];
  const out = exact && !scaled ? new Float32Array(count) : new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const value = kind.read(view, from + k * kind.bytes, little);
    out[k] = scaled ? value * slope + (Number.isFinite(inter) ? inter : 0) : value;
  }
  return out;
}

function readAffine(
  view: DataView,
  at: Layout,
  little: boolean,
  pixdim: readonly number[],
  real: (k: number) => number,
): number[] {
  const code = (k: number) => (at.dimBytes === 2 ? view.getInt16(k, little) : view.getInt32(k, little));
  if (code(at.sform) > 0)
    return [...Array.from({ length: 12 }, (_, k) => real(at.srow + k * at.pixBytes)), 0, 0, 0, 1];
  const [x, y, z] = [pixdim[1] as number, pixdim[2] as number, pixdim[3] as number];
  if (code(at.qform) <= 0) return [x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0, 0, 0, 0, 1];
  const [b, c, d, ox, oy, oz] = Array.from({ length: 6 }, (_, k) => real(at.quatern + k * at.pixBytes)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const zz = pixdim[0] === -1 ? -z : z;
  return [
    (a * a + b * b - c * c - d * d) * x,
    2 * (b * c - a * d) * y,
    2 * (b * d + a * c) * zz,
    ox,
    2 * (b * c + a * d) * x,
    (a * a + c * c - b * b - d * d) * y,
    2 * (c * d - a * b) * zz,
    oy,
    2 * (b * d - a * c) * x,
    2 * (c * d + a * b) * y,
    (a * a + d * d - c * c - b * b) * zz,
    oz,
    0,
    0,
    0,
    1,
  ];
}

/** Seconds a unit of the fourth axis: bits 3–5 of xyzt_units. */
function timeUnit(units: number): number {
  return { 16: 1e-3, 24: 1e-6 }[units & 56] ?? 1;
}

function latin(bytes: Uint8Array, from: number, length: number): string {
  return new TextDecoder("latin1").decode(bytes.subarray(from, from + length)).replace(/\0[\s\S]*$/, "");
}
