import { type BrainMap, type Packer, rangeOf, shareOfCeiling } from "../simulator/index.ts";
import { meanDefined } from "../stats/index.ts";
import { type ClusterPage, clusterMapsOf, type TestedMap } from "./page-clusters.ts";
import type { PageModel } from "./page-model.ts";
import { reliabilityMapOf } from "./page-reliability.ts";
import type { PageTargets } from "./page-targets.ts";
import type { StudySettings } from "./settings.ts";
import type { SolvedStudy } from "./solved.ts";

/** Maps, those without any number left out. */
export function mapsOf(
  solved: SolvedStudy,
  {
    settings,
    models,
    places,
    packer,
  }: {
    readonly settings: StudySettings;
    readonly models: readonly PageModel[];
    readonly places: PageTargets;
    readonly packer: Packer;
  },
): BrainMap[] {
  const { result, data } = solved;
  const joint = models[0] as PageModel;
  const count = places.regionOf.length;
  const level = result.tests.level;
  const { unit } = result.tests;
  const over = unit === "blocks" ? "over blocks of time" : "by circular shifts of time";
  const by = unit === "people" ? `over ${data.people.length} people` : over;
  const rows = data.people.length > 1 ? data.people.length + 1 : 1;
  const maps: BrainMap[] = [];
  const clustered = new Map<string, Omit<ClusterPage, "tested" | "unit">>();
  const add = (
    about: Pick<BrainMap, "id" | "title" | "group" | "unit" | "scale" | "model">,
    values: Float64Array,
    tested?: TestedMap,
  ) => {
    if (!values.some(Number.isFinite)) return;
    const shape = [values.length / count, count];
    const name = `map ${maps.length}`;
    maps.push({
      ...about,
      sense: null,
      values: packer.array(name, "float32", shape, values),
      range: rangeOf(values, about.scale),
      significant: tested ? packer.array(`${name} significant`, "uint8", shape, tested.inside) : null,
      test: tested?.text ?? null,
    });
  };
  const regionsThat = (won: readonly boolean[], what: string): TestedMap => ({
    inside: Uint8Array.from({ length: rows * count }, (_, k) =>
      won[places.regionOf[k % count] as number] ? 1 : 0,
    ),
    text: `inside the line: whole regions, ${what} ${by}, p < ${level} corrected`,
  });
  const own = (p: number) => result.targets[p];
  const whole = (read: (person: number) => ArrayLike<number>) => overPeople(solved, places, read);
  const r = whole((p) => own(p)?.r ?? []);
  const ceiling = whole((p) => own(p)?.ceiling ?? []);
  const predicted = regionsThat(
    result.regionScores.map(({ significant }) => significant),
    "r above chance",
  );
  clustered.set("joint model", {
    id: "r2/joint",
    title: `R²: ${joint.label}`,
    group: "score",
    scale: "sequential",
    model: joint.id,
    values: whole((p) => own(p)?.r2 ?? []),
  });
  add(
    {
      id: "score/joint",
      title: `score: ${joint.label}`,
      group: "score",
      unit: "r",
      scale: "sequential",
      model: joint.id,
    },
    r,
    predicted,
  );
  add(
    {
      id: "share/joint",
      title: `share of the ceiling: ${joint.label}`,
      group: "share",
      unit: "r / root of ceiling",
      scale: "sequential",
      model: joint.id,
    },
    shareOfCeiling(r, ceiling),
    predicted,
  );
  for (const [s, { name, joint: part, automatic }] of data.spaces.entries()) {
    const won = data.regions.map(
      (region) =>
        result.cells.find((cell) => cell.region === region && cell.space === name)?.significant ?? false,
    );
    if (part && data.spaces.filter((space) => space.joint).length > 1) {
      const about = {
        id: `unique/${name}`,
        title: `unique variance: ${name}`,
        group: "unique",
        scale: "sequential",
        model: joint.id,
      } as const;
      const values = whole((p) => own(p)?.unique[s] ?? []);
      add({ ...about, unit: "R²" }, values, regionsThat(won, "unique variance above 0"));
      clustered.set(`unique: ${name}`, { ...about, values });
    }
    if (!automatic && models.some((one) => one.space === s))
      add(
        {
          id: `alone/${name}`,
          title: `R² alone: ${name}`,
          group: "score",
          unit: "R²",
          scale: "sequential",
          model: name,
        },
        whole((p) => own(p)?.alone[s] ?? []),
      );
  }
  const pairs = new Map(result.comparisons.map(({ a, b }) => [JSON.stringify([a, b]), [a, b] as const]));
  for (const [a, b] of pairs.values()) {
    const [i, j] = [a, b].map((name) => data.spaces.findIndex((space) => space.name === name));
    const won = data.regions.map((region) =>
      result.comparisons.some(
        (one) => one.a === a && one.b === b && one.region === region && one.significant,
      ),
    );
    const about = {
      id: `difference/${a}/${b}`,
      title: `${a} minus ${b}`,
      group: "difference",
      scale: "diverging",
      model: null,
    } as const;
    const values = whole((p) =>
      Float64Array.from(
        own(p)?.alone[i ?? -1] ?? [],
        (r2, t) => r2 - (own(p)?.alone[j ?? -1]?.[t] ?? Number.NaN),
      ),
    );
    add({ ...about, unit: "R²" }, values, regionsThat(won, "not alike, either way,"));
    clustered.set(`${a} − ${b}`, { ...about, values });
  }
  for (const { values, tested, ...about } of clusterMapsOf(solved, places, clustered))
    add(about, values, tested);
  add(
    {
      id: "ceiling",
      title: "noise ceiling",
      group: "ceiling",
      unit: "share of variance",
      scale: "sequential",
      model: null,
    },
    ceiling,
  );
  if (settings.reliability && !places.whole) {
    const values = whole((p) => own(p)?.reliability ?? []);
    const { tested, ...about } = reliabilityMapOf(solved, settings.reliability);
    add(about, values, tested);
  }
  return maps;
}

/** One number a target for the mean (where there are several people) and each person. */
export function overPeople(
  { data }: SolvedStudy,
  places: PageTargets,
  read: (person: number) => ArrayLike<number>,
): Float64Array {
  const own = data.people.map((_, p) => places.take(p, read(p)));
  const count = places.regionOf.length;
  const mean = Float64Array.from({ length: count }, (_, t) =>
    meanDefined(own.map((one) => one[t] as number)),
  );
  const rows = own.length > 1 ? [mean, ...own] : own;
  return Float64Array.from(rows.flatMap((row) => [...row]));
}
