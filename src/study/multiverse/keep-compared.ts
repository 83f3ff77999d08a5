import { comparedPairs } from "../compare.ts";
import type { StudyData } from "../data.ts";
import type { StudySettings } from "../settings.ts";

/** A study with the feature spaces and models that its pairs compare and no others, each fitted alone: a multiverse asks nothing of the
 * joint model. */
export function keepCompared(data: StudyData, settings: StudySettings): StudyData {
  const names = new Set(comparedPairs(settings.compare, data.spaces).flat());
  const kept = data.spaces.flatMap(({ name }, s) => (names.has(name) ? [s] : []));
  const take = <T>(list: readonly T[]): T[] => kept.map((s) => list[s] as T);
  return {
    ...data,
    spaces: take(data.spaces).map((space) => ({ ...space, joint: false })),
    stimuli: data.stimuli.map(({ spaces }) => ({ spaces: take(spaces) })),
  };
}
