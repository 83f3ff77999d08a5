import { EncodingError, type Features, matrix } from "../core/index.ts";
import { applyPca, applyScaler, fitPca, fitScaler } from "../features/index.ts";
import type { Linalg } from "../linalg/linalg.ts";

/** How activations become features: each column z-scored, principal components, each component z-scored. All numbers are those of
 * the training stimuli. */
export interface Pipeline {
  /** Of each column of the activations. */
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  /** (columns × components), orthonormal. */
  readonly basis: Float64Array;
  /** Standard deviation of each component. */
  readonly deviation: Float64Array;
  /** Mean variance of the directions outside the components; 0 where there are none. */
  readonly rest: number;
}

/** Features of stimuli and how far they lie from the training stimuli. */
export interface PipedFeatures {
  /** (stimuli × components). */
  readonly features: Features;
  /** (stimuli): see {@link applyPipeline}. */
  readonly distance: Float64Array;
}

/** Learn the pipeline from the activations of the training stimuli, each stimulus counted once.
 * @param X (stimuli × columns), the layers side by side. @param components how many to keep; fewer where the stimuli have fewer directions.
 * @throws EncodingError "shape" | "option" | "value" from `fitScaler` and `fitPca`. */
export async function fitPipeline(X: Features, components: number, linalg: Linalg): Promise<Pipeline> {
  const { mean, scale } = fitScaler(X);
  const pca = await fitPca(applyScaler(X, { mean, scale }), components, linalg);
  const kept = pca.explained.reduce((a, b) => a + b, 0);
  const outside = X.cols - pca.basis.cols;
  return {
    mean,
    scale,
    basis: Float64Array.from(pca.basis.data),
    deviation: pca.explained.map(Math.sqrt),
    rest: outside > 0 ? Math.max(0, pca.total - kept) / outside : 0,
  };
}

/** Features and distances of any stimuli.
 *
 * distance² = Σ z² over the components + ‖rest of the z-scored activations‖² / `rest`: Mahalanobis distance under the probabilistic
 * model of principal components, in which all directions outside the components have one variance.
 * @throws EncodingError "shape" if the activations have another number of columns. @source Tipping and Bishop 1999. */
export async function applyPipeline(X: Features, pipeline: Pipeline, linalg: Linalg): Promise<PipedFeatures> {
  const { mean, scale, basis, deviation, rest } = pipeline;
  if (X.cols !== mean.length)
    throw new EncodingError(
      "shape",
      `applyPipeline: the pipeline was fitted on ${mean.length} columns; got ${X.rows} stimuli × ${X.cols}.`,
    );
  const scaled = applyScaler(X, { mean, scale });
  const k = deviation.length;
  const coordinates = await applyPca(
    scaled,
    {
      mean: new Float64Array(X.cols),
      basis: matrix(["features", "components"], X.cols, k, Float64Array.from(basis)),
      explained: deviation.map((d) => d * d),
      total: 0,
      warnings: [],
    },
    linalg,
  );
  const distance = new Float64Array(X.rows);
  const data = new Float64Array(X.rows * k);
  for (let i = 0; i < X.rows; i++) {
    let [all, inside, squares] = [0, 0, 0];
    for (let j = 0; j < X.cols; j++) all += (scaled.data[i * X.cols + j] as number) ** 2;
    for (let c = 0; c < k; c++) {
      const coordinate = coordinates.data[i * k + c] as number;
      const z = coordinate / (deviation[c] as number);
      inside += coordinate ** 2;
      squares += z * z;
      data[i * k + c] = z;
    }
    distance[i] = Math.sqrt(squares + (rest > 0 ? Math.max(0, all - inside) / rest : 0));
  }
  return { features: matrix(["samples", "features"], X.rows, k, data), distance };
}
