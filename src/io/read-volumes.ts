import { EncodingError } from "../core/index.ts";
import { type NiftiImage, parseNifti } from "./nifti.ts";
import type { ReadArray } from "./read-options.ts";
import { readBytes } from "./write-file.ts";

/** Millimetres by which the affines of an image and its mask may differ: programs round them to float32, and through quaternions. */
const slack = 0.01;

/** Read a NIfTI image as volumes × voxels; with a mask, only voxels where it is not 0.
 * @throws EncodingError "shape" if the mask is of another size, has several volumes or lies elsewhere; "value" if it is empty. */
export async function readVolumes(path: string, mask: string | undefined): Promise<ReadArray> {
  const image = await readNifti(path);
  const voxels = image.shape.slice(0, 3).reduce((a, b) => a * b, 1);
  const volumes = image.data.length / voxels;
  if (mask === undefined) return { shape: [volumes, voxels], data: image.data, names: null };
  const kept = await readMask(mask, image);
  const out =
    image.data instanceof Float32Array
      ? new Float32Array(volumes * kept.length)
      : new Float64Array(volumes * kept.length);
  for (let t = 0; t < volumes; t++)
    for (let k = 0; k < kept.length; k++)
      out[t * kept.length + k] = image.data[t * voxels + (kept[k] as number)] as number;
  return { shape: [volumes, kept.length], data: out, names: null };
}

/** Read a NIfTI file, or a pair of .hdr and .img.
 * @throws EncodingError "file" | "format" as {@link parseNifti}. */
export async function readNifti(path: string): Promise<NiftiImage> {
  const bytes = await readBytes(path);
  const pair = /\.hdr(\.gz)?$/i.exec(path);
  return pair === null
    ? parseNifti(bytes)
    : parseNifti(bytes, await readBytes(path.replace(/\.hdr(\.gz)?$/i, `.img${pair[1] ?? ""}`)));
}

/** Voxels that the mask keeps, ascending.
 * @throws EncodingError as {@link readVolumes}. */
export async function readMask(
  path: string,
  image: Pick<NiftiImage, "shape" | "affine">,
): Promise<readonly number[]> {
  const { shape, data, affine } = await readNifti(path);
  const space = (sizes: readonly number[]) => [0, 1, 2].map((d) => sizes[d] ?? 1).join(", ");
  if (space(shape) !== space(image.shape) || shape.slice(3).some((size) => size !== 1))
    throw new EncodingError(
      "shape",
      `the mask ${path} must be one volume of the image's size; got [${shape.join(", ")}] for [${image.shape.join(", ")}].`,
    );
  const apart = Math.max(...affine.map((value, k) => Math.abs(value - (image.affine[k] as number))));
  if (apart > slack)
    throw new EncodingError(
      "shape",
      `the mask ${path} must lie in the image's space; the affines differ by ${apart.toPrecision(3)}. Resample the mask to the image.`,
      { mask: affine, image: image.affine },
    );
  const kept: number[] = [];
  for (const [v, value] of data.entries()) if (value !== 0 && !Number.isNaN(value)) kept.push(v);
  if (kept.length > 0) return kept;
  throw new EncodingError("value", `the mask ${path} keeps no voxel.`);
}
