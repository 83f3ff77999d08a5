import { matrix } from "../core/index.ts";
import { fromHalf, toHalf } from "../graph/half.ts"; // a file, not the index: this runs in the page too
import type { Linalg } from "../linalg/linalg.ts";
import type { FittedModel } from "./fitted.ts";

/** Weights as a product, person by person: values = left · right. */
export interface LowRank {
  readonly rank: number;
  /** (people × targets × rank). */
  readonly left: Float64Array;
  /** (people × rank × columns). */
  readonly right: Float64Array;
}

/** The nearest weights of a rank, person by person: the strongest singular directions.
 * @param rank at most targets and columns. @source Eckart and Young 1936. */
export async function approximateWeights(
  { weights, columns }: Pick<FittedModel, "weights" | "columns">,
  people: number,
  rank: number,
  linalg: Linalg,
): Promise<LowRank> {
  const targets = weights.length / people / columns;
  const kept = Math.min(rank, targets, columns);
  const left = new Float64Array(people * targets * kept);
  const right = new Float64Array(people * kept * columns);
  for (let p = 0; p < people; p++) {
    const own = weights.slice(p * targets * columns, (p + 1) * targets * columns);
    const { u, s, v } = await linalg.svd(matrix(["targets", "features"], targets, columns, own));
    for (let k = 0; k < kept; k++) {
      const root = Math.sqrt(s[k] as number); // shared evenly, so that both sides keep their digits in float16
      for (let t = 0; t < targets; t++)
        left[(p * targets + t) * kept + k] = (u.data[t * u.cols + k] as number) * root;
      for (let c = 0; c < columns; c++)
        right[(p * kept + k) * columns + c] = (v.data[c * v.cols + k] as number) * root;
    }
  }
  return { rank: kept, left, right };
}

/** The largest change in a predicted response of a training stimulus that comes of storing the weights: as float16, and of low rank if they are. */
export function weightsError(model: FittedModel, low: LowRank | null): number {
  const { weights, columns } = model;
  const half = (x: number) => fromHalf(toHalf(x));
  const error = low
    ? productOf(low, columns, half).map((x, k) => x - (weights[k] as number))
    : weights.map((x) => half(x) - x);
  let largest = 0;
  for (const { columns: place, features } of model.senses)
    for (let row = 0; row < error.length / columns; row++)
      for (let i = 0; i < features.rows; i++) {
        let sum = error[row * columns + place[0]] as number;
        for (let c = 0; c < features.cols; c++)
          sum +=
            (error[row * columns + place[0] + 1 + c] as number) *
            (features.data[i * features.cols + c] as number);
        if (Math.abs(sum) > largest) largest = Math.abs(sum);
      }
  return largest;
}

function productOf(
  { rank, left, right }: LowRank,
  columns: number,
  store: (x: number) => number,
): Float64Array {
  const rows = left.length / rank;
  const people = right.length / rank / columns;
  const targets = rows / people;
  const [a, b] = [left.map(store), right.map(store)];
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const p = Math.floor(row / targets);
    for (let k = 0; k < rank; k++)
      for (let c = 0; c < columns; c++)
        out[row * columns + c] =
          (out[row * columns + c] as number) +
          (a[row * rank + k] as number) * (b[(p * rank + k) * columns + c] as number);
  }
  return out;
}
