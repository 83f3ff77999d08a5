import { allocate, type Dtype, type FloatArray } from "../core/index.ts";
import type { BlasLibrary, Native, Routines } from "./blas-library.ts";

/** The library in one dtype, how its routines are called, and work space that is used again. */
export interface Machine {
  of(dtype: Dtype): Routines;
  call(native: Native, ...args: unknown[]): Promise<void> | void;
  /** Run with work space of `length` numbers, whatever they hold. Fresh memory costs more than a small factorisation. */
  withSpace<T>(dtype: Dtype, length: number, work: (space: FloatArray) => Promise<T>): Promise<T>;
}

/** @param aside whether calls run in threads of Node's pool. */
export function machineOf(library: BlasLibrary, aside: boolean): Machine {
  return {
    of: (dtype) => routinesOf(library, dtype),
    call: aside ? (native, ...args) => native.later(...args) : (native, ...args) => native.now(...args),
    withSpace: keepSpace(),
  };
}

const kept = 4;

/** The last few arrays that were used; one that is large enough is taken again. */
function keepSpace(): Machine["withSpace"] {
  const free: FloatArray[] = [];
  return async (dtype, length, work) => {
    const found = free.findIndex((space) => space.length >= length && dtype === nameOf(space));
    const space = found < 0 ? allocate(dtype, length) : (free.splice(found, 1)[0] as FloatArray);
    try {
      return await work(space.subarray(0, length) as FloatArray);
    } finally {
      free.push(space);
      if (free.length > kept) free.shift();
    }
  };
}

function nameOf(space: FloatArray): Dtype {
  return space instanceof Float32Array ? "float32" : "float64";
}

function routinesOf(library: BlasLibrary, dtype: Dtype): Routines {
  return dtype === "float32" ? library.single : library.double;
}
