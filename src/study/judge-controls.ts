import type { Cell, Comparison, ControlVerdict, RegionScore } from "../report/index.ts";
import type { StudyData } from "./data.ts";
import type { DrawnScores } from "./drawn-scores.ts";
import type { ScoreOutput } from "./score-person.ts";
import type { TestUnit } from "./test-unit.ts";
import type { exchangesOf } from "./tested-pairs.ts";

/** What the controls that run by themselves take away: of each control and region, whether it predicts responses that it should not, and which
 * wins of the region are then not shown to be more than the control's.
 *
 * Two families, one inside the other. Every control × region: is the control's r above zero, as the joint model is tested? Only where it
 * is, each win there: is the winner above the control? A space with unique variance and a compared model that is ahead by their R² alone, the joint
 * model by its r. A space that describes
 * pictures at the low level itself is not asked against the control of low-level vision: it makes no other claim. All one-sided, with the unit and correction of the study (blocks exchange saved squared error in place of r and R²). A
 * winner that is not shown to be above a control that predicts has no win. */
export function judgeControls(
  data: StudyData,
  scores: readonly ScoreOutput[],
  {
    cells,
    comparisons,
    regionScores,
  }: {
    readonly cells: readonly Cell[];
    readonly comparisons: readonly Comparison[];
    readonly regionScores: readonly RegionScore[];
  },
  {
    unit,
    exchanged,
    level,
  }: { readonly unit: TestUnit; readonly exchanged: ReturnType<typeof exchangesOf>; readonly level: number },
): ControlVerdict[] {
  const automatic = data.spaces.flatMap(({ automatic }, s) => (automatic ? [s] : []));
  const pairs = automatic.flatMap((c) => data.regions.map((region, g) => ({ c, g, region })));
  if (pairs.length === 0) return [];
  const of = (g: number) => scores.map((person) => person.regions[g] as DrawnScores);
  const alone = (g: number, s: number) => of(g).map((own) => own.alone[s]?.value ?? Number.NaN);
  const aloneR = (g: number, s: number) => of(g).map((own) => own.aloneR[s]?.value ?? Number.NaN);
  const reach = unit.test(
    "controls",
    pairs.map(({ g, c }) => aloneR(g, c)),
    exchanged(pairs.map(({ g, c }) => ({ g, pair: { own: { alone: c }, other: "mean" } }))),
    "greater",
  );
  const found = pairs.map(({ g, c }, k) => (reach.corrected[k] as number) <= level && mean(aloneR(g, c)) > 0);
  const place = (name: string) => data.spaces.findIndex((space) => space.name === name);
  const isLow = (s: number) => data.spaces[s]?.lowLevel === true;
  const asked = pairs.flatMap(({ c, g, region }, k) => {
    if (!found[k]) return [];
    const joint = regionScores.some((own) => own.region === region && own.significant);
    const claims = winnersOf(cells, comparisons, region).filter((name) => !(isLow(c) && isLow(place(name))));
    return [...claims, ...(joint ? [null] : [])].map((name) => ({
      k,
      c,
      g,
      name,
    }));
  });
  const above = unit.test(
    "above controls",
    asked.map(({ g, c, name }) =>
      name === null
        ? minus(
            of(g).map((own) => own.r.value),
            aloneR(g, c),
          )
        : minus(alone(g, place(name)), alone(g, c)),
    ),
    exchanged(
      asked.map(({ g, c, name }) => ({
        g,
        pair: { own: name === null ? "joint" : { alone: place(name) }, other: { alone: c } },
      })),
    ),
    "greater",
  );
  return pairs.map(({ c, region }, k): ControlVerdict => {
    const unbeaten = asked.filter((own, j) => own.k === k && !((above.corrected[j] as number) <= level));
    return {
      control: data.spaces[c]?.name as string,
      region,
      p: reach.p[k] as number,
      pCorrected: reach.corrected[k] as number,
      significant: found[k] as boolean,
      reaches: unbeaten.flatMap(({ name }) => name ?? []),
      reachesJoint: unbeaten.some(({ name }) => name === null),
    };
  });
}

/** Spaces and models that have something in a region that a control could take away. */
function winnersOf(cells: readonly Cell[], comparisons: readonly Comparison[], region: string): string[] {
  const names = [
    ...cells.filter((cell) => cell.region === region && cell.significant).map(({ space }) => space),
    ...comparisons
      .filter((own) => own.region === region && own.significant)
      .map(({ a, b, difference }) => (difference.mean > 0 ? a : b)),
  ];
  return [...new Set(names)];
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function minus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, k) => value - (b[k] as number));
}
