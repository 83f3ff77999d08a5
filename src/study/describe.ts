import { type Features, stackRows, takeRows } from "../core/index.ts";
import { zscoreRuns } from "../features/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import type { Choices, Override, Partition, RegionPartition, StudyResult } from "../report/index.ts";
import { linearOverlap, overlapOfSpaces } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import type { OuterFold } from "./plan.ts";
import type { StudySettings } from "./settings.ts";
import type { SettledBlock } from "./settle-block.ts";
import { usesShifts } from "./tested-pairs.ts";

/** What a study is: its words, people, regions, feature spaces, runs and design. */
export function describeStudy(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
  settled: SettledBlock,
) {
  const { title, question, design, tr = Number.NaN } = settings;
  const columnsOf = (s: number) => data.stimuli[0]?.spaces[s]?.[0]?.[0]?.cols ?? 0;
  const spaces = data.spaces.flatMap(({ name, description, control, joint, model, permutes }, s) => {
    const features = permutes ? permutes.spaces.reduce((sum, own) => sum + columnsOf(own), 0) : columnsOf(s);
    return model ? [] : [{ name, description, control, joint, features }];
  });
  return {
    title,
    question,
    design,
    tr,
    participants: data.people.map(({ id }) => id),
    regions: data.regions,
    spaces,
    runs: data.runs,
    designNotes: describeDesign(data, settings, folds, settled),
  } satisfies Partial<StudyResult>;
}

/** Sentences for the design section of the report: what was held out, how models were fitted, what was declared. */
export function describeDesign(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
  { block, why }: SettledBlock,
): string[] {
  const { fit, outer } = settings;
  const sizes = folds.map(
    (fold) => `${fold.name}: ${fold.train.length} training and ${fold.test.length} test samples`,
  );
  const held = data.runs.filter((run) => run.role === "test");
  const repeats = held.filter((run) => run.repeats > 1).map((run) => `${run.id} × ${run.repeats}`);
  return [
    ...data.notes,
    `Held out: ${sizes.length > 6 ? `${sizes.slice(0, 2).join("; ")}; … ${sizes.length} folds in all` : sizes.join("; ")}.${outer?.gap ? ` A gap of ${outer.gap} samples lies on both sides of each test block.` : ""}`,
    ...(repeats.length > 0
      ? [
          `Repeats of held-out runs are averaged before scoring (${repeats.join(", ")}); each is kept for the ceiling.`,
        ]
      : []),
    delaysNote(data),
    settings.design === "time-series"
      ? "Each run's features are centred by their own mean, as its responses are; scale and components come from training rows only."
      : "Mean, scale and components of the features come from training rows only.",
    `Banded ridge regression (alpha multiplies ‖b‖²): ${fit.alphas.count} alphas from ${fit.alphas.from} to ${fit.alphas.to} and ${fit.weightings} draws of band weights, chosen per target on ${fit.inner.folds} inner folds of the training rows${fit.inner.gap > 0 ? ` with a gap of ${fit.inner.gap}` : ""}. Smaller models try the same weightings with the missing bands struck out.`,
    "Unique variance is R² of the joint model minus R² of the joint model fitted again without the feature space; shared is what is left of the joint R² after all unique parts. Scores are computed within each outer fold and then averaged.",
    ...(settings.partition === "subsets"
      ? [
          "Every subset of the joint model's feature spaces is fitted, and its R² divided into all unique and shared parts (commonality analysis).",
        ]
      : []),
    ...(data.layers.length > 1
      ? [
          `Layers ${data.layers[0]} to ${data.layers[data.layers.length - 1]}: every model chooses its layer per target, on inner folds.`,
        ]
      : []),
    ...exchangeNote(data, settings),
    `Blocks of ${data.groups ? `at least ${block} held-out samples (whole groups)` : `${block} held-out samples`} are the unit of the bootstrap within runs. ${why}`,
  ];
}

