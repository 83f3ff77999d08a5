import { checkNumber, EncodingError, fromRows, type Matrix, type Random } from "../core/index.ts";

/** Band weights to try: each row is a point of the simplex (≥ 0, sum 1). A weight of 0 leaves the band out. */
export type Weightings = Matrix<"weightings", "bands">;

const concentrations = [0.1, 1] as const;
const mostPaired = 8;

/** Points of the simplex at which banded ridge is tried.
 *
 * One band: the weight 1. Two bands: a fixed grid, both corners and odds spaced evenly in the logarithm from 1:99 to 99:1.
 * More: the equal weighting, each band alone, each pair evenly (up to eight bands), then seeded Dirichlet draws with concentration
 * 0.1 and 1 in turn, as himalaya draws them.
 * @param bands number of bands, ≥ 1.
 * @param count points wanted; for two bands the size of the grid (≥ 3), for more the number of draws beside the fixed points.
 * @param random used for three bands or more only.
 * @throws EncodingError "option".
 * @source Dupré la Tour et al. 2022 (random search on the simplex). */
export function drawWeightings(bands: number, count: number, random: Random): Weightings {
  checkNumber("drawWeightings", "bands", bands, { min: 1, whole: true });
  checkNumber("drawWeightings", "count", count, { min: bands === 2 ? 3 : 0, whole: true });
  if (bands === 1) return fromRows(["weightings", "bands"], [[1]]);
  if (bands === 2) return fromRows(["weightings", "bands"], gridOfTwo(count));
  const alone = Array.from({ length: bands }, (_, b) =>
    Array.from({ length: bands }, (_, j) => (j === b ? 1 : 0)),
  );
  const pairs = bands <= mostPaired ? pairsOf(bands) : [];
  const drawn = Array.from({ length: count }, (_, k) =>
    Array.from(
      random.dirichlet(new Array<number>(bands).fill(concentrations[k % concentrations.length] as number)),
    ),
  );
  return fromRows(
    ["weightings", "bands"],
    [new Array<number>(bands).fill(1 / bands), ...alone, ...pairs, ...drawn],
  );
}

function pairsOf(bands: number): number[][] {
  const out: number[][] = [];
  for (let a = 0; a < bands; a++)
    for (let b = a + 1; b < bands; b++)
      out.push(Array.from({ length: bands }, (_, j) => (j === a || j === b ? 0.5 : 0)));
  return out;
}

function gridOfTwo(count: number): number[][] {
  const inner = count - 2;
  const odds = Array.from({ length: inner }, (_, k) => (inner === 1 ? 1 : 99 ** ((2 * k) / (inner - 1) - 1)));
  return [[0, 1], ...odds.map((odd) => [odd / (1 + odd), 1 / (1 + odd)]), [1, 0]];
}

/** The weightings that a smaller model tries, so that it had the same search as the joint model.
 *
 * Missing bands are struck out, what is left is scaled to sum 1, and equal rows are kept once.
 * @param weightings of the joint model.
 * @param bands indices of the bands that the smaller model has.
 * @throws EncodingError "option" if no weighting gives these bands any weight. */
export function restrictWeightings(weightings: Weightings, bands: readonly number[]): Weightings {
  const rows = new Map<string, number[]>();
  for (let w = 0; w < weightings.rows; w++) {
    const kept = bands.map((b) => weightings.data[w * weightings.cols + b] as number);
    const sum = kept.reduce((a, b) => a + b, 0);
    if (!(sum > 1e-12)) continue;
    const scaled = kept.map((value) => value / sum);
    const key = scaled.map((value) => value.toFixed(9)).join();
    if (!rows.has(key)) rows.set(key, scaled);
  }
  if (rows.size === 0)
    throw new EncodingError(
      "option",
      `restrictWeightings: no weighting gives weight to bands ${bands.join()}.`,
    );
  return fromRows(["weightings", "bands"], [...rows.values()]);
}

/** Refuse weightings that are not points of the simplex.
 * @throws EncodingError "option" naming the row. */
export function checkWeightings(name: string, weightings: Weightings, bands: number): void {
  if (weightings.cols !== bands || weightings.rows < 1)
    throw new EncodingError(
      "shape",
      `${name}: weightings must have one column a band; got ${weightings.rows} × ${weightings.cols} for ${bands} bands.`,
    );
  for (let w = 0; w < weightings.rows; w++) {
    const row = weightings.data.subarray(w * bands, (w + 1) * bands);
    const sum = Array.from(row).reduce((a, b) => a + b, 0);
    if (row.some((value) => !(value >= 0)) || Math.abs(sum - 1) > 1e-6)
      throw new EncodingError(
        "option",
        `${name}: weighting ${w} must be ≥ 0 and sum to 1; got [${[...row].join(", ")}].`,
      );
  }
}
