import { type Dtype, EncodingError } from "../core/index.ts";
import type { Numbers } from "./ndarray.ts";

/** How one kind of number lies in a file, and the array that holds it here. */
export interface NumberType {
  readonly bytes: number;
  readonly make: (length: number) => Numbers;
  readonly read: (view: DataView, at: number, little: boolean) => number;
  /** Whether the bytes of the file are, in little-endian order, those of the array that `make` gives. */
  readonly plain: boolean;
}

/** Kinds of real numbers by letter and width as NumPy names them. float16 becomes float32; 64-bit integers become float64 and are refused
 * where that is not exact. */
export const numberTypes = {
  i1: { bytes: 1, make: (n) => new Int8Array(n), read: (v, k) => v.getInt8(k), plain: true },
  u1: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, k) => v.getUint8(k), plain: true },
  i2: { bytes: 2, make: (n) => new Int16Array(n), read: (v, k, le) => v.getInt16(k, le), plain: true },
  u2: { bytes: 2, make: (n) => new Uint16Array(n), read: (v, k, le) => v.getUint16(k, le), plain: true },
  i4: { bytes: 4, make: (n) => new Int32Array(n), read: (v, k, le) => v.getInt32(k, le), plain: true },
  u4: { bytes: 4, make: (n) => new Uint32Array(n), read: (v, k, le) => v.getUint32(k, le), plain: true },
  i8: {
    bytes: 8,
    make: (n) => new Float64Array(n),
    read: (v, k, le) => toExact(v.getBigInt64(k, le)),
    plain: false,
  },
  u8: {
    bytes: 8,
    make: (n) => new Float64Array(n),
    read: (v, k, le) => toExact(v.getBigUint64(k, le)),
    plain: false,
  },
  f2: {
    bytes: 2,
    make: (n) => new Float32Array(n),
    read: (v, k, le) => fromHalf(v.getUint16(k, le)),
    plain: false,
  },
  f4: { bytes: 4, make: (n) => new Float32Array(n), read: (v, k, le) => v.getFloat32(k, le), plain: true },
  f8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, k, le) => v.getFloat64(k, le), plain: true },
} as const satisfies Record<string, NumberType>;

/** Name of a kind of number: letter and bytes. */
export type NumberName = keyof typeof numberTypes;

/** Read `count` numbers that stand one after the other.
 * @param from first byte; the caller has checked that all bytes are there.
 * @throws EncodingError "format" for a 64-bit integer beyond ±2⁵³. */
export function readNumbers(
  bytes: Uint8Array,
  { type, from, count, little }: { type: NumberType; from: number; count: number; little: boolean },
): Numbers {
  const out = type.make(count);
  if (type.plain && (little || type.bytes === 1)) {
    const raw = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    raw.set(bytes.subarray(from, from + out.byteLength));
    return out;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let k = 0; k < count; k++) out[k] = type.read(view, from + k * type.bytes, little);
  return out;
}

/** What holds every number of a kind: float32 for float32, float16 and integers of up to 16 bits. */
export function dtypeOfType(type: NumberType): Dtype {
  return type.bytes <= 2 || type === numberTypes.f4 ? "float32" : "float64";
}

/** Name of the kind of an array's numbers. */
export function nameOfNumbers(data: Numbers): NumberName {
  if (data instanceof Float32Array) return "f4";
  if (data instanceof Float64Array) return "f8";
  if (data instanceof Int8Array) return "i1";
  if (data instanceof Uint8Array) return "u1";
  if (data instanceof Int16Array) return "i2";
  if (data instanceof Uint16Array) return "u2";
  return data instanceof Int32Array ? "i4" : "u4";
}

/** A 64-bit integer as a number.
 * @throws EncodingError "format" beyond ±2⁵³, where float64 would round it. */
export function toExact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new EncodingError(
      "format",
      `the 64-bit integer ${value} has no exact float64. Save the array as float64 if rounding is meant.`,
    );
  return number;
}

/** IEEE 754 binary16 → number. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
