/** One file a format: arrays, tables, transcripts, volumes, surfaces; every damaged file gives one clear error.
 * @module io */
export { beginColumns, type ColumnDraft } from "./column-draft.ts";
export type { ColumnFile } from "./column-file.ts";
export { encodeGifti } from "./encode-gifti.ts";
export { type FreeSurferFile, parseFreeSurfer } from "./freesurfer.ts";
export { type Gifti, type GiftiArray, type GiftiLabel, parseGifti } from "./gifti.ts";
export type { ReadPart } from "./gifti-data.ts";
export { hashFile } from "./hash-file.ts";
export { type Hdf5Dataset, type Hdf5File, openHdf5 } from "./hdf5.ts";
export type { NdArray, Numbers } from "./ndarray.ts";
export { encodeNifti, type NiftiImage, parseNifti } from "./nifti.ts";
export { encodeNpy, parseNpy } from "./npy.ts";
export { beginRows, openRows, type RowDraft, type RowReader } from "./npy-rows.ts";
export { encodeNpz, listNpz, parseNpz } from "./npz.ts";
export { openColumns } from "./open-columns.ts";
export { openSafetensors, type SafetensorsFile, writeSafetensors } from "./open-safetensors.ts";
export { encodeParquet, type ParquetColumn } from "./parquet.ts";
export { readArray, readMatrix } from "./read-array.ts";
export { readGifti } from "./read-gifti.ts";
export {
  readFlatMesh,
  readMesh,
  readVertexLabels,
  readVertexMap,
  type SurfaceMesh,
  type VertexLabels,
} from "./read-mesh.ts";
export type { ReadArray, ReadOptions } from "./read-options.ts";
export { readNifti } from "./read-volumes.ts";
export {
  decodeSafetensors,
  type EncodeSafetensorsOptions,
  encodeSafetensors,
  parseSafetensors,
  parseSafetensorsHeader,
  readSafetensorsLength,
  type SafetensorsEntry,
  type SafetensorsHeader,
  type SafetensorsType,
} from "./safetensors.ts";
export { encodeCsv, parseTable, type Table, tableToMatrix } from "./table.ts";
export { listTar, readRange, type TarEntry } from "./tar.ts";
export { decodeText } from "./text.ts";
export { type Interval, parseTextGrid, type TextGrid, type Tier } from "./textgrid.ts";
export { readBytes, removeDrafts, writeFileAtomic } from "./write-file.ts";
export { type CheckedYaml, checkYaml } from "./yaml-settings.ts";
export { isZarr, openZarr, type ZarrArray } from "./zarr.ts";
export { beginZarr, writeZarr, writeZarrGroup } from "./zarr-draft.ts";
