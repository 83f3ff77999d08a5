import { EncodingError, type FloatArray } from "../core/index.ts";

/** Numbers as a file holds them. */
export type Numbers =
  | FloatArray
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** An array of any number of dimensions, row-major (C order). */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** Number of entries that a shape says, checked against what is there before anything is allocated.
 * @throws EncodingError "format" for negative or fractional sizes, and for more entries than `most`. */
export function sizeOf(kind: string, shape: readonly number[], most: number): number {
  let size = 1;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0)
      throw new EncodingError(
        "format",
        `${kind}: sizes must be whole numbers ≥ 0; got [${shape.join(", ")}].`,
      );
    size *= length;
  }
  if (!(size <= most))
    throw new EncodingError(
      "format",
      `${kind}: the header says [${shape.join(", ")}] = ${size} numbers, the file has room for ${Math.floor(most)}. Is it cut off?`,
    );
  return size;
}

/** The numbers as floats: float32 stays, everything else becomes float64. */
export function toFloats(data: Numbers): FloatArray {
  return data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data);
}
