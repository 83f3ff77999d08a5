import { parquetWriteBuffer } from "hyparquet-writer";

/** One column of a result table. */
export interface ParquetColumn {
  readonly name: string;
  readonly values: Float64Array | Int32Array | readonly string[];
}

/** Write a Parquet file: float64 (NaN kept), int32 and text columns. */
export function encodeParquet(columns: readonly ParquetColumn[]): Uint8Array {
  const columnData = columns.map(({ name, values }) => ({
    name,
    data: values as Float64Array,
    type: values instanceof Float64Array ? "DOUBLE" : values instanceof Int32Array ? "INT32" : "STRING",
    nullable: false,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData: columnData as never }));
}
