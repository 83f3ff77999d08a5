import { checkNumber, EncodingError, type Random } from "../core/index.ts";

/** A random projection most of whose entries are zero, component by component. */
export interface SparseProjection {
  readonly features: number;
  readonly components: number;
  /** Entries of component k are those from starts[k] to starts[k + 1]. */
  readonly starts: Uint32Array;
  /** Feature of each entry; its value is `scale`, or −`scale` where the sign is set. */
  readonly places: Uint32Array;
  readonly negative: Uint8Array;
  readonly scale: number;
}

/** Draw a projection with entries ±√(1 / (density · components)) of equal odds, else 0: lengths and distances are kept on average, and a
 * million features take as much memory as a thousand do in {@link drawProjection}. It looks at no data.
 * @param random a stream of its own. @param features columns before. @param components columns after.
 * @param options `density`: share of entries that are not 0; default 1/√features.
 * @throws EncodingError "option" if a size or the density cannot be.
 * @source Li, Hastie and Church 2006; sklearn SparseRandomProjection has the same entries and default density. */
export function drawSparseProjection(
  random: Random,
  features: number,
  components: number,
  { density = 1 / Math.sqrt(features) } = {},
): SparseProjection {
  checkNumber("drawSparseProjection", "features", features, { min: 1, max: 2 ** 32 - 1, whole: true });
  checkNumber("drawSparseProjection", "components", components, { min: 1, whole: true });
  if (!(density > 0 && density <= 1))
    throw new EncodingError("option", `drawSparseProjection: density must lie in (0, 1]; got ${density}.`);
  const starts = new Uint32Array(components + 1);
  const places: number[] = [];
  const signs: number[] = [];
  const gap = () => (density === 1 ? 0 : Math.floor(Math.log1p(-random.uniform()) / Math.log1p(-density)));
  for (let k = 0; k < components; k++) {
    for (let at = gap(); at < features; at += 1 + gap()) {
      places.push(at);
      signs.push(random.uniform() < 0.5 ? 1 : 0);
    }
    starts[k + 1] = places.length;
  }
  const scale = 1 / Math.sqrt(density * components);
  return {
    features,
    components,
    starts,
    places: Uint32Array.from(places),
    negative: Uint8Array.from(signs),
    scale,
  };
}

/** Project rows; sums run in double precision.
 * @param rows (samples × features), row-major. @returns (samples × components).
 * @throws EncodingError "shape" if the rows are no multiple of the features. */
export function applySparseProjection(
  rows: Float32Array,
  { features, components, starts, places, negative, scale }: SparseProjection,
): Float32Array<ArrayBuffer> {
  const samples = rows.length / features;
  if (!Number.isInteger(samples))
    throw new EncodingError(
      "shape",
      `applySparseProjection: the projection was drawn for ${features} features; got ${rows.length} numbers.`,
    );
  const out = new Float32Array(samples * components);
  for (let i = 0; i < samples; i++)
    for (let k = 0; k < components; k++) {
      let sum = 0;
      for (let e = starts[k] as number; e < (starts[k + 1] as number); e++) {
        const value = rows[i * features + (places[e] as number)] as number;
        sum += negative[e] === 1 ? -value : value;
      }
      out[i * components + k] = sum * scale;
    }
  return out;
}
