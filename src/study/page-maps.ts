import { type BrainMap, type Packer, rangeOf, shareOfCeiling } from "../simulator/index.ts";
import { meanDefined } from "../stats/index.ts";
import type { PageModel } from "./page-model.ts";
import type { PageTargets } from "./page-targets.ts";
import type { SolvedStudy } from "./solved.ts";

/** Maps, those without any number left out. */
export function mapsOf(
  solved: SolvedStudy,
  models: readonly PageModel[],
  places: PageTargets,
  packer: Packer,
): BrainMap[] {
  const { result, data } = solved;
  const joint = models[0] as PageModel;
  const count = places.regionOf.length;
  const level = result.tests.level;
  const { unit } = result.tests;
  const over = unit === "blocks" ? "over blocks of time" : "by circular shifts of time";
  const by = unit === "people" ? `over ${data.people.length} people` : over;
  const maps: BrainMap[] = [];
  const add = (
    about: Pick<BrainMap, "id" | "title" | "group" | "unit" | "scale" | "model">,
    values: Float64Array,
    tested?: { readonly won: readonly boolean[]; readonly what: string },
  ) => {
    if (!values.some(Number.isFinite)) return;
    const shape = [values.length / count, count];
    const name = `map ${maps.length}`;
    const inside = Uint8Array.from(values, (_, k) =>
      tested?.won[places.regionOf[k % count] as number] ? 1 : 0,
    );
    maps.push({
      ...about,
      sense: null,
      values: packer.array(name, "float32", shape, values),
      range: rangeOf(values, about.scale),
      significant: tested ? packer.array(`${name} significant`, "uint8", shape, inside) : null,
      test: tested ? `inside the line: whole regions, ${tested.what} ${by}, p < ${level} corrected` : null,
    });
  };
  const own = (p: number) => result.targets[p];
  const whole = (read: (person: number) => ArrayLike<number>) => overPeople(solved, places, read);
  const r = whole((p) => own(p)?.r ?? []);
  const ceiling = whole((p) => own(p)?.ceiling ?? []);
  const predicted = {
    won: result.regionScores.map(({ significant }) => significant),
    what: "r above chance",
  };
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
    if (part && data.spaces.filter((space) => space.joint).length > 1)
      add(
        {
          id: `unique/${name}`,
          title: `unique variance: ${name}`,
          group: "unique",
          unit: "R²",
          scale: "sequential",
          model: joint.id,
        },
        whole((p) => own(p)?.unique[s] ?? []),
        { won, what: "unique variance above 0" },
      );
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
    add(
      {
        id: `difference/${a}/${b}`,
        title: `${a} minus ${b}`,
        group: "difference",
        unit: "R²",
        scale: "diverging",
        model: null,
      },
      whole((p) =>
        Float64Array.from(
          own(p)?.alone[i ?? -1] ?? [],
          (r2, t) => r2 - (own(p)?.alone[j ?? -1]?.[t] ?? Number.NaN),
        ),
      ),
      { won, what: "not alike, either way," },
    );
  }
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
