import { join } from "node:path";
import type { Matrix } from "../core/index.ts";
import type { TileFit, Weightings } from "../encoding/index.ts";
import { beginColumns, type ColumnDraft, encodeNpy, writeFileAtomic } from "../io/index.ts";

/** Files of a streamed fit, filled tile by tile. */
export interface FitResults {
  take(fit: TileFit): Promise<void>;
  /** Write what was taken. @returns the files, and the share of targets whose alpha lies at the edge of the grid. */
  finish(): Promise<{ files: string[]; atEdge: number }>;
  /** Remove what was begun and not finished. */
  drop(): Promise<void>;
}

/** Begin the files: alphas.npy (targets), band_weights.npy (targets × bands), cv_scores.npy (weightings × targets), and where there are any
 * predicted.npy (test samples × targets) and coefficients.npy (features × targets), float32.
 * @throws EncodingError "file". */
export async function beginResults(
  out: string,
  {
    targets,
    alphas,
    weightings,
    features,
    testSamples,
  }: {
    targets: number;
    alphas: Float64Array;
    weightings: Weightings;
    /** 0: no coefficients. */
    features: number;
    testSamples: number;
  },
): Promise<FitResults> {
  const begin = (name: string, rows: number) =>
    rows > 0 ? beginColumns(join(out, name), rows, targets) : Promise.resolve(null);
  const coefficients = await begin("coefficients.npy", features);
  const predicted = await begin("predicted.npy", testSamples);
  const chosen = new Float64Array(targets);
  const bandWeights = new Float64Array(targets * weightings.cols);
  const cvScores = new Float64Array(weightings.rows * targets);
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
      const write = async (name: string, shape: readonly number[], data: Float64Array<ArrayBuffer>) => {
        files.push(join(out, name));
        await writeFileAtomic(join(out, name), encodeNpy({ shape, data }));
      };
      await write("alphas.npy", [targets], chosen);
      await write("band_weights.npy", [targets, weightings.cols], bandWeights);
      await write("cv_scores.npy", [weightings.rows, targets], cvScores);
      for (const [name, draft] of [
        ["predicted.npy", predicted],
        ["coefficients.npy", coefficients],
      ] as const) {
        if (draft === null) continue;
        await draft.finish();
        files.push(join(out, name));
      }
      return { files, atEdge: edges / targets };
    },
    async drop() {
      await coefficients?.drop();
      await predicted?.drop();
    },
  };
}
