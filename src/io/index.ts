/** One file a format: arrays, tables, transcripts, volumes, surfaces; every damaged file gives one clear error.
 * @module io */
export type { NdArray, Numbers } from "./ndarray.ts";
export { encodeNpy, parseNpy } from "./npy.ts";
export { encodeNpz, parseNpz } from "./npz.ts";
export { encodeParquet, type ParquetColumn } from "./parquet.ts";
export { encodeCsv, parseTable, type Table, tableToMatrix } from "./table.ts";
export { readBytes, writeFileAtomic } from "./write-file.ts";
