import type { ArrayRef, ArrayType } from "./manifest.ts";

/** Collects arrays as files. */
export interface Packer {
  /** Numbers as a file of `arrays/`; the same name must not come twice. */
  array(name: string, type: ArrayType, shape: readonly number[], numbers: ArrayLike<number>): ArrayRef;
}