/** Said where the settings ask for shifts; empty otherwise. */
function exchangeNote(data: StudyData, settings: StudySettings): string[] {
  if (settings.tests.exchange !== "shift") return [];
  return [
    usesShifts(settings, data.people.length)
      ? "Tests shift in a circle, within each held-out stretch, what sets two models apart against the responses less the mean of both predictions (one shift for all people and targets); equivalence and intervals draw blocks."
      : `tests.exchange: shift has no part in the tests: with ${data.people.length} people, people are exchanged.${settings.tests.clusters ? " Maps of single people shift." : ""}`,
  ];
}

function delaysNote(data: StudyData): string {
  const groups = new Map<string, string[]>();
  for (const space of data.spaces) {
    const key = space.delays.join(", ");
    groups.set(key, [...(groups.get(key) ?? []), space.name]);
  }
  const parts = [...groups].map(([delays, names]) =>
    groups.size === 1 ? delays : `${delays} (${names.join(", ")})`,
  );
  return `Delays in samples: ${parts.join("; ")}. Delays never cross a run; the missing past is the training mean.`;
}

const collinear = 0.9;
const edgeLimit = 0.1;

/** Things the reader must know before believing a number. */
export async function describeWarnings(
  data: StudyData,
  choices: Choices,
  folds: readonly OuterFold[],
  overrides: readonly Override[],
  { warning }: SettledBlock,
): Promise<string[]> {
  const out = [...data.warnings, ...(warning === "" ? [] : [warning])];
  const constant = data.people.reduce((sum, person) => sum + person.constant.length, 0);
  if (constant > 0)
    out.push(`${constant} targets are constant in a run; their scores are undefined (NaN), not 0.`);
  if (choices.alphaEdgeRate > edgeLimit)
    out.push(
      `${Math.round(100 * choices.alphaEdgeRate)} % of the chosen alphas lie on the edge of the grid; widen fit.alphas. For targets without signal the largest alpha is right.`,
    );
  for (const { rule, what, why } of overrides)
    out.push(`The rule "${rule}" was overridden by the study's settings: ${what}. ${why}.`);
  out.push(...(await collinearityWarnings(data, folds)));
  return out;
}

/** Columns of all spaces together up to which their overlap is computed. */
const mostOverlapping = 1000;

/** All parts of the joint R² with the collinearity that makes them unstable; null where none were asked for. */
export async function describePartition(
  data: StudyData,
  folds: readonly OuterFold[],
  regions: readonly RegionPartition[],
): Promise<Partition | null> {
  if (regions.length === 0) return null;
  const rows = folds[0]?.train ?? new Int32Array(0);
  const spaces = data.spaces.flatMap(({ name, joint }, s) => {
    if (!joint) return [];
    const runs = data.stimuli[0]?.spaces[s]?.[0] as readonly Features[];
    return [{ name, X: takeRows(stackRows(runs), rows) }];
  });
  const small = spaces.reduce((sum, { X }) => sum + X.cols, 0) <= mostOverlapping;
  const none = spaces.map(() => Number.NaN);
  const unknown = spaces.map(({ name }) => ({ space: name, withOthers: Number.NaN, withEach: none }));
  return { regions, overlap: small ? await overlapOfSpaces(spaces, createReferenceLinalg()) : unknown };
}

const mostColumns = 300;

async function collinearityWarnings(data: StudyData, folds: readonly OuterFold[]): Promise<string[]> {
  const linalg = createReferenceLinalg();
  const rows = new Set(folds[0]?.train ?? []);
  const joint = data.spaces.flatMap((space, s) => (space.joint ? [s] : []));
  const wholes = joint.map((s) => ({
    name: data.spaces[s]?.name as string,
    X: stackRows(zscoreRuns(data.stimuli[0]?.spaces[s]?.[0] as readonly Features[])),
  }));
  const out: string[] = [];
  if (rows.size === 0) return out;
  for (const { name: a, X: A } of wholes)
    for (const { name: b, X: B } of wholes) {
      if (a === b || A.cols > mostColumns || B.cols > mostColumns) continue;
      const overlap = await linearOverlap(A, B, linalg);
      if (overlap > collinear)
        out.push(
          `${Math.round(100 * overlap)} % of the variance of “${a}” is a linear function of “${b}”: what the two have in common counts as shared, so its unique variance may be far less than what it carries, and the product-measure split of R² between them is arbitrary.`,
        );
    }
  return out;
}
