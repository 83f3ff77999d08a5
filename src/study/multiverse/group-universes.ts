import { hashValue } from "../../engine/index.ts";
import type { Universe } from "./universes.ts";

/** A universe and its place in the list. */
export interface Placed extends Universe {
  readonly place: number;
}

/** Universes that are computed from the same data, and among these those with the same features of models: what is large is made once
 * for each group and then let go. */
export function groupUniverses(universes: readonly Universe[]): readonly (readonly (readonly Placed[])[])[] {
  const placed = universes.map((universe, place) => ({ ...universe, place }));
  return groupBy(placed, dataKey).map((own) => groupBy(own, featureKey));
}

/** All settings that data are loaded by. */
function dataKey({ settings }: Placed): string {
  const { virtual, seed, data, design, tr, participants, runs, responses, regions } = settings;
  const { features, layers, stimuli, delays, labels, outer } = settings;
  return hashValue([
    { virtual, seed, data, design, tr, participants, runs, responses, regions },
    { features, layers, stimuli, delays, labels, groups: outer?.groups },
  ]);
}

/** All settings that the features of models on the TR grid are made by. */
function featureKey({ settings: { activations } }: Placed): string {
  const { pooling, layers, layerRule, sampling } = activations;
  return hashValue({ pooling, layers, layerRule, sampling });
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}
