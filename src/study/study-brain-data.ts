import { EncodingError, matrix, type Responses } from "../core/index.ts";
import type { BrainData, BrainRun, Presentation, Sense } from "../simulator/index.ts";
import type { ShownEvent, ShownStimuli, StudyData, StudyPerson } from "./data.ts";
import type { PageTargets } from "./page-targets.ts";
import type { OuterFold } from "./plan.ts";
import type { StudySettings } from "./settings.ts";

/** Some rows of a run that are learned from or tested together. */
interface Piece {
  readonly id: string;
  readonly role: "train" | "test";
  readonly run: number;
  /** Rows of the run, ascending. */
  readonly rows: readonly number[];
}

const fewest = 3;

/** A study of real data as the simulator fits it. Time series: whole runs. Rows that stand for stimuli: the rows of each group, or of each
 * outer fold, as a run of its own, for nothing ties them in time. Tested are the runs with `role: test`; without any, the last outer fold.
 * @throws EncodingError "design" saying what is missing: what was shown, whole runs to hold out, or three runs or groups to learn from. */
export function toBrainData(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
  places: PageTargets,
): BrainData {
  const { shown } = data;
  if (shown === undefined)
    throw new EncodingError("design", "toBrainData: the settings do not say what was shown (`stimuli`).");
  const timed = settings.design === "time-series";
  const pieces = cutRuns(data, folds, timed);
  const training = pieces.filter(({ role }) => role === "train").length;
  if (training < fewest)
    throw new EncodingError(
      "design",
      `toBrainData: a brain is learned from at least ${fewest} ${timed ? "runs" : "groups of rows"}; there ${training === 1 ? "is" : "are"} ${training} outside the last outer fold.`,
    );
  const take = (person: StudyPerson, p: number, { run, rows }: Piece) =>
    (person.responses[run] as readonly Responses[]).map((Y) => takePlaces(Y, rows, p, places));
  return {
    tr: timed ? (settings.tr ?? 1) : 1,
    runs: pieces.map(
      ({ id, role, run, rows }): BrainRun => ({
        id,
        role,
        samples: rows.length,
        repeats: data.runs[run]?.repeats ?? 1,
      }),
    ),
    presentations: pieces.flatMap((piece, k) => presentationsOf(piece, k, shown, timed)),
    regions: data.regions.map((name) => ({ name, description: "" })),
    regionOf: places.regionOf,
    people: data.people.map((person, p) => ({
      id: person.id,
      responses: pieces.map((piece) => take(person, p, piece)),
    })),
  };
}

/** What a brain calls a sense of a study. */
export function senseOf(sense: ShownEvent["sense"]): Sense {
  return sense === "pictures" ? "picture" : "sentence";
}

function cutRuns({ runs, groups }: StudyData, folds: readonly OuterFold[], timed: boolean): Piece[] {
  const starts = runs.map((_, r) => runs.slice(0, r).reduce((sum, { samples }) => sum + samples, 0));
  const marked = runs.some(({ role }) => role === "test");
  const held = new Set(folds.at(-1)?.test);
  const foldOf = new Map(folds.flatMap(({ test }, f) => [...test].map((row) => [row, f] as const)));
  return runs.flatMap(({ id, role, samples }, run): Piece[] => {
    const start = starts[run] as number;
    const all = Array.from({ length: samples }, (_, i) => i);
    const isTested = (i: number) => (marked ? role === "test" : held.has(start + i));
    const tested = all.filter(isTested);
    const learned = all.filter((i) => !isTested(i));
    if (timed && tested.length > 0 && learned.length > 0)
      throw new EncodingError(
        "design",
        `toBrainData: the last outer fold cuts run ${id} in two; whole runs have to be held out. Mark some with \`role: test\`.`,
      );
    const unitOf = (i: number) => (timed ? 0 : (groups?.[start + i] ?? foldOf.get(start + i) ?? 0));
    const units = new Map<number, number[]>();
    for (const i of learned) units.set(unitOf(i), [...(units.get(unitOf(i)) ?? []), i]);
    return [
      ...[...units].map(
        ([unit, rows]): Piece => ({ id: units.size > 1 ? `${id}, ${unit}` : id, role: "train", run, rows }),
      ),
      ...(tested.length > 0 ? [{ id, role: "test", run, rows: tested } as const] : []),
    ];
  });
}

function presentationsOf(
  { run, rows }: Piece,
  place: number,
  { events }: ShownStimuli,
  timed: boolean,
): Presentation[] {
  const placeOf = new Map(rows.map((row, k) => [row, k]));
  return (events[run] ?? []).flatMap(({ sense, index, onset, duration }: ShownEvent): Presentation[] => {
    const row = placeOf.get(Math.round(onset));
    if (!timed && row === undefined) return [];
    const when = timed ? { onset, duration } : { onset: row as number, duration: 1 };
    return [{ run: place, sense: senseOf(sense), stimulus: index, ...when }];
  });
}

/** Rows of a run, brought to the targets of the page. */
function takePlaces(Y: Responses, rows: readonly number[], person: number, places: PageTargets): Responses {
  const cols = places.regionOf.length;
  const out = new Float64Array(rows.length * cols);
  for (const [k, i] of rows.entries())
    out.set(places.take(person, Y.data.subarray(i * Y.cols, (i + 1) * Y.cols)), k * cols);
  return matrix(["samples", "targets"], rows.length, cols, out);
}
