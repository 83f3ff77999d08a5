import { type Dtype, type FloatArray, openSpare } from "../core/index.ts";
import type { BlasLibrary, Native, Routines } from "./blas-library.ts";

/** CBLAS names of an order and of what is done to an operand. */
export const rowMajor = 101;
export const plain = 111;
export const flipped = 112;

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
    withSpace: lendSpace(),
  };
}

/** The last few arrays that were used are used again. */
function lendSpace(): Machine["withSpace"] {
  const spare = openSpare(4);
  return async (dtype, length, work) => {
    const space = spare.need(dtype, length);
    try {
      return await work(space);
    } finally {
      spare.give(space);
    }
  };
}

function routinesOf(library: BlasLibrary, dtype: Dtype): Routines {
  return dtype === "float32" ? library.single : library.double;
}
