import { type Matrix, matrix, type Responses, takeRows } from "../core/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyData } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import type { ModelPlan, OuterFold } from "./plan.ts";
import { splitErrors } from "./shift-errors.ts";
import { modelsOfPair, type TestedPair } from "./tested-pairs.ts";

/** One person's held-out rows, and the pair of models that a map sets against each other. */
export interface Held {
  readonly data: StudyData;
  readonly plan: ModelPlan;
  readonly folds: readonly OuterFold[];
  readonly fits: Fits;
  readonly person: number;
  readonly pair: TestedPair;
  /** Targets that have no scores. */
  readonly left: readonly number[];
}

/** Maps of people under each other, (people × targets). */
export function peopleTable(maps: readonly Float64Array[]): Matrix {
  const targets = maps[0]?.length ?? 0;
  const data = new Float64Array(maps.length * targets);
  for (const [p, map] of maps.entries()) data.set(map, p * targets);
  return matrix(["rows", "targets"], maps.length, targets, data);
}

/** Squared error that one model saves against the other in each block of held-out rows, as a share of the response variance, (blocks × targets); NaN where
 * a target has no score. */
export function blockTable(
  held: Held,
  blocked: readonly { readonly blocks: Int32Array; readonly count: number }[],
): Matrix {
  const rows = blocked.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  const ofRow = Int32Array.from(
    blocked.flatMap(({ blocks, count }) => {
      before += count;
      return Array.from(blocks, (block) => before - count + block);
    }),
  );
  const targets = targetsOf(held);
  const data = new Float64Array(rows * targets);
  visit(held, (row, t, u, d) => {
    const at = (ofRow[row] as number) * targets + t;
    data[at] = (data[at] as number) + u * d;
  });
  return matrix(["rows", "targets"], rows, targets, data);
}

/** The response less the mean of both predictions (per unit of response variance), and what sets these apart, (held-out rows × targets); NaN where a
 * target has no score. */
export function splitTable(held: Held): { readonly u: Matrix; readonly d: Matrix } {
  const rows = held.folds.reduce((sum, { test }) => sum + test.length, 0);
  const targets = targetsOf(held);
  const [us, ds] = [new Float32Array(rows * targets), new Float32Array(rows * targets)];
  visit(held, (row, t, u, d) => {
    us[row * targets + t] = u;
    ds[row * targets + t] = d;
  });
  const table = (data: Float32Array<ArrayBuffer>) =>
    matrix(["samples", "targets"] as const, rows, targets, data);
  return { u: table(us), d: table(ds) };
}

function targetsOf({ data, person }: Held): number {
  return data.people[person]?.regionOf.length ?? 0;
}

/** Every held-out row of every target; 2 u d sums to the difference in R². */
function visit(held: Held, put: (row: number, t: number, u: number, d: number) => void): void {
  const { data, plan, folds, fits, person, pair } = held;
  const whole = meanResponses(data, data.people[person] as StudyData["people"][number]);
  const left = new Set(held.left);
  const models = modelsOfPair(pair, plan);
  const [own, other] = models.map((m, k) => (m < 0 ? -1 : k)) as [number, number];
  let start = 0;
  for (const [f, { test }] of folds.entries()) {
    const Y = takeRows(whole, test);
    const predicted = models.map((m) => (m < 0 ? null : fits.of(person, f, m).predicted)) as Responses[];
    for (let t = 0; t < Y.cols; t++) {
      const { u, d, total } = splitErrors({ Y, predicted }, t, own, other);
      const scale = total > 0 && !left.has(t) ? 2 / total / folds.length : Number.NaN;
      for (let i = 0; i < test.length; i++) put(start + i, t, (u[i] as number) * scale, d[i] as number);
    }
    start += test.length;
  }
}
