import { EncodingError } from "../core/index.ts";
import {
  type ElementType,
  fromHalf,
  type OnnxTensorInfo,
  type Tensor,
  type TensorData,
  type Tensors,
  toHalf,
} from "../graph/index.ts";

/** Numbers as a tensor of the type that an input wants.
 * @throws EncodingError "option" for a type that no numbers can be. */
export function makeTensor(
  { name, type }: Pick<OnnxTensorInfo, "name" | "type">,
  shape: readonly number[],
  data: ArrayLike<number>,
): Tensor {
  const made = arrays[type ?? "float32"]?.(data);
  if (made === undefined)
    throw new EncodingError(
      "option",
      `makeTensor: the input "${name}" wants ${type}; only numbers can be given.`,
    );
  return { type: (type ?? "float32") as ElementType, shape, data: made as TensorData };
}

const arrays: Readonly<Record<string, (data: ArrayLike<number>) => ArrayBufferView>> = {
  float32: (data) => (data instanceof Float32Array ? data : Float32Array.from(data)),
  float64: (data) => Float64Array.from(data),
  float16: (data) => Uint16Array.from(data, toHalf),
  int64: (data) => BigInt64Array.from(Array.from(data, BigInt)),
  int32: (data) => Int32Array.from(data),
  uint8: (data) => Uint8Array.from(data),
  int8: (data) => Int8Array.from(data),
  bool: (data) => Uint8Array.from(data),
};

/** The numbers of a tensor in single precision, whatever its type.
 * @throws EncodingError "option" for text, and for types that ONNX Runtime does not hand out. */
export function floatsOf(name: string, { type, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if ((type as string) === "float16") return Float32Array.from(data as unknown as Uint16Array, fromHalf);
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  if (ArrayBuffer.isView(data)) return Float32Array.from(data as ArrayLike<number>);
  throw new EncodingError("option", `floatsOf: "${name}" holds ${type}, no numbers.`);
}

/** Made-up input of one stimulus: pictures of .5, tokens of 1.
 * @param open sizes for open axes by name. */
export function dummyFeeds(
  inputs: readonly OnnxTensorInfo[],
  open: Readonly<Record<string, number>> = {},
): Tensors {
  return Object.fromEntries(
    inputs.map((input) => {
      const shape = (input.shape ?? [1]).map((size, axis, all) =>
        typeof size === "number" ? size : (open[size ?? ""] ?? guessSize(axis, all.length)),
      );
      const count = shape.reduce((a, b) => a * b, 1);
      const value = /float/.test(input.type ?? "float32") ? 0.5 : 1;
      return [input.name, makeTensor(input, shape, new Float32Array(count).fill(value))];
    }),
  );
}

/** One stimulus; pictures of 3 × 224 × 224; 16 tokens. */
function guessSize(axis: number, axes: number): number {
  if (axis === 0) return 1;
  if (axes === 4) return axis === 1 ? 3 : 224;
  return axes === 2 ? 16 : 1;
}
