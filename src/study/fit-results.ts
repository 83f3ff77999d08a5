import { join } from "node:path";
import type { Matrix } from "../core/index.ts";
import type { TileFit, Weightings } from "../encoding/index.ts";
import {
  beginColumns,
  beginZarr,
  type ColumnDraft,
  encodeNifti,
  encodeNpy,
  isZarr,
  writeFileAtomic,
  writeZarr,
  writeZarrGroup,
} from "../io/index.ts";
import type { ReportVolume } from "../report/index.ts";

/** How results are written: NumPy files, or Zarr arrays. */
export type ResultFormat = "npy" | "zarr";

/** Files of a streamed fit, filled tile by tile. */
export interface FitResults {
  take(fit: TileFit): Promise<void>;
  /** Write what was taken. @returns the files, and the share of targets whose alpha lies at the edge of the grid. */
  finish(): Promise<{ files: string[]; atEdge: number }>;
  /** Remove what was begun and not finished. */
  drop(): Promise<void>;
}

/** Begin the files: alphas.npy (targets), band_weights.npy (targets × bands), cv_scores.npy (weightings × targets), and where there are any
 * predicted.npy (test samples × targets) and coefficients.npy (features × targets), float32. As Zarr: alphas.zarr and so on; where the folder's
 * own name ends in .zarr it becomes a group with the arrays alphas and so on. Where targets are voxels of a volume: alphas.nii.gz and
 * best_cv_score.nii.gz too, NaN elsewhere.
 * @throws EncodingError "file". */
export async function beginResults(
  out: string,
  {
    targets,
    alphas,
    weightings,
    features,
    testSamples,
    format = "npy",
    volume,
  }: {
    targets: number;
    alphas: Float64Array;
    weightings: Weightings;
    /** 0: no coefficients. */
    features: number;
    testSamples: number;
    format?: ResultFormat;
    volume?: ReportVolume | undefined;
  },
): Promise<FitResults> {
  const pathOf = (name: string) => join(out, format === "zarr" && isZarr(out) ? name : `${name}.${format}`);
  const begin = async (name: string, rows: number) => {
    if (rows === 0) return null;
    return format === "npy"
      ? beginColumns(pathOf(name), rows, targets)
      : beginZarr(pathOf(name), [rows, targets]);
  };
  if (format === "zarr" && isZarr(out)) await writeZarrGroup(out);
  const coefficients = await begin("coefficients", features);
  const predicted = await begin("predicted", testSamples);
  const chosen = new Float64Array(targets);
  const bandWeights = new Float64Array(targets * weightings.cols);
  const cvScores = new Float64Array(weightings.rows * targets);
  const best = new Float64Array(volume ? targets : 0);
  let edges = 0;
  const put = async (draft: ColumnDraft | null, part: Matrix | null, from: number) => {
    if (draft && part) await draft.write(part, from);
  };
  return {
    async take(fit) {
      for (let k = 0; k < fit.to - fit.from; k++) {
        const t = fit.from + k;
        const a = fit.alphaIndex[k] as number;
        const w = fit.weightingIndex[k] as number;
        chosen[t] = alphas[a] as number;
        if (volume) best[t] = fit.cvScores.data[w * (fit.to - fit.from) + k] as number;
        if (a === 0 || a === alphas.length - 1) edges++;
        bandWeights.set(
          weightings.data.subarray(w * weightings.cols, (w + 1) * weightings.cols),
          t * weightings.cols,
        );
        for (let row = 0; row < weightings.rows; row++)
          cvScores[row * targets + t] = fit.cvScores.data[row * (fit.to - fit.from) + k] as number;
      }
      await put(coefficients, fit.coefficients, fit.from);
      await put(predicted, fit.predicted, fit.from);
    },
    async finish() {
      const files: string[] = [];
      const write = async (
        name: string,
        shape: readonly [number, number] | readonly [number],
        data: Float64Array<ArrayBuffer>,
      ) => {
        files.push(pathOf(name));
        if (format === "npy") await writeFileAtomic(pathOf(name), encodeNpy({ shape, data }));
        else await writeZarr(pathOf(name), { shape, data });
      };
      await write("alphas", [targets], chosen);
      await write("band_weights", [targets, weightings.cols], bandWeights);
      await write("cv_scores", [weightings.rows, targets], cvScores);
      if (volume)
        for (const [name, values] of Object.entries({ alphas: chosen, best_cv_score: best })) {
          files.push(join(out, `${name}.nii.gz`));
          await writeFileAtomic(join(out, `${name}.nii.gz`), encodeMap(volume, name, values));
        }
      for (const [name, draft] of Object.entries({ predicted, coefficients })) {
        if (draft === null) continue;
        await draft.finish();
        files.push(pathOf(name));
      }
      return { files, atEdge: edges / targets };
    },
    async drop() {
      await coefficients?.drop();
      await predicted?.drop();
    },
  };
}

function encodeMap(
  { voxelOf, ...image }: ReportVolume,
  description: string,
  values: Float64Array,
): Uint8Array {
  const data = new Float32Array(image.shape.reduce((a, b) => a * b, 1)).fill(Number.NaN);
  for (const [target, voxel] of voxelOf.entries()) data[voxel] = values[target] as number;
  return encodeNifti({ ...image, description, data });
}
