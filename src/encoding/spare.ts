import type { Dtype, FloatArray, Matrix } from "../core/index.ts";

/** Memory of results that are no longer needed, to be written again: a fresh page costs more than filling it. */
export interface Spare {
  /** Memory of this length, whatever it holds; undefined if there is none, and the caller allocates. */
  take(dtype: Dtype, length: number): FloatArray | undefined;
  /** Nobody reads these any more. */
  give(...used: readonly Matrix[]): void;
}

const most = 8;

/** Nothing yet. The smallest memory that fits is taken; what was given longest ago is let go. */
export function openSpare(): Spare {
  const free: FloatArray[] = []; // each is the whole of its buffer
  return {
    take(dtype, length) {
      let best = -1;
      for (const [k, one] of free.entries())
        if (nameOf(one) === dtype && one.length >= length && (best < 0 || one.length < lengthAt(free, best)))
          best = k;
      return best < 0 ? undefined : (free.splice(best, 1)[0]?.subarray(0, length) as FloatArray);
    },
    give(...used) {
      for (const { data } of used) {
        free.push(
          data instanceof Float32Array ? new Float32Array(data.buffer) : new Float64Array(data.buffer),
        );
        if (free.length > most) free.shift();
      }
    },
  };
}

/** No memory to be had, and none kept. */
export const noSpare: Spare = { take: () => undefined, give: () => {} };

function nameOf(one: FloatArray): Dtype {
  return one instanceof Float32Array ? "float32" : "float64";
}

function lengthAt(list: readonly FloatArray[], k: number): number {
  return list[k]?.length ?? 0;
}
