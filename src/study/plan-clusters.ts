import { hashValue, type Step } from "../engine/index.ts";
import type { ClusterMap, ClusterMaps } from "../report/index.ts";
import { type ClusterCounts, countShifts, meanDefined } from "../stats/index.ts";
import type { ClusterSpace, ClusterSpaces } from "./cluster-space.ts";
import { blockTable, type Held, peopleTable, splitTable } from "./cluster-tables.ts";
import { comparedPairs } from "./compare.ts";
import type { ClusterInput } from "./count-clusters.ts";
import type { StudyData } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import { blockOf, type ModelPlan, type OuterFold, runOfRows } from "./plan.ts";
import { withoutScores } from "./reliable-targets.ts";
import type { ScoreOutput } from "./score-person.ts";
import { blocksOf } from "./score-study.ts";
import type { StudySettings } from "./settings.ts";
import { fewestPeople } from "./test-unit.ts";
import { stretchLengths, type TestedPair } from "./tested-pairs.ts";

/** A map that is asked for, of each person: what the study tests in regions. */
interface AskedMap {
  readonly name: string;
  readonly pair: TestedPair;
  readonly alternative: "greater" | "two-sided";
  value(scores: ScoreOutput): Float64Array;
}

/** What steps count: draws of one map of one person, or of all (null). */
interface Part {
  readonly map: AskedMap;
  readonly person: number | null;
  readonly total: number;
  readonly exact: boolean;
  readonly from: number;
  readonly to: number;
}

/** Targets × draws of one step, some seconds: what a bar of progress moves by. A shift goes through all samples of a target, which counts for more. */
const drawsPerStep = 5e6;
const samplesPerTarget = 100;

/** The steps that test every map with cluster enhancement, and how to read them: over people by flipped signs where six or more share targets, else
 * each person by himself, by the study's exchange of blocks or its shifts. One map of one person is in a worker's memory at a time.
 * @param spaces null where the settings ask for none. @param scoreKey hash of everything the scores were made from. */
export function planClusters(
  { data, settings, plan, folds, fits, scores }: Solved,
  spaces: ClusterSpaces | null,
  scoreKey: string,
): {
  readonly steps: readonly Step[];
  readonly costs: readonly number[];
  readonly collect: (results: readonly unknown[]) => ClusterMaps | undefined;
} {
  if (spaces === null) return { steps: [], costs: [], collect: () => undefined };
  const byPeople = overPeople(data, spaces);
  const shift = !byPeople && settings.tests.exchange === "shift";
  const asked = listMaps(data, settings);
  const units = byPeople ? [null] : [...data.people.keys()];
  const runLengths = folds.flatMap((fold) => stretchLengths(fold.test, data));
  const blocked = folds.map((fold) => blocksOf(fold.test, runOfRows(data), blockOf(settings), data.groups));
  const rows = byPeople ? data.people.length : blocked.reduce((sum, { count }) => sum + count, 0);
  const all = shift ? countShifts(runLengths) : 2 ** rows;
  const exact = all <= settings.tests.permutations;
  const total = exact ? all : settings.tests.permutations;
  const weight = shift ? 1 + runLengths.reduce((a, b) => a + b, 0) / samplesPerTarget : 1;
  const parts = units.flatMap((person) =>
    asked.flatMap((map) => {
      const targets = data.people[person ?? 0]?.regionOf.length ?? 1;
      const each = Math.max(20, Math.ceil(drawsPerStep / (targets * weight)));
      const whole = { map, person, total, exact };
      return Array.from({ length: Math.ceil(total / each) }, (_, k): Part => {
        return { ...whole, from: k * each, to: Math.min(total, (k + 1) * each) };
      });
    }),
  );
  const keys = new Map(spaces.of.map((space) => [space, hashValue(space)] as const));
  const how = shift ? { runLengths } : { blocked };
  const latest = keepLatest<Pick<ClusterInput, "values" | "u" | "d">>();
  const steps = parts.map(({ map, person, from, to }): Step => {
    const space = spaces.of[person ?? 0] as ClusterSpace;
    const { name, pair, alternative } = map;
    const stream = `clusters ${person ?? "all"} ${name}`;
    const drawn = { stream, seed: settings.seed, draws: settings.tests.permutations, alternative, from, to };
    const table = () => {
      if (person === null) return { values: peopleTable(scores.map((own) => map.value(own))) };
      const left = withoutScores(data.people[person] as StudyData["people"][number]);
      const held: Held = { data, plan, folds, fits, person, pair, left };
      return shift ? splitTable(held) : { values: blockTable(held, blocked) };
    };
    const payload = (): ClusterInput => ({
      ...space,
      ...drawn,
      ...latest(`${person} ${name}`, table),
      ...(shift && { runLengths }),
    });
    const inputs = { scoreKey, person, pair, space: keys.get(space), byPeople, how, ...drawn };
    return { name: "clusters", inputs, task: "clusters", payload };
  });
  return {
    steps,
    costs: parts.map(
      ({ from, to, person }) => (to - from) * (data.people[person ?? 0]?.regionOf.length ?? 1),
    ),
    collect: (results) => ({
      test: testWords(
        { byPeople, shift, people: data.people.length, rows, runLengths, exact, total },
        settings,
      ),
      neighbours: spaces.words,
      extent: spaces.of[0]?.neighbours.extent ?? Number.NaN,
      height: spaces.of[0]?.neighbours.height ?? Number.NaN,
      maps: units.flatMap((person) =>
        asked.map((map) => {
          const own = parts.flatMap((part, k) =>
            part.map === map && part.person === person ? [results[k] as ClusterCounts] : [],
          );
          const values = (person === null ? scores : [scores[person] as ScoreOutput]).map((one) =>
            map.value(one),
          );
          const value = Float64Array.from(values[0] ?? [], (_, t) =>
            meanDefined(values.map((one) => one[t] as number)),
          );
          const participant = person === null ? null : (data.people[person]?.id as string);
          return finish(
            { participant, name: map.name, alternative: map.alternative, value },
            own,
            { exact, total },
            settings.tests.level,
          );
        }),
      ),
      surfaces: spaces.surfaces,
    }),
  };
}

