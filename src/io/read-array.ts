import { EncodingError, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { parseGifti } from "./gifti.ts";
import { gunzip } from "./gunzip.ts";
import { openHdf5 } from "./hdf5.ts";
import { type NdArray, toFloats } from "./ndarray.ts";
import { parseNifti } from "./nifti.ts";
import { parseNpy } from "./npy.ts";
import { parseNpz } from "./npz.ts";
import { parseTable, tableToMatrix } from "./table.ts";
import { readBytes } from "./write-file.ts";

/** What of a file to read. */
export interface ReadOptions {
  /** Path inside an HDF5 file, or name of an entry of an NPZ file. */
  readonly dataset?: string | undefined;
  /** Names (tables with a header) or zero-based numbers of the columns to take. */
  readonly columns?: readonly (string | number)[] | undefined;
  /** NIfTI mask: voxels where it is not 0 become columns, in the order of the file. */
  readonly mask?: string | undefined;
}

/** Numbers of a file, row-major; for images and surfaces samples come first. */
export interface ReadArray {
  readonly shape: readonly number[];
  readonly data: FloatArray;
  readonly names: readonly string[] | null;
}

/** The one door to arrays on disk: NPY, NPZ, HDF5 (.h5, .hdf5, MATLAB v7.3), NIfTI (.nii, .nii.gz, .hdr + .img), GIFTI
 * (.gii, .gii.gz) and tables (.csv, .tsv, .txt).
 *
 * A four-dimensional NIfTI image becomes volumes × voxels (those of the mask, else all), a three-dimensional one a row of voxels; a GIFTI
 * file with several arrays becomes arrays × vertices.
 * @throws EncodingError "file" | "format" | "range" | "option" naming the file. */
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
  if (/\.(h5|hdf5|mat|hdf)$/.test(name)) return readHdf5(path, options.dataset);
  if (/\.nii(\.gz)?$|\.hdr(\.gz)?$/.test(name)) return readVolumes(path, options.mask);
  const bytes = await readBytes(path);
  if (name.endsWith(".npy")) return plain(parseNpy(bytes));
  if (name.endsWith(".npz")) return readEntry(parseNpz(bytes), options.dataset);
  if (/\.gii(\.gz)?$/.test(name)) return readSurface(bytes);
  if (isTable(name)) {
    const { data, rows, cols, names } = tableToMatrix(parseTable(new TextDecoder().decode(bytes)), options);
    return { shape: [rows, cols], data, names };
  }
  throw new EncodingError(
    "format",
    "unknown kind of file; legal: .npy .npz .h5 .hdf5 .mat .nii .nii.gz .hdr .gii .gii.gz .csv .tsv .txt.",
  );
}

function plain({ shape, data }: NdArray): ReadArray {
  return { shape, data: toFloats(data), names: null };
}

function readEntry(entries: Readonly<Record<string, NdArray>>, dataset: string | undefined): ReadArray {
  const names = Object.keys(entries);
  const name = dataset ?? (names.length === 1 ? names[0] : undefined);
  const found = name === undefined ? undefined : entries[name];
  if (found === undefined)
    throw new EncodingError(
      "range",
      `NPZ: name one entry with \`dataset\`; it has ${names.join(", ") || "none"}.`,
    );
  return plain(found);
}

async function readHdf5(path: string, dataset: string | undefined): Promise<ReadArray> {
  const file = await openHdf5(path);
  try {
    const all = file.datasets();
    const only = dataset ?? (all.length === 1 ? all[0]?.path : undefined);
    if (only === undefined)
      throw new EncodingError(
        "range",
        `HDF5: name one data set with \`dataset\`; ${path} has ${all
          .map((d) => d.path)
          .slice(0, 12)
          .join(", ")}.`,
      );
    return plain(file.read(only));
  } finally {
    file.close();
  }
}

async function readVolumes(path: string, mask: string | undefined): Promise<ReadArray> {
  const image = await readNiftiFile(path);
  const voxels = image.shape.slice(0, 3).reduce((a, b) => a * b, 1);
  const volumes = image.data.length / Math.max(1, voxels);
  if (mask === undefined) return { shape: [volumes, voxels], data: image.data, names: null };
  const { shape, data } = await readNiftiFile(mask);
  if (shape.slice(0, 3).join() !== image.shape.slice(0, 3).join())
    throw new EncodingError(
      "shape",
      `the mask ${mask} is [${shape.join(", ")}], the image [${image.shape.join(", ")}].`,
    );
  const kept = Array.from(data.keys()).filter((v) => v < voxels && data[v] !== 0 && !Number.isNaN(data[v]));
  const out =
    image.data instanceof Float32Array
      ? new Float32Array(volumes * kept.length)
      : new Float64Array(volumes * kept.length);
  for (let t = 0; t < volumes; t++)
    for (const [k, v] of kept.entries()) out[t * kept.length + k] = image.data[t * voxels + v] as number;
  return { shape: [volumes, kept.length], data: out, names: null };
}

async function readNiftiFile(path: string) {
  const bytes = await readBytes(path);
  const pair = /\.hdr(\.gz)?$/i.exec(path);
  return pair
    ? parseNifti(bytes, await readBytes(path.replace(/\.hdr(\.gz)?$/i, `.img${pair[1] ?? ""}`)))
    : parseNifti(bytes);
}

function readSurface(bytes: Uint8Array): ReadArray {
  const { arrays } = parseGifti(gunzip("GIFTI", bytes));
  const [first] = arrays;
  if (first === undefined) throw new EncodingError("format", "GIFTI: the file has no data.");
  if (arrays.length === 1) return { shape: first.shape, data: toFloats(first.data), names: null };
  const vertices = first.data.length;
  const odd = arrays.find((array) => array.data.length !== vertices);
  if (odd)
    throw new EncodingError(
      "shape",
      `GIFTI: arrays of ${vertices} and ${odd.data.length} numbers cannot be stacked.`,
    );
  const data = new Float64Array(arrays.length * vertices);
  for (const [t, array] of arrays.entries()) data.set(array.data, t * vertices);
  return { shape: [arrays.length, vertices], data, names: null };
}

/** Columns of arrays that are not tables, by number. */
function takeColumns(array: ReadArray, { columns }: ReadOptions, table: boolean): ReadArray {
  if (columns === undefined || table) return array;
  const width = array.shape[array.shape.length - 1] ?? 1;
  for (const column of columns)
    if (typeof column !== "number" || column >= width)
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
