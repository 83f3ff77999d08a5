import type { Random } from "../core/index.ts";
import type { Estimate } from "../report/index.ts";
import { bootstrapDual, bootstrapTwoLevel, meanDefined } from "../stats/index.ts";
import type { Drawn } from "./drawn-scores.ts";
import { blockOf } from "./plan.ts";
import type { ScoreOutput } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";

const level = 0.95;

/** Intervals of a study's means over people, and what the report says of them. */
export interface Intervals {
  /** @param name of the random stream. @param people what each has, and under each draw of blocks. */
  of(name: string, people: readonly Drawn[]): Estimate;
  readonly words: string;
}

/** The intervals that the settings ask for: percentiles of a bootstrap of people and blocks (two-level), or Student's t on its corrected
 * variance (dual), which one person cannot have. Undefined (NaN) where nobody has a value; dual also with fewer than two people who have, or two
 * blocks. */
export function intervalsOf(
  scores: readonly ScoreOutput[],
  settings: StudySettings,
  random: Random,
): Intervals {
  const { tests } = settings;
  const blocks = scores[0]?.regions[0]?.saved.length ?? 0;
  const dual = tests.interval === "dual" && scores.length > 1;
  const undefined_ = { low: Number.NaN, high: Number.NaN };
  const bounds = (name: string, people: readonly Drawn[]) => {
    const defined = people.filter(({ value }) => Number.isFinite(value)).length;
    if (people.every(({ value }) => Number.isNaN(value))) return undefined_;
    const perPersonDraws = people.map((person) => person.draws);
    const how = { perPersonDraws, random: random.stream(`interval ${name}`), level, blocks };
    if (!dual) return bootstrapTwoLevel(how);
    if (defined < 2 || blocks < 2) return undefined_;
    const { low, high } = bootstrapDual({ ...how, perPerson: people.map(({ value }) => value) });
    return { low, high };
  };
  const drawn = `blocks of ${blockOf(settings)} samples, ${tests.bootstrap} draws`;
  const freedom = Math.min(scores.length, blocks) - 1;
  return {
    of: (name, people) => ({
      mean: meanDefined(people.map((person) => person.value)),
      ...bounds(name, people),
    }),
    words: dual
      ? `95 % dual bootstrap: people × ${drawn}, corrected variance, Student's t with ${freedom} degrees of freedom`
      : `95 % ${scores.length > 1 ? "two-level bootstrap: people ×" : "bootstrap:"} ${drawn}, percentiles expanded for the number of ${scores.length > 1 ? "people" : "blocks"}`,
  };
}
