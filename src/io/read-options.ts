import type { FloatArray } from "../core/index.ts";

/** What of a file to read. */
export interface ReadOptions {
  /** Path inside an HDF5 file or a Zarr store, or name of an entry of an NPZ file. */
  readonly dataset?: string | undefined;
  /** Names (tables with a header) or zero-based numbers of the columns to take. */
  readonly columns?: readonly (string | number)[] | undefined;
  /** NIfTI mask in the same space: voxels where it is not 0 become columns, in the order of the file. */
  readonly mask?: string | undefined;
  /** Whether the first line of a table is a header; default as `parseTable` finds. */
  readonly header?: boolean | undefined;
}

/** Numbers of a file, row-major; for images and surfaces samples come first. */
export interface ReadArray {
  readonly shape: readonly number[];
  readonly data: FloatArray;
  readonly names: readonly string[] | null;
}
