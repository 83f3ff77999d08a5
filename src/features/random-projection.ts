import {
  allocate,
  checkNumber,
  type Dtype,
  dtypeOf,
  EncodingError,
  type Features,
  type Matrix,
  matrix,
  type Random,
  toDtype,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";

/** Draw a Gaussian projection with entries N(0, 1/components): lengths and distances are kept on average.
 *
 * It looks at no data, so it may be shared by all folds. Draws run along the features, so the same stream and components
 * give the same leading rows whatever the number of features.
 * @param random a stream of its own, e.g. `random.stream("projection")`.
 * @param features columns of X.
 * @param components columns after the projection.
 * @returns features × components.
 * @throws EncodingError "option" if a size is not a whole number ≥ 1.
 * @source Johnson and Lindenstrauss 1984; sklearn GaussianRandomProjection uses the same scale. */
export function drawProjection(
  random: Random,
  features: number,
  components: number,
  { dtype = "float64" }: { readonly dtype?: Dtype } = {},
): Matrix<"features", "components"> {
  checkNumber("drawProjection", "features", features, { min: 1, whole: true });
  checkNumber("drawProjection", "components", components, { min: 1, whole: true });
  const scale = 1 / Math.sqrt(components);
  const data = allocate(dtype, features * components);
  for (let k = 0; k < data.length; k++) data[k] = random.normal() * scale;
  return matrix(["features", "components"], features, components, data);
}

/** Project features: X P, in X's dtype.
 * @returns samples × components, called features because they are features from here on.
 * @throws EncodingError "shape" if the projection was drawn for another number of features. */
export async function applyProjection(
  X: Features,
  projection: Matrix<"features", "components">,
  linalg: Linalg,
): Promise<Features> {
  if (X.cols !== projection.rows)
    throw new EncodingError(
      "shape",
      `applyProjection: the projection was drawn for ${projection.rows} features; got ${X.rows} samples × ${X.cols} features.`,
      { expected: projection.rows, got: X.cols },
    );
  const out = await linalg.gemm(X, toDtype(projection, dtypeOf(X)));
  return matrix(["samples", "features"], out.rows, out.cols, out.data);
}
