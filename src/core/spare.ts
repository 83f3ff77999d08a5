import { allocate, type Dtype, dtypeOf, type FloatArray } from "./matrix.ts";

/** Memory of results that are no longer needed, to be written again: a fresh page costs more than filling it. */
export interface Spare {
  /** Memory of this length, whatever it holds; undefined if there is none, and the caller allocates. */
  take(dtype: Dtype, length: number): FloatArray | undefined;
  /** Memory of this length, whatever it holds, fresh if there is none. */
  need(dtype: Dtype, length: number): FloatArray;
  /** Nobody reads these any more. Views of one buffer count once. */
  give(...used: readonly FloatArray[]): void;
}

/** Fresh memory is longer than asked for by this part, so that it also fits what is a little longer next time; pages that nobody touches cost nothing. */
const headroom = 1 / 8;

/** Memory longer by this factor is left to those who need it. */
const tooLong = 2;

/** Nothing yet. The smallest memory that fits is taken; what was given longest ago is let go.
 * @param most arrays that are kept. @param fresh makes new memory. */
export function openSpare(most = 8, fresh = allocate): Spare {
  const free: FloatArray[] = []; // each is the whole of its buffer
  const take = (dtype: Dtype, length: number) => {
    const fitting = free.filter(
      (one) => dtypeOf({ data: one }) === dtype && one.length >= length && one.length <= tooLong * length,
    );
    if (fitting.length === 0) return undefined;
    const best = fitting.reduce((least, one) => (one.length < least.length ? one : least));
    free.splice(free.indexOf(best), 1);
    return best.subarray(0, length) as FloatArray;
  };
  return {
    take,
    need: (dtype, length) =>
      take(dtype, length) ??
      (fresh(dtype, length + Math.ceil(headroom * length)).subarray(0, length) as FloatArray),
    give(...used) {
      for (const one of used)
        if (free.every((other) => other.buffer !== one.buffer))
          free.push(
            one instanceof Float32Array ? new Float32Array(one.buffer) : new Float64Array(one.buffer),
          );
      free.splice(0, Math.max(0, free.length - most));
    },
  };
}

/** No memory to be had, and none kept. */
export const noSpare: Spare = { take: () => undefined, need: allocate, give: () => {} };
