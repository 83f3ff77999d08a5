import { EncodingError } from "../core/index.ts";
import { fromHalf, toHalf } from "../graph/half.ts"; // a file, not the index: this runs in the page too
import type { ArrayRef, ArrayType } from "./manifest-model.ts";

/** Numbers of an array in memory; half precision is read as float32. */
export type BrainArray = Float32Array | Int32Array | Uint16Array | Uint8Array;

const sizes: Readonly<Record<ArrayType, number>> = { float32: 4, float16: 2, int32: 4, uint16: 2, uint8: 1 };

/** Number of entries of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Bytes of a file of {@link ArrayRef}: numbers alone, little-endian.
 * @param numbers as many as the shape has.
 * @throws EncodingError "shape". */
export function encodeArray(
  { type, shape }: Pick<ArrayRef, "type" | "shape">,
  numbers: ArrayLike<number>,
): Uint8Array {
  const count = countOf(shape);
  if (numbers.length !== count)
    throw new EncodingError(
      "shape",
      `encodeArray: ${numbers.length} numbers do not fill ${shape.join(" × ")}.`,
    );
  const view = new DataView(new ArrayBuffer(count * sizes[type]));
  const write = writers[type];
  for (let k = 0; k < count; k++) write(view, k * sizes[type], numbers[k] as number);
  return new Uint8Array(view.buffer);
}

/** The numbers of a file of {@link ArrayRef}.
 * @throws EncodingError "format" if the file has another length than its shape says. */
export function decodeArray({ file, type, shape }: ArrayRef, bytes: Uint8Array): BrainArray {
  const count = countOf(shape);
  if (bytes.byteLength !== count * sizes[type])
    throw new EncodingError(
      "format",
      `decodeArray: ${file} must have ${count * sizes[type]} bytes (${type}, ${shape.join(" × ")}); got ${bytes.byteLength}. Was it cut off, or does the manifest belong to another brain?`,
      { file },
    );
  const plain = littleEndian && plainArrays[type];
  if (plain) return plain(bytes.slice().buffer); // the bytes are the numbers: a copy, and nothing a number
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = makers[type](count);
  const read = readers[type];
  for (let k = 0; k < count; k++) out[k] = read(view, k * sizes[type]);
  return out;
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const plainArrays: Readonly<Partial<Record<ArrayType, (buffer: ArrayBuffer) => BrainArray>>> = {
  float32: (buffer) => new Float32Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
};

type Read = (view: DataView, at: number) => number;
type Write = (view: DataView, at: number, value: number) => void;

const makers: Readonly<Record<ArrayType, (count: number) => BrainArray>> = {
  float32: (count) => new Float32Array(count),
  float16: (count) => new Float32Array(count),
  int32: (count) => new Int32Array(count),
  uint16: (count) => new Uint16Array(count),
  uint8: (count) => new Uint8Array(count),
};
const readers: Readonly<Record<ArrayType, Read>> = {
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => fromHalf(view.getUint16(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  uint8: (view, at) => view.getUint8(at),
};
const writers: Readonly<Record<ArrayType, Write>> = {
  float32: (view, at, value) => view.setFloat32(at, value, true),
  float16: (view, at, value) => view.setUint16(at, toHalf(value), true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  uint8: (view, at, value) => view.setUint8(at, value),
};
