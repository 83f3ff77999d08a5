import { parquetWriteBuffer } from "hyparquet-writer";
import { EncodingError } from "../core/index.ts";

/** One column of a result table. */
export interface ParquetColumn {
  readonly name: string;
  readonly values: Float64Array | Int32Array | readonly string[];
}

/** Write a Parquet file: float64 (NaN kept), int32 and text columns. The same columns give the same bytes.
 * @throws EncodingError "shape" if the columns differ in length; "option" if two have one name. */
export function encodeParquet(columns: readonly ParquetColumn[]): Uint8Array {
  const rows = columns[0]?.values.length ?? 0;
  for (const [k, { name, values }] of columns.entries()) {
    if (values.length !== rows)
      throw new EncodingError(
        "shape",
        `encodeParquet: column "${name}" has ${values.length} rows, the first has ${rows}.`,
      );
    if (columns.findIndex((one) => one.name === name) !== k)
      throw new EncodingError("option", `encodeParquet: two columns have the name "${name}".`);
  }
  const columnData = columns.map(({ name, values }) => ({
    name,
    data: values as Float64Array,
    type: values instanceof Float64Array ? "DOUBLE" : values instanceof Int32Array ? "INT32" : "STRING",
    nullable: false,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData: columnData as never }));
}
