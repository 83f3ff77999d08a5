import type { PackedSurface } from "../simulator/index.ts";
import { meanDefined } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import type { LoadedSurface } from "./load-surface.ts";

/** What stands for a target on the page of a study. */
export interface PageTargets {
  /** Region of each, −1 for none. */
  readonly regionOf: Int32Array;
  /** Every region is one target, the mean over its own. */
  readonly whole: boolean;
  /** One number a target of a person → one a target of the page. */
  take(person: number, values: ArrayLike<number>): Float64Array;
}

/** The study's own targets where all people have the same; else, or where a surface shows regions and some region has several targets,
 * every region as one target. */
export function placeTargets({ people, regions }: StudyData, showsRegions: boolean): PageTargets {
  const first = people[0]?.regionOf ?? new Int32Array(0);
  const alike = people.every(
    ({ regionOf }) => regionOf.length === first.length && regionOf.every((g, t) => first[t] === g),
  );
  const counts = regions.map((_, g) => first.reduce((n, own) => n + (own === g ? 1 : 0), 0));
  if (alike && !(showsRegions && counts.some((n) => n !== 1)))
    return { regionOf: first, whole: false, take: (_, values) => Float64Array.from(values) };
  return {
    regionOf: Int32Array.from(regions.keys()),
    whole: true,
    take: (person, values) => {
      const own = people[person]?.regionOf ?? first;
      const inside = regions.map((): number[] => []);
      for (const [t, g] of own.entries()) inside[g]?.push(values[t] as number);
      return Float64Array.from(inside, meanDefined);
    },
  };
}

/** The surface with the page's targets on it. */
export function dressSurface(
  { surface, shows }: LoadedSurface,
  { regionOf, whole }: PageTargets,
): PackedSurface {
  if (shows === "targets" || whole) return surface;
  const targetOf = (g: number) => (g < 0 ? -1 : regionOf.indexOf(g));
  const hemispheres = surface.hemispheres.map((one) => ({ ...one, target: one.target.map(targetOf) }));
  return { ...surface, hemispheres };
}
