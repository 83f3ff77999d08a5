import { EncodingError } from "../core/index.ts";
import { countShifts } from "../stats/index.ts";
import { comparedPairs } from "./compare.ts";
import type { StudyData, StudySpace } from "./data.ts";
import type { DrawnScores } from "./drawn-scores.ts";
import type { ModelPlan, OuterFold } from "./plan.ts";
import { runOfRows } from "./plan.ts";
import type { ScoreOutput } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";
import { type Exchanged, fewestPeople } from "./test-unit.ts";

/** One side of a test: the joint model, the joint model without a space, a space or model alone, or predicting the mean. */
export type Side = "joint" | "mean" | { readonly without: number } | { readonly alone: number };

/** Two fitted models that a test sets against each other. */
export interface TestedPair {
  readonly own: Side;
  readonly other: Side;
}

/** Every pair that a test of the study may ask for: cells, regions, compared pairs, controls, and winners against controls. */
export function listTestedPairs(
  spaces: readonly StudySpace[],
  compare: StudySettings["compare"],
): TestedPair[] {
  const all = spaces.map((_, s) => s);
  const place = (name: string) => spaces.findIndex((space) => space.name === name);
  const controls = all.filter((s) => spaces[s]?.automatic);
  const claims = all.filter((s) => !spaces[s]?.automatic);
  return [
    { own: "joint", other: "mean" },
    ...all.filter((s) => spaces[s]?.joint).map((s): TestedPair => ({ own: "joint", other: { without: s } })),
    ...comparedPairs(compare, spaces).map(
      ([a, b]): TestedPair => ({ own: { alone: place(a) }, other: { alone: place(b) } }),
    ),
    ...controls.flatMap((c): TestedPair[] => [
      { own: { alone: c }, other: "mean" },
      { own: "joint", other: { alone: c } },
      ...claims.map((s): TestedPair => ({ own: { alone: s }, other: { alone: c } })),
    ]),
  ];
}

/** The models of a pair in the plan; −1 predicts the mean. */
export function modelsOfPair({ own, other }: TestedPair, plan: ModelPlan): readonly [number, number] {
  const of = (side: Side): number => {
    if (side === "joint") return plan.joint;
    if (side === "mean") return -1;
    return ("without" in side ? plan.without[side.without] : plan.alone[side.alone]) ?? -1;
  };
  return [of(own), of(other)];
}

/** What the tests of a study exchange: of each asked pair of models in its region, each person's errors.
 * @returns a function of columns, each a region and a pair. */
export function exchangesOf(
  scores: readonly ScoreOutput[],
  spaces: readonly StudySpace[],
  compare: StudySettings["compare"],
): (columns: readonly { readonly g: number; readonly pair: TestedPair }[]) => Exchanged {
  const lengths = scores[0]?.stretches;
  const places = new Map(
    listTestedPairs(spaces, compare).map((pair, k) => [JSON.stringify(pair), k] as const),
  );
  const regionsOf = (g: number) => scores.map((person) => person.regions[g] as DrawnScores);
  return (columns) => ({
    blocks: columns.map(({ g, pair }) => regionsOf(g).map((region) => savedBlocks(region, pair))),
    ...(lengths && {
      lengths,
      shifts: columns.map(({ g, pair }) =>
        regionsOf(g).map(
          (region) => region.shifted?.[places.get(JSON.stringify(pair)) ?? -1] ?? none(lengths),
        ),
      ),
    }),
  });
}

/** Of a pair that is not tested. */
function none(lengths: readonly number[]): Float64Array {
  return new Float64Array(lengths.reduce((a, b) => a + b, 0)).fill(Number.NaN);
}

/** Squared error saved, block by block, as a share of the response variance. */
function savedBlocks(region: DrawnScores, { own, other }: TestedPair): Float64Array {
  const less = (side: Side): Float64Array | null => {
    if (side === "joint") return region.saved;
    return side === "mean" || "without" in side ? null : (region.savedAlone[side.alone] as Float64Array);
  };
  if (typeof other === "object" && "without" in other) return region.savedBy[other.without] as Float64Array;
  const [a, b] = [less(own) as Float64Array, less(other)];
  return b === null ? a : a.map((value, k) => value - (b[k] as number));
}

/** Whether tests shift responses in a circle: asked for, and people are too few to be exchanged. */
export function usesShifts({ tests }: StudySettings, people: number): boolean {
  return tests.exchange === "shift" && people < fewestPeople;
}

/** Lengths of the stretches of neighbouring rows of one run, in which responses may be shifted. */
export function stretchLengths(rows: Int32Array, data: Pick<StudyData, "runs">): number[] {
  const runOf = runOfRows(data);
  const out: number[] = [];
  for (const [k, row] of rows.entries())
    if (k > 0 && rows[k - 1] === row - 1 && runOf[row] === runOf[row - 1])
      out[out.length - 1] = (out[out.length - 1] as number) + 1;
    else out.push(1);
  return out;
}

/** Refuse a study whose held-out stretches allow so few shifts that no test can reach its level.
 * @param mapsApart whether maps are tested person by person, so that they shift however many people there are.
 * @throws EncodingError "design" with the number of shifts. */
export function checkShifts(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
  mapsApart = false,
): void {
  if (settings.tests.exchange !== "shift") return;
  if (!mapsApart && !usesShifts(settings, data.people.length)) return;
  const lengths = folds.flatMap((fold) => stretchLengths(fold.test, data));
  const shifts = countShifts(lengths);
  const { level } = settings.tests;
  if (1 / shifts > level)
    throw new EncodingError(
      "design",
      `tests.exchange: shift: held-out stretches of ${[...new Set(lengths)].join(", ")} samples allow ${shifts} circular shifts, so that no p is below ${(1 / shifts).toFixed(3)}; tests.level is ${level}. Hold out longer or more runs, or write exchange: blocks.`,
      { shifts, level },
    );
}
