import { comparedPairs } from "../compare.ts";
import type { StudyData } from "../data.ts";
import type { StudySettings } from "../settings.ts";

/** A study with the feature spaces and models that its pairs compare and the controls that run by themselves, each fitted alone: a multiverse asks
 * nothing of the joint model. Spaces that only lend their features to the permuted pairs stay, and are not fitted themselves. */
export function keepCompared(data: StudyData, settings: StudySettings): StudyData {
  const names = new Set(comparedPairs(settings.compare, data.spaces).flat());
  const lent = new Set(data.spaces.flatMap(({ permutes }) => permutes?.spaces ?? []));
  const kept = data.spaces.flatMap(({ name, automatic }, s) =>
    names.has(name) || automatic || lent.has(s) ? [s] : [],
  );
  const take = <T>(list: readonly T[]): T[] => kept.map((s) => list[s] as T);
  return {
    ...data,
    spaces: take(data.spaces).map((space) => ({
      ...space,
      joint: false,
      ...(!names.has(space.name) && !space.automatic && { predictsMean: true }),
      ...(space.permutes && {
        permutes: { ...space.permutes, spaces: space.permutes.spaces.map((s) => kept.indexOf(s)) },
      }),
    })),
    stimuli: data.stimuli.map(({ spaces }) => ({ spaces: take(spaces) })),
  };
}
