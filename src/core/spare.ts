import type { Dtype, FloatArray } from "./matrix.ts";

/** Memory of results that are no longer needed, to be written again: a fresh page costs more than filling it. */
export interface Spare {
  /** Memory of this length, whatever it holds; undefined if there is none, and the caller allocates. */
  take(dtype: Dtype, length: number): FloatArray | undefined;
  /** Nobody reads these any more. */
  give(...used: readonly FloatArray[]): void;
}

/** Nothing yet. The smallest memory that fits is taken; what was given longest ago is let go.
 * @param most arrays that are kept. */
export function openSpare(most = 8): Spare {
  const free: FloatArray[] = []; // each is the whole of its buffer
  return {
    take(dtype, length) {
      const fitting = free.filter((one) => nameOf(one) === dtype && one.length >= length);
      if (fitting.length === 0) return undefined;
      const best = fitting.reduce((least, one) => (one.length < least.length ? one : least));
      free.splice(free.indexOf(best), 1);
      return best.subarray(0, length) as FloatArray;
    },
    give(...used) {
      for (const one of used)
        free.push(one instanceof Float32Array ? new Float32Array(one.buffer) : new Float64Array(one.buffer));
      free.splice(0, Math.max(0, free.length - most));
    },
  };
}

/** No memory to be had, and none kept. */
export const noSpare: Spare = { take: () => undefined, give: () => {} };

function nameOf(one: FloatArray): Dtype {
  return one instanceof Float32Array ? "float32" : "float64";
}
