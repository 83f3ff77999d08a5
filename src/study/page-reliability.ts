import type { BrainMap } from "../simulator/index.ts";
import type { TestedMap } from "./page-clusters.ts";
import type { StudySettings } from "./settings.ts";
import type { SolvedStudy } from "./solved.ts";

/** What is said of the map of what targets were kept by, with a line around those that were; of the mean, around those that any person keeps. */
export function reliabilityMapOf(
  { result, data: { people } }: SolvedStudy,
  { from, minimum }: NonNullable<StudySettings["reliability"]>,
): Pick<BrainMap, "id" | "title" | "group" | "unit" | "scale" | "model"> & { readonly tested: TestedMap } {
  const kept = people.map(({ regionOf, unreliable }) => {
    const out = new Set(unreliable);
    return Array.from(regionOf, (_, t) => (out.has(t) ? 0 : 1));
  });
  const any = kept[0]?.map((_, t) => Math.max(...kept.map((one) => one[t] as number))) ?? [];
  const several = people.length > 1;
  return {
    id: "reliability",
    title: "reliability",
    group: "ceiling",
    unit: from === "file" ? "as in its file" : "share of variance",
    scale: "sequential",
    model: null,
    tested: {
      inside: Uint8Array.from([...(several ? [any] : []), ...kept].flat()),
      text: `inside the line: ${several ? "of any person " : ""}at least ${minimum} of ${result.reliability?.judgedOn}; other targets have no scores`,
    },
  };
}