/** What a study has once its scores are there. */
interface Solved {
  readonly data: StudyData;
  readonly settings: StudySettings;
  readonly plan: ModelPlan;
  readonly folds: readonly OuterFold[];
  readonly fits: Fits;
  readonly scores: readonly ScoreOutput[];
}

/** Steps of one map follow each other and are given the same table: the last one is kept, no other. */
function keepLatest<T>(): (key: string, make: () => T) => T {
  let known: { key: string; value: T } | undefined;
  return (key, make) => {
    if (known?.key !== key) known = { key, value: make() };
    return known.value;
  };
}

/** Whether maps are tested over people: they share targets, and are enough. */
export function overPeople({ people }: StudyData, { shared }: ClusterSpaces): boolean {
  return shared && people.length >= fewestPeople;
}

function listMaps(data: StudyData, settings: StudySettings): AskedMap[] {
  const place = (name: string) => data.spaces.findIndex((space) => space.name === name);
  return [
    {
      name: "joint model",
      pair: { own: "joint", other: "mean" },
      alternative: "greater",
      value: ({ r2 }) => r2,
    },
    ...data.spaces.flatMap(({ name, joint }, s): AskedMap[] =>
      joint
        ? [
            {
              name: `unique: ${name}`,
              pair: { own: "joint", other: { without: s } },
              alternative: "greater",
              value: ({ unique }) => unique[s] as Float64Array,
            },
          ]
        : [],
    ),
    ...comparedPairs(settings.compare, data.spaces).map(([a, b]): AskedMap => {
      const [own, other] = [place(a), place(b)];
      return {
        name: `${a} − ${b}`,
        pair: { own: { alone: own }, other: { alone: other } },
        alternative: "two-sided",
        value: ({ alone }) =>
          Float64Array.from(alone[own] ?? [], (value, t) => value - (alone[other]?.[t] ?? Number.NaN)),
      };
    }),
  ];
}

function finish(
  map: Pick<ClusterMap, "participant" | "name" | "alternative" | "value">,
  counts: readonly ClusterCounts[],
  { exact, total }: { readonly exact: boolean; readonly total: number },
  level: number,
): ClusterMap {
  const { enhanced } = counts[0] as ClusterCounts;
  const p = Float64Array.from(enhanced, (value, t) => {
    const passed = counts.reduce((sum, own) => sum + (own.passedMax[t] as number), 0);
    return Number.isNaN(value) ? Number.NaN : exact ? passed / total : (passed + 1) / (total + 1);
  });
  const found = (sign: number) =>
    p.reduce((n, own, t) => n + (own <= level && sign * (enhanced[t] as number) > 0 ? 1 : 0), 0);
  return {
    ...map,
    p,
    smallestP: exact ? (map.alternative === "greater" ? 1 : 2) / total : 1 / (total + 1),
    tested: p.reduce((n, own) => n + (Number.isNaN(own) ? 0 : 1), 0),
    above: found(1),
    below: found(-1),
  };
}

function testWords(
  {
    byPeople,
    shift,
    people,
    rows,
    runLengths,
    exact,
    total,
  }: {
    readonly byPeople: boolean;
    readonly shift: boolean;
    readonly people: number;
    readonly rows: number;
    readonly runLengths: readonly number[];
    readonly exact: boolean;
    readonly total: number;
  },
  settings: StudySettings,
): string {
  const drawn = exact ? `exact (${total} in all)` : `${total} draws`;
  if (byPeople)
    return `Student's t over ${people} people at each target, under flipped signs of whole people, ${drawn}`;
  const alone =
    people === 1 ? "One person" : "Each person alone, so that nothing is said of people in general";
  return shift
    ? `${alone}: the squared error saved at each target, in units of unrelated courses, under circular shifts within ${runLengths.length} held-out stretches, ${drawn}`
    : `${alone}: Student's t over ${rows} blocks of ${blockOf(settings)} held-out samples of the squared error saved at each target, under exchange of the two models block by block, ${drawn}`;
}
