import type { BrainMap } from "../simulator/index.ts";
import type { PageTargets } from "./page-targets.ts";
import type { SolvedStudy } from "./solved.ts";

/** What a map was tested for: which of its numbers pass, and what that says in one line. */
export interface TestedMap {
  /** One a number of the map. */
  readonly inside: Uint8Array;
  readonly text: string;
}

/** A map of clusters, to be packed. */
export interface ClusterPage extends Pick<BrainMap, "id" | "title" | "group" | "unit" | "scale" | "model"> {
  readonly values: Float64Array;
  readonly tested: TestedMap;
}

/** The maps that threshold-free cluster enhancement tested, each beside the map of the same numbers whose line is that of whole regions. Regions that stand
 * for their targets have none.
 * @param shown maps by the name that they were tested under; one row for the mean (where there are several people) and each person. */
export function clusterMapsOf(
  { result, data }: SolvedStudy,
  { whole, regionOf }: PageTargets,
  shown: ReadonlyMap<string, Pick<ClusterPage, "id" | "title" | "group" | "scale" | "model" | "values">>,
): ClusterPage[] {
  const { clusters, tests } = result;
  if (clusters === undefined || whole) return [];
  const [count, people] = [regionOf.length, data.people.length];
  return [...shown].flatMap(([name, { values, ...about }]): ClusterPage[] => {
    const own = clusters.maps.filter((map) => map.name === name);
    if (own.length === 0) return [];
    const inside = new Uint8Array(values.length);
    for (const { participant, p } of own) {
      const person = data.people.findIndex(({ id }) => id === participant);
      const row = people > 1 ? person + 1 : 0; // person −1, of all people, is the mean
      for (let t = 0; t < count; t++) inside[row * count + t] = (p[t] as number) <= tests.level ? 1 : 0;
    }
    const all = own.some(({ participant }) => participant === null);
    const of = all
      ? `over ${people} people; no person is tested alone`
      : people > 1
        ? "each person alone; their mean is not tested"
        : "one person";
    const text = `inside the line: clusters (TFCE), p ≤ ${tests.level} corrected over the map, ${of}`;
    return [
      {
        ...about,
        id: `clusters/${about.id}`,
        title: `${about.title}, clusters`,
        unit: "R²",
        values,
        tested: { inside, text },
      },
    ];
  });
}
