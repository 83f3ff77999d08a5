import type { FloatArray } from "../core/index.ts";

/** Element types of tensors in our graphs, by their ONNX name. */
export type ElementType = "float32" | "float64" | "int64" | "int32" | "bool";

/** Data of a tensor; `bool` is one byte a value. */
export type TensorData = FloatArray | Int32Array | BigInt64Array | Uint8Array;

/** Element type that an array holds. */
export function typeOfData(data: TensorData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "bool";
}

/** Numbers as an array of an element type. */
export function arrayOf(type: ElementType, numbers: ArrayLike<number>): TensorData {
  if (type === "float32") return Float32Array.from(numbers);
  if (type === "float64") return Float64Array.from(numbers);
  if (type === "int32") return Int32Array.from(numbers);
  if (type === "bool") return Uint8Array.from(numbers);
  return BigInt64Array.from(Array.from(numbers, BigInt));
}

/** `count` zeros of an element type. */
export function zerosOf(type: ElementType, count: number): TensorData {
  if (type === "float32") return new Float32Array(count);
  if (type === "float64") return new Float64Array(count);
  if (type === "int32") return new Int32Array(count);
  return type === "bool" ? new Uint8Array(count) : new BigInt64Array(count);
}
