import { gzipSync } from "node:zlib";
import { EncodingError, type FloatArray } from "../core/index.ts";
import { canUnpackTo, gunzip, gunzipHead, isGzip } from "./gunzip.ts";
import { checkNdArray, sizeOf } from "./ndarray.ts";
import { type NiftiHeader, niftiLayouts, readNiftiHeader } from "./nifti-header.ts";
import { readNumbers } from "./number-type.ts";

/** A volume or a series of volumes. `data` is row-major over `shape` reversed, as stored: x runs fastest, then y, z, t. */
export interface NiftiImage {
  /** Sizes x, y, z, t …. */
  readonly shape: readonly number[];
  /** Scaled by slope and intercept: float32 where nothing is lost, else float64. */
  readonly data: FloatArray;
  /** Voxel indices → millimetres, 4 × 4 row-major (sform, else qform, else voxel sizes). */
  readonly affine: readonly number[];
  /** Voxel sizes in millimetres, then the repetition time in seconds, then those of further axes as stored. */
  readonly voxelSizes: readonly number[];
  readonly description: string;
  /** The code that says what the numbers are, e.g. 3 a t-statistic, 1002 labels; 0 says nothing. */
  readonly intent?: number;
  readonly version: 1 | 2;
}

/** Read a NIfTI-1 or NIfTI-2 image, either byte order, gzipped or not. Header extensions are skipped.
 * @param image bytes of the .img file where the header stands in a .hdr of its own.
 * @throws EncodingError "format" for damaged or cut-off files, files longer than their header says, Analyze 7.5, a 64-bit integer beyond
 * ±2⁵³, and complex, RGB, binary or extended data. Nothing beyond what the header says is unpacked.
 * @source nifti1.h and nifti2.h of the NIfTI Data Format Working Group. */
export function parseNifti(bytes: Uint8Array, image?: Uint8Array): NiftiImage {
  const header = readNiftiHeader(gunzipHead(bytes, 544));
  if (image === undefined && !header.single)
    throw new EncodingError("format", "NIfTI: this header belongs to a .img file; give that too.");
  const { from, shape, affine, voxelSizes, intent, description, version } = header;
  const body = unpack(image ?? bytes, header);
  const count = sizeOf("NIfTI", shape, { room: (body.length - from) / header.type.bytes });
  const stored = readNumbers(body, { type: header.type, from, count, little: header.little });
  return { shape, data: scale(stored, header), affine, voxelSizes, intent, description, version };
}

/** Write a NIfTI image: float32, or float64 if the data is; one file, millimetres and seconds, the affine as sform.
 * @param gzip default true (.nii.gz). The same image gives the same bytes.
 * @throws EncodingError "shape" if the shape does not say as many numbers as there are; "option" for a shape or affine that NIfTI cannot
 * hold. */
export function encodeNifti(
  image: Omit<NiftiImage, "version">,
  { version = 1, gzip = true }: { version?: 1 | 2; gzip?: boolean } = {},
): Uint8Array {
  checkImage(image, version);
  const { data } = image;
  const start = niftiLayouts[version].size + 4; // 4 zero bytes: no extension
  const out = new Uint8Array(start + data.byteLength);
  writeHeader(new DataView(out.buffer), image, version);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return gzip ? gzipSync(out) : out;
}

/** The bytes that hold the numbers: of a gzip file no more than these are unpacked. */
function unpack(bytes: Uint8Array, { from, shape, type }: NiftiHeader): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const wanted = from + shape.reduce((a, b) => a * b, 1) * type.bytes;
  if (!canUnpackTo(bytes.length, wanted))
    throw new EncodingError(
      "format",
      `NIfTI: the header says [${shape.join(", ")}] numbers, ${wanted} bytes; ${bytes.length} packed bytes cannot hold them. Is it cut off?`,
    );
  return gunzip("NIfTI", bytes, { most: wanted });
}

function scale(stored: ArrayLike<number>, { scaling, exact }: NiftiHeader): FloatArray {
  if (scaling !== null) {
    const { slope, inter } = scaling;
    return Float64Array.from(stored, (value) => value * slope + inter);
  }
  if (stored instanceof Float32Array || stored instanceof Float64Array) return stored as FloatArray;
  return exact ? Float32Array.from(stored) : Float64Array.from(stored);
}

function checkImage(image: Omit<NiftiImage, "version">, version: 1 | 2): void {
  const { shape, affine } = image;
  checkNdArray("encodeNifti", image);
  const most = version === 1 ? 32767 : Number.MAX_SAFE_INTEGER;
  if (shape.length < 1 || shape.length > 7 || shape.some((n) => n < 1 || n > most))
    throw new EncodingError(
      "option",
      `encodeNifti: NIfTI-${version} holds 1 to 7 axes of 1 to ${most}; got [${shape.join(", ")}].${version === 1 ? " Write version 2." : ""}`,
    );
  if (affine.length !== 16 || !affine.every(Number.isFinite) || affine.slice(12).join() !== "0,0,0,1")
    throw new EncodingError(
      "option",
      `encodeNifti: the affine must be 16 finite numbers that end in 0 0 0 1; got ${affine.join(" ")}.`,
    );
}

function writeHeader(
  view: DataView,
  { shape, data, affine, voxelSizes, description, intent = 0 }: Omit<NiftiImage, "version">,
  version: 1 | 2,
): void {
  const at = niftiLayouts[version];
  const wide = version === 2;
  const code = (k: number, value: number) =>
    wide ? view.setInt32(k, value, true) : view.setInt16(k, value, true);
  const whole = (k: number, value: number) =>
    wide ? view.setBigInt64(k, BigInt(value), true) : view.setInt16(k, value, true);
  const real = (k: number, value: number) =>
    wide ? view.setFloat64(k, value, true) : view.setFloat32(k, value, true);
  const text = (k: number, bytes: Uint8Array) => new Uint8Array(view.buffer).set(bytes, k);
  const double = data instanceof Float64Array;
  const millimetresAndSeconds = 10;
  view.setInt32(0, at.size, true);
  for (let d = 0; d < 8; d++) {
    whole(at.dim + d * at.dimBytes, d === 0 ? shape.length : (shape[d - 1] ?? 1));
    real(at.pixdim + d * at.pixBytes, d === 0 ? 1 : (voxelSizes[d - 1] ?? 1));
  }
  code(at.intent, intent);
  view.setInt16(at.type, double ? 64 : 16, true);
  view.setInt16(at.type + 2, double ? 64 : 32, true);
  if (wide) whole(at.offset, at.size + 4);
  else real(at.offset, at.size + 4);
  real(at.slope, 1);
  if (wide) code(at.units, millimetresAndSeconds);
  else view.setUint8(at.units, millimetresAndSeconds);
  text(at.text, shorten(description));
  code(at.sform, 2); // aligned to another image
  for (let k = 0; k < 12; k++) real(at.srow + k * at.pixBytes, affine[k] as number);
  text(at.magic, new TextEncoder().encode(wide ? "n+2\0\r\n\x1a\n" : "n+1\0"));
}

/** At most 79 bytes of UTF-8, whole letters. */
function shorten(text: string): Uint8Array {
  const bytes = new Uint8Array(79);
  return bytes.subarray(0, new TextEncoder().encodeInto(text, bytes).written);
}
