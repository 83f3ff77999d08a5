import { EncodingError } from "../core/index.ts";
import { parseNifti } from "../io/index.ts";
import type { ReportVolume } from "../report/index.ts";
import type { StudyData } from "./data.ts";
import { openFiles } from "./files.ts";
import type { StudySettings } from "./settings.ts";

/** Where each person's targets lie in a volume: the voxels of `responses.mask` that are not 0, in the order of the file, less those of
 * `responses.columns`.
 * @returns one a person; none for responses without a NIfTI mask.
 * @throws EncodingError "file" | "format" as reading a mask does; "shape" if a mask does not have one voxel a target. */
export async function volumesOf(
  settings: StudySettings,
  data: StudyData,
  folder: string,
): Promise<ReportVolume[]> {
  const { mask, columns } = settings.responses ?? {};
  if (mask === undefined || /\.hdr(\.gz)?$/.test(mask)) return [];
  const files = openFiles(settings.data, folder);
  const out: ReportVolume[] = [];
  for (const { id, regionOf } of data.people) {
    const image = parseNifti(await files.bytes(mask, { participant: id }));
    const inside = Array.from(image.data.keys()).filter((voxel) => image.data[voxel] !== 0);
    const kept = columns === undefined ? inside : columns.map((column) => inside[Number(column)] as number);
    if (kept.length !== regionOf.length)
      throw new EncodingError(
        "shape",
        `volumesOf: the mask of ${id} has ${kept.length} voxels; its responses have ${regionOf.length} targets.`,
      );
    const { affine, voxelSizes } = image;
    out.push({
      shape: image.shape.slice(0, 3),
      affine,
      voxelSizes: voxelSizes.slice(0, 3),
      voxelOf: Int32Array.from(kept),
    });
  }
  return out;
}
