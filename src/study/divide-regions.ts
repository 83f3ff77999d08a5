import type { Estimate, RegionPartition } from "../report/index.ts";
import { partitionSubsets, partitionVariance } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import type { Drawn, DrawnScores } from "./drawn-scores.ts";
import type { ScoreOutput } from "./score-person.ts";

/** Divide the joint R² of every region into its unique and shared parts, for the data and for every bootstrap draw: parts are sums of R² of
 * subsets, so that they are divided person by person and then averaged as any score is.
 * @param estimate mean over people and interval, from each person's value and draws.
 * @returns nothing where the subsets were not scored. @source partitionVariance. */
export function divideRegions(
  { spaces, regions }: StudyData,
  scores: readonly ScoreOutput[],
  estimate: (name: string, people: readonly Drawn[]) => Estimate,
): RegionPartition[] {
  const names = spaces.filter(({ joint }) => joint).map(({ name }) => name);
  if ((scores[0]?.regions[0]?.subsets.length ?? 0) === 0) return [];
  return regions.map((region, g) => {
    const people = scores.map((person) => divide(names, person.regions[g] as DrawnScores));
    const parts = (people[0] ?? []).map(({ spaces: own }, k) => {
      const drawn = people.map((person) => person[k]?.drawn as Drawn);
      const s = spaces.findIndex(({ name }) => name === own[0]);
      return {
        spaces: own,
        share: estimate(own.length === 1 ? `unique ${g} ${s}` : `part ${k} ${g}`, drawn), // a unique part has the interval of its cell
        perPerson: drawn.map(({ value }) => value),
      };
    });
    return { region, parts };
  });
}

/** Every part of one person's region. */
function divide(names: readonly string[], { subsets }: DrawnScores) {
  const scores = partitionSubsets(names).map((own, k) => {
    const { value, draws } = subsets[k] as Drawn;
    return { spaces: own, score: Float64Array.of(value, ...draws) };
  });
  return partitionVariance(names, scores).parts.map(({ spaces, share }) => ({
    spaces,
    drawn: { value: share[0] as number, draws: share.slice(1) },
  }));
}
