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

/** Number of entries that a shape says, before anything is allocated.
 * @param rule.room entries that the file has room for. @param rule.exact whether that many it must be: spare bytes mean that the header,
 * or the file, is not what it seems.
 * @throws EncodingError "format" for negative or fractional sizes, more entries than there is room for and, where `exact`, fewer. */
export function sizeOf(
  kind: string,
  shape: readonly number[],
  { room, exact = true }: { room: number; exact?: boolean },
): number {
  const text = `[${shape.join(", ")}]`;
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0))
    throw new EncodingError("format", `${kind}: sizes must be whole numbers ≥ 0; got ${text}.`);
  const size = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
  if (size > room)
    throw new EncodingError(
      "format",
      `${kind}: the header says ${text} = ${size} numbers, the file has room for ${Math.floor(room)}. Is it cut off?`,
    );
  if (exact && size !== room)
    throw new EncodingError(
      "format",
      `${kind}: the header says ${text} = ${size} numbers, the file holds ${Number(room.toFixed(2))}. Is the header damaged, or does the file hold more than one array?`,
    );
  return size;
}

/** Check an array that is to be written.
 * @throws EncodingError "shape" if the shape does not say as many numbers as there are. */
export function checkNdArray(where: string, { shape, data }: NdArray): void {
  const size = shape.reduce((a, b) => a * b, 1);
  if (shape.every((length) => Number.isSafeInteger(length) && length >= 0) && size === data.length) return;
  throw new EncodingError(
    "shape",
    `${where}: the shape [${shape.join(", ")}] must say as many numbers as there are; got ${data.length}.`,
  );
}

/** The numbers as floats: float32 stays, everything else becomes float64. */
export function toFloats(data: Numbers): FloatArray {
  return data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data);
}

/** Reverse the order of the indices in memory: numbers of `shape` with the first index fastest (Fortran, MATLAB) → last index fastest (C). */
export function fromFortran<T extends Numbers>({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: T;
}): T {
  if (shape.length < 2) return data;
  const out = data.slice() as T;
  const steps = shape.map((_, d) => shape.slice(0, d).reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let k = 0; k < data.length; k++) {
    out[k] = data[from] as number;
    for (let d = shape.length - 1; d >= 0; d--) {
      const at = (index[d] as number) + 1;
      from += steps[d] as number;
      if (at < (shape[d] as number)) {
        index[d] = at;
        break;
      }
      index[d] = 0;
      from -= at * (steps[d] as number);
    }
  }
  return out;
}
