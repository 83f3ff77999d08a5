import type { GiftiArray } from "../io/index.ts";

/** Values of targets in a volume, x fastest; NaN outside. */
export function intoVolume(
  { shape, voxelOf }: { readonly shape: readonly number[]; readonly voxelOf: Int32Array },
  scores: Float64Array,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(Number.NaN);
  for (const [target, voxel] of voxelOf.entries()) out[voxel] = scores[target] ?? Number.NaN;
  return out;
}

/** Values of targets at the vertices that show them. */
export function vertexArray(name: string, data: Float64Array, targetAt: Int32Array): GiftiArray {
  const shown = Float32Array.from(targetAt, (target) => data[target] ?? Number.NaN);
  return { intent: "NIFTI_INTENT_NONE", shape: [shown.length], data: shown, name };
}
