import { EncodingError, type Matrix, matrix } from "../core/index.ts";
import { type Hdf5File, openHdf5 } from "./hdf5.ts";
import { fromFortran, type NdArray, toFloats } from "./ndarray.ts";
import { parseNpy } from "./npy.ts";
import { listNpz, parseNpz } from "./npz.ts";
import type { ReadArray, ReadOptions } from "./read-options.ts";
import { readSurface } from "./read-surface.ts";
import { readVolumes } from "./read-volumes.ts";
import { parseTable, tableToMatrix } from "./table.ts";
import { decodeText } from "./text.ts";
import { readBytes } from "./write-file.ts";
import { isZarr, openZarr } from "./zarr.ts";

/** The one door to arrays on disk: NPY, NPZ, HDF5 (.h5, .hdf5, MATLAB v7.3), Zarr (.zarr), NIfTI (.nii, .nii.gz, .hdr + .img), GIFTI
 * (.gii, .gii.gz) and tables (.csv, .tsv, .txt, .dat).
 *
 * A four-dimensional NIfTI image becomes volumes × voxels (those of the mask, else all), a three-dimensional one a row of voxels; a GIFTI
 * file with several arrays becomes arrays × vertices; a MATLAB array has the shape that it has in MATLAB; a table is tab-separated where
 * its name ends in .tsv.
 * @throws EncodingError "file" | "format" | "range" | "shape" | "option" naming the file. */
export async function readArray(path: string, options: ReadOptions = {}): Promise<ReadArray> {
  try {
    return takeColumns(await readAny(path, options), options, isTable(path));
  } catch (error) {
    if (error instanceof EncodingError && !error.message.includes(path))
      throw new EncodingError(error.kind, `${path}: ${error.message}`, error.details, error);
    throw error;
  }
}

/** Read a file that must hold a table of numbers; one dimension becomes one column.
 * @param axes names of rows and columns, default samples × features.
 * @throws EncodingError as {@link readArray}; "shape" for more than two dimensions. */
export async function readMatrix(
  path: string,
  { axes = ["samples", "features"], ...options }: ReadOptions & { axes?: readonly [string, string] } = {},
): Promise<Matrix> {
  const { shape, data } = await readArray(path, options);
  if (shape.length > 2)
    throw new EncodingError(
      "shape",
      `${path}: a table of samples × columns is needed; got [${shape.join(", ")}].`,
    );
  return matrix(axes, shape[0] ?? 1, shape[1] ?? 1, data);
}

function isTable(path: string): boolean {
  return /\.(csv|tsv|txt|dat)$/i.test(path);
}

async function readAny(path: string, options: ReadOptions): Promise<ReadArray> {
  const name = path.toLowerCase();
  if (options.mask !== undefined && !/\.(nii|hdr)(\.gz)?$/.test(name))
    throw new EncodingError("option", "a mask is for NIfTI images (.nii, .nii.gz, .hdr); this is none.");
  if (isZarr(path)) return plain(await (await openZarr(path, options.dataset)).read());
  if (/\.(h5|hdf5|mat|hdf)$/.test(name)) return readHdf5(path, options.dataset);
  if (/\.(nii|hdr)(\.gz)?$/.test(name)) return readVolumes(path, options.mask);
  if (/\.gii(\.gz)?$/.test(name)) return readSurface(path);
  if (name.endsWith(".npy")) return plain(parseNpy(await readBytes(path)));
  if (name.endsWith(".npz")) return readEntry(await readBytes(path), options.dataset);
  if (isTable(name)) return readTable(path, options);
  throw new EncodingError(
    "format",
    `unknown kind of file; legal: .npy .npz .zarr .h5 .hdf5 .mat .nii .nii.gz .hdr .gii .gii.gz .csv .tsv .txt .dat.${
      /\.img(\.gz)?$/.test(name) ? " Name the .hdr file that belongs to the .img." : ""
    }`,
  );
}

function plain({ shape, data }: NdArray): ReadArray {
  return { shape, data: toFloats(data), names: null };
}

async function readTable(path: string, options: ReadOptions): Promise<ReadArray> {
  const text = decodeText("Table", await readBytes(path));
  const separator = /\.tsv$/i.test(path) ? "\t" : undefined;
  const { data, rows, cols, names } = tableToMatrix(parseTable(text, { separator, ...options }), options);
  if (data.length === 0)
    throw new EncodingError(
      "format",
      `Table: the file holds no numbers; got ${rows} rows × ${cols} columns.`,
    );
  return { shape: [rows, cols], data, names };
}

function readEntry(bytes: Uint8Array, dataset: string | undefined): ReadArray {
  const names = listNpz(bytes);
  const name = dataset ?? (names.length === 1 ? names[0] : undefined);
  const found = name !== undefined && names.includes(name) && parseNpz(bytes, { names: [name] })[name];
  if (found) return plain(found);
  throw new EncodingError(
    "range",
    `NPZ: name one entry with \`dataset\`; it has ${names.slice(0, 12).join(", ") || "none"}.`,
  );
}

async function readHdf5(path: string, dataset: string | undefined): Promise<ReadArray> {
  const file = await openHdf5(path);
  try {
    const array = file.read(dataset ?? onlyDataset(file, path));
    if (!file.matlab) return plain(array);
    const shape = [...array.shape].reverse();
    return plain({ shape, data: fromFortran({ shape, data: array.data }) });
  } finally {
    file.close();
  }
}

function onlyDataset(file: Hdf5File, path: string): string {
  const names = file.datasets().map((one) => one.path);
  if (names.length === 1) return names[0] as string;
  throw new EncodingError(
    "range",
    `HDF5: name one data set with \`dataset\`; ${path} has ${names.slice(0, 12).join(", ") || "none that is numeric"}.`,
  );
}

/** Columns of arrays that are not tables, by number. */
function takeColumns(array: ReadArray, { columns }: ReadOptions, table: boolean): ReadArray {
  if (columns === undefined || table) return array;
  const width = array.shape[array.shape.length - 1] ?? 1;
  for (const column of columns)
    if (typeof column !== "number" || !Number.isInteger(column) || column < 0 || column >= width)
      throw new EncodingError(
        "range",
        `there is no column ${column}; the file has no names, and columns 0 … ${width - 1}.`,
      );
  const rows = array.data.length / Math.max(1, width);
  const out =
    array.data instanceof Float32Array
      ? new Float32Array(rows * columns.length)
      : new Float64Array(rows * columns.length);
  for (let i = 0; i < rows; i++)
    for (const [k, j] of columns.entries())
      out[i * columns.length + k] = array.data[i * width + (j as number)] as number;
  return { shape: [...array.shape.slice(0, -1), columns.length], data: out, names: null };
}
