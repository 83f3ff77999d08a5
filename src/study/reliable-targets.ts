import { EncodingError, type Responses, stackRows } from "../core/index.ts";
import { maskByReliability, meanDefined } from "../stats/index.ts";
import type { StudyData, StudyPerson, StudyRun } from "./data.ts";
import { openFiles } from "./files.ts";
import type { StudySettings } from "./settings.ts";

type Asked = NonNullable<StudySettings["reliability"]>;

/** Mark the targets whose reliability is below the minimum of the settings, on data that no score uses: they have no scores, and no part in any
 * region. With `from: half` the presentations that judge are taken out of the study. Whether the judged rows are scored after all is for the
 * guard to say.
 * @param folder of the study file.
 * @returns the same data where the settings ask for none.
 * @throws EncodingError "settings" if nothing was repeated there, or no target of any region is reliable; "shape" if a file has not one value
 * a target. */
export async function keepReliable(
  data: StudyData,
  settings: StudySettings,
  folder: string,
): Promise<StudyData> {
  const { reliability: asked } = settings;
  if (asked === undefined) return data;
  const scored = data.runs.map(({ role }) => role === "test" || settings.outer !== undefined);
  const judging = data.runs.map((run, r) => presentationsOf(asked.from, run, scored[r] === true));
  const files = openFiles(settings.data, folder);
  if (asked.from !== "file" && judging.every((own) => own.length === 0))
    throw new EncodingError("settings", noRepeats[asked.from]);
  const people: StudyPerson[] = [];
  for (const person of data.people) {
    const values =
      asked.from === "file"
        ? await readFile(files, asked, person)
        : judgeTargets(person, judging, asked.minimum);
    const unreliable = [...values.keys()].filter((t) => !((values[t] as number) >= asked.minimum));
    const taken = asked.from === "half" ? judging : judging.map(() => []);
    const responses = person.responses.map((own, r) => own.filter((_, k) => !taken[r]?.includes(k)));
    people.push({ ...person, responses, unreliable, reliability: values });
  }
  const kept = people.some(({ regionOf, unreliable = [] }) => {
    const out = new Set(unreliable);
    return regionOf.some((g, t) => g >= 0 && !out.has(t));
  });
  if (!kept)
    throw new EncodingError(
      "settings",
      `reliability: no target of any region reaches ${asked.minimum}; the most reliable has ${largest(people).toFixed(3)}. Lower reliability.minimum.`,
    );
  const half = (run: StudyRun, r: number) => ({ ...run, repeats: run.repeats - (judging[r]?.length ?? 0) });
  return {
    ...data,
    people,
    runs: asked.from === "half" ? data.runs.map(half) : data.runs,
    inputs: [...data.inputs, ...(await files.inputs())],
  };
}

const noRepeats = {
  training:
    "reliability.from: training: no training run has repeats; give `repeats` of a run, or from: half or file.",
  half: "reliability.from: half: no held-out run was shown three times or more: two presentations to judge, and one to be scored.",
  test: "reliability.from: test: no held-out run has repeats.",
} as const;

/** The presentations of a run that judge, from 0. */
function presentationsOf(from: Asked["from"], { role, repeats }: StudyRun, scored: boolean): number[] {
  const all = Array.from({ length: repeats }, (_, k) => k);
  if (from === "training") return role === "train" && repeats > 1 ? all : [];
  if (from === "test") return scored && repeats > 1 ? all : [];
  if (from === "half") return scored && repeats > 2 ? all.filter((k) => k % 2 === 0) : [];
  return [];
}

/** Explainable variance of every target; runs that have as many judging presentations are pooled. */
function judgeTargets(person: StudyPerson, judging: readonly number[][], least: number): Float64Array {
  const counts = [...new Set(judging.map((own) => own.length))].filter((count) => count > 0);
  const pooled = counts.map((count) => {
    const runs = [...judging.keys()].filter((r) => judging[r]?.length === count);
    const repeats = Array.from({ length: count }, (_, k) =>
      stackRows(runs.map((r) => person.responses[r]?.[judging[r]?.[k] as number] as Responses)),
    );
    const rows = Int32Array.from({ length: repeats[0]?.rows ?? 0 }, (_, i) => i);
    return maskByReliability(repeats, { rows, scoredRows: [], least }).reliability;
  });
  return Float64Array.from(person.regionOf, (_, t) => meanDefined(pooled.map((own) => own[t] as number)));
}

async function readFile(
  files: ReturnType<typeof openFiles>,
  { file = "", dataset }: Asked,
  { id, regionOf }: StudyPerson,
): Promise<Float64Array> {
  const { data } = await files.array(file, { participant: id }, { dataset });
  if (data.length !== regionOf.length)
    throw new EncodingError(
      "shape",
      `reliability.file: ${file} has ${data.length} values for ${regionOf.length} targets of ${id}; one each is needed.`,
    );
  return Float64Array.from(data, Number);
}

function largest(people: readonly StudyPerson[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const { reliability, regionOf } of people)
    for (const [t, value] of (reliability ?? []).entries())
      if ((regionOf[t] as number) >= 0 && value > most) most = value;
  return most;
}

/** Targets of a person that have no scores: constant, or not reliable. */
export function withoutScores({ constant, unreliable = [] }: StudyPerson): readonly number[] {
  return unreliable.length === 0
    ? constant
    : [...new Set([...constant, ...unreliable])].sort((a, b) => a - b);
}

/** Region of each target that may be averaged, −1 for none: as `regionOf`, without targets that are not reliable. */
export function reliableRegionOf({ regionOf, unreliable = [] }: StudyPerson): Int32Array {
  if (unreliable.length === 0) return regionOf;
  const out = regionOf.slice();
  for (const t of unreliable) out[t] = -1;
  return out;
}

/** What the report says of the mask; undefined where there is none. */
export function describeReliability({ people, regions }: StudyData, { reliability: asked }: StudySettings) {
  if (asked === undefined) return undefined;
  const count = (of: (person: StudyPerson) => Int32Array, g: number) =>
    meanDefined(people.map((person) => of(person).reduce((n, own) => n + (own === g ? 1 : 0), 0)));
  return {
    minimum: asked.minimum,
    judgedOn: judgedOn(asked),
    regions: regions.map((region, g) => ({
      region,
      kept: count(reliableRegionOf, g),
      of: count(({ regionOf }) => regionOf, g),
    })),
  };
}

function judgedOn({ from, file = "", rows = "outside" }: Asked): string {
  if (from === "training")
    return "explainable variance of a single presentation, over repeats of the training runs";
  if (from === "half")
    return "explainable variance of a single presentation, over every second presentation of the held-out runs, which no score uses";
  if (from === "test")
    return "explainable variance of a single presentation, over the presentations that are scored";
  const learned = {
    outside: "other data",
    training: "the training runs",
    all: "all runs",
    test: "the held-out runs",
  };
  return `the values of ${file}, which come from ${learned[rows]}`;
}
