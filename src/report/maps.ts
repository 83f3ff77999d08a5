import { encodeGifti, encodeNifti, encodeNpy } from "../io/index.ts";
import { toFileNames } from "./file-name.ts";
import { intoVolume, vertexArray } from "./place-map.ts";
import type { StudyResult } from "./result.ts";

/** A file of the report before it is written: its path inside the report's folder, `/` between parts. */
export interface ReportFile {
  readonly path: string;
  readonly bytes: Uint8Array | string;
}

/** A surface to draw per-target maps on. */
export interface ReportSurface {
  /** (vertices × 3), millimetres. */
  readonly coordinates: Float32Array;
  /** (faces × 3) vertex numbers. */
  readonly triangles: Int32Array;
  /** Target shown at each vertex, −1 for none; the same for all people. */
  readonly targetAt: Int32Array;
}

/** Where the targets of one person lie in a volume. */
export interface ReportVolume {
  /** Sizes x, y, z of the brain mask. */
  readonly shape: readonly number[];
  /** Voxel indices → millimetres, 4 × 4 row-major. */
  readonly affine: readonly number[];
  readonly voxelSizes: readonly number[];
  /** Voxel (x fastest) of each target. */
  readonly voxelOf: Int32Array;
}

/** Per-target maps of each person as NumPy arrays (targets,), float64: r, R² and the unique variance of each feature space. */
export function mapFiles({ targets, spaces }: StudyResult): readonly ReportFile[] {
  const people = toFileNames(targets.map(({ participant }) => participant));
  const names = toFileNames(spaces.map(({ name }) => name));
  return targets.flatMap((person, k) => {
    const file = (kind: string, data: Float64Array): ReportFile => ({
      path: `maps/${people[k]}-${kind}.npy`,
      bytes: encodeNpy({ shape: [data.length], data: data as Float64Array<ArrayBuffer> }),
    });
    return [
      file("r", person.r),
      file("r2", person.r2),
      ...person.unique.map((data, s) => file(`unique-${names[s]}`, data)),
      ...(person.reliability ? [file("reliability", person.reliability)] : []),
    ];
  });
}

/** The same maps in the space of the responses, one NIfTI file a person and score, float32; NaN outside the mask.
 * @param volumes one a person, in order. */
export function volumeFiles(
  { targets, spaces }: StudyResult,
  volumes: readonly ReportVolume[],
): readonly ReportFile[] {
  const people = toFileNames(targets.map(({ participant }) => participant));
  const names = toFileNames(spaces.map(({ name }) => name));
  return targets.flatMap((person, k) => {
    const volume = volumes[k];
    if (volume === undefined) return [];
    const file = (kind: string, description: string, scores: Float64Array): ReportFile => ({
      path: `maps/${people[k]}-${kind}.nii.gz`,
      bytes: encodeNifti({ ...volume, description, data: intoVolume(volume, scores) }),
    });
    return [
      file("r", "r", person.r),
      file("r2", "R2", person.r2),
      ...person.unique.map((data, s) => file(`unique-${names[s]}`, `unique R2: ${spaces[s]?.name}`, data)),
      ...(person.reliability ? [file("reliability", "reliability", person.reliability)] : []),
    ];
  });
}

/** The surface as one GIFTI file, and one functional GIFTI file a person with r, R² and the unique variance of each feature space at
 * every vertex, float32; NaN where a vertex shows no target. */
export function surfaceFiles(
  { targets, spaces }: StudyResult,
  { coordinates, triangles, targetAt }: ReportSurface,
): readonly ReportFile[] {
  const people = toFileNames(targets.map(({ participant }) => participant));
  const mesh = encodeGifti({
    arrays: [
      {
        intent: "NIFTI_INTENT_POINTSET",
        shape: [coordinates.length / 3, 3],
        data: new Float32Array(coordinates),
      },
      { intent: "NIFTI_INTENT_TRIANGLE", shape: [triangles.length / 3, 3], data: new Int32Array(triangles) },
    ],
  });
  const maps = targets.map((person, k): ReportFile => {
    const named = [
      ["r", person.r],
      ["R2", person.r2],
      ...person.unique.map((data, s) => [`unique R2: ${spaces[s]?.name}`, data] as const),
      ...(person.reliability ? [["reliability", person.reliability] as const] : []),
    ] as const;
    const arrays = named.map(([name, data]) => vertexArray(name, data, targetAt));
    return { path: `maps/${people[k]}.func.gii`, bytes: encodeGifti({ arrays }) };
  });
  return [{ path: "maps/surface.surf.gii", bytes: mesh }, ...maps];
}
