import type { Estimate } from "../report/index.ts";
import type { Interval, TableRow } from "../simulator/index.ts";
import { percentileInterval } from "../stats/index.ts";
import type { StudyPerson } from "./data.ts";
import type { Drawn } from "./drawn-scores.ts";
import type { PageModel } from "./page-model.ts";
import { reliableRegionOf } from "./reliable-targets.ts";
import type { SolvedStudy } from "./solved.ts";

const intervalLevel = 0.95;

/** Scores of one model in every region: of all people, then of each. */
export function scoresOf({ result, data, scores }: SolvedStudy, { id, space }: PageModel): TableRow[] {
  const people = data.people.length;
  const models = data.spaces.flatMap((one, s) => (one.model ? [s] : []));
  return data.regions.flatMap((region, g): TableRow[] => {
    const whole = result.regionScores[g];
    const cell = result.cells.find(
      (one) => one.region === region && one.space === data.spaces[space ?? -1]?.name,
    );
    const summary = result.models[models.indexOf(space ?? -1)]?.scores[g];
    const of = (p: number) =>
      reliableRegionOf(data.people[p] as StudyPerson).reduce((n, own) => n + (own === g ? 1 : 0), 0);
    const [r, r2] =
      space === null
        ? [whole?.r, whole?.r2]
        : summary === undefined
          ? [cell?.aloneR, cell?.alone]
          : [summary.r, summary.r2];
    const row = (person: string, own: { r: Interval; r2: Interval; ceiling: number; targets: number }) => ({
      ...{ region, model: id, person, ...own },
      shareOfCeiling: own.ceiling > 0 ? (own.r.mean ?? Number.NaN) / Math.sqrt(own.ceiling) : null,
      kept: space === null ? (whole?.significant ? own.targets : 0) : null,
    });
    const mean = row("mean", {
      r: intervalOf(r),
      r2: intervalOf(r2),
      ceiling: whole?.ceiling ?? Number.NaN,
      targets: Math.round(whole?.targets ?? 0),
    });
    const each = data.people.map(({ id: person }, p) => {
      const own = scores[p]?.regions[g];
      const [one, two] = space === null ? [own?.r, own?.r2] : [own?.aloneR[space], own?.alone[space]];
      const ceiling = whole?.ceilingPerPerson[p] ?? Number.NaN;
      return row(person, { r: drawnInterval(one), r2: drawnInterval(two), ceiling, targets: of(p) });
    });
    return people > 1 ? [mean, ...each] : each;
  });
}

/** An estimate as the manifest has it. */
export function intervalOf(estimate: Estimate | undefined): Interval {
  const { mean = Number.NaN, low = Number.NaN, high = Number.NaN } = estimate ?? {};
  return { mean, low, high };
}

function drawnInterval(drawn: Drawn | undefined): Interval {
  if (drawn === undefined) return intervalOf(undefined);
  return { mean: drawn.value, ...percentileInterval(drawn.draws, intervalLevel) };
}
