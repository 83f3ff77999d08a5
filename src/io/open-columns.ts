import { EncodingError } from "../core/index.ts";
import { type ColumnFile, checkColumns, type RowFile, scanRows } from "./column-file.ts";
import { openHdf5Columns } from "./hdf5-columns.ts";
import { openNiftiStack } from "./nifti-stack.ts";
import { niftiPlace, npyPlace, openPlain } from "./plain-columns.ts";
import { turnRows } from "./turn-rows.ts";
import { isZarr } from "./zarr.ts";
import { openZarrColumns } from "./zarr-columns.ts";

/** Open a matrix for reading by columns: NPY (either order), Zarr, HDF5, a 4-D NIfTI image (volumes × voxels) or several, one after the other.
 *
 * NPY and unpacked NIfTI are read where the columns lie; Zarr and HDF5 too, where chunks are at most 2,048 columns wide or there are none.
 * Everything else lies by rows: it is turned once, where `turned` says a place, else gone through for every range.
 * @param options.dataset path inside an HDF5 file or a Zarr store. @param options.mask NIfTI mask of NIfTI runs. @param options.turned path of
 * the turned file; its name must stand for the content.
 * @returns the file, and the rows of each file where there are several.
 * @throws EncodingError "file" | "format" | "shape" | "range" | "option" naming the file. */
export async function openColumns(
  path: string | readonly string[],
  options: { dataset?: string | undefined; mask?: string | undefined; turned?: string | undefined } = {},
): Promise<ColumnFile & { readonly runs: readonly number[] }> {
  const paths = typeof path === "string" ? [path] : path;
  const first = paths[0] as string;
  const found = await openEither(paths, options);
  const file = "columns" in found ? found.columns : await byColumns(found.rows, options.turned);
  return {
    ...file,
    runs: "columns" in found ? [file.rows] : found.rows.runs,
    async read(from, to) {
      checkColumns(first, from, to, file.cols);
      return file.read(from, to);
    },
  };
}

async function byColumns(rows: RowFile, turned: string | undefined): Promise<ColumnFile> {
  return turned === undefined ? scanRows(rows) : turnRows(rows, turned);
}

async function openEither(
  paths: readonly string[],
  { dataset, mask }: { dataset?: string | undefined; mask?: string | undefined },
): Promise<{ columns: ColumnFile } | { rows: RowFile }> {
  const path = paths[0] as string;
  const lower = path.toLowerCase();
  const images = paths.every((one) => /\.nii(\.gz)?$/i.test(one));
  if (!images && (paths.length > 1 || mask !== undefined))
    throw new EncodingError(
      "option",
      `openColumns: several files, and a mask, are for NIfTI images (.nii, .nii.gz); got ${paths.slice(0, 4).join(", ")}.`,
      { path },
    );
  if (images && (paths.length > 1 || mask !== undefined || lower.endsWith(".gz")))
    return { rows: await openNiftiStack(paths, mask) };
  if (isZarr(path)) return openZarrColumns(path, dataset);
  if (lower.endsWith(".npy")) return { columns: await openPlain(path, npyPlace) };
  if (lower.endsWith(".nii")) return { columns: await openPlain(path, niftiPlace) };
  if (/\.(h5|hdf5|hdf|mat)$/.test(lower)) return openHdf5Columns(path, dataset);
  throw new EncodingError(
    "format",
    `openColumns: ${path} cannot be read by columns; legal: .npy, .zarr, .nii, .nii.gz, .h5 .hdf5 .hdf .mat.`,
    { path },
  );
}
