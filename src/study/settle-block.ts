import { matrix, type Responses, takeRows } from "../core/index.ts";
import { suggestPairedBlock } from "../stats/index.ts";
import { meanResponses } from "./ceilings.ts";
import { comparedPairs } from "./compare.ts";
import type { StudyData } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import { blockOf, type ModelPlan, type OuterFold } from "./plan.ts";
import { withoutScores } from "./reliable-targets.ts";
import type { StudySettings } from "./settings.ts";
import { fewestPeople } from "./test-unit.ts";
import { stretchLengths, usesShifts } from "./tested-pairs.ts";

/** How long the blocks of held-out samples are that are exchanged and drawn together, and why. */
export interface SettledBlock {
  readonly block: number;
  /** A sentence for the design section. */
  readonly why: string;
  /** What the reader must know before believing a p or an interval; empty where nothing. */
  readonly warning: string;
}

/** Targets that are looked at, over all people. */
const mostTargets = 96;
const level = 0.05;

/** The length of a block: the one of the settings, else the shortest that keeps the paired test's false positives at .05 within .055, by the
 * autocorrelation of what one fit saves of the other's squared error on held-out samples. All tests of the study are asked (the joint model
 * against the mean and without each space, compared pairs) and the longest answer is taken. What is looked at is how long errors hang together,
 * never which fit is ahead.
 *
 * Stretches of samples that are too short for that take the usual length, or half of the longest stretch if that is shorter, with a warning.
 * @source suggestPairedBlock; docs/statistics.md. */
export function settleBlock(
  data: StudyData,
  settings: StudySettings,
  plan: ModelPlan,
  folds: readonly OuterFold[],
  fits: Fits,
): SettledBlock {
  const own = blockOf(settings);
  const stretches = folds.flatMap((fold) => stretchLengths(fold.test, data));
  const longest = Math.max(1, Math.floor(Math.max(...stretches) / 2));
  const shifted = usesShifts(settings, data.people.length);
  const least = settings.design === "time-series" ? own : 1;
  const asked = askedPairs(data, settings, plan);
  const errors = errorsOf(data, folds, fits, [...new Set(asked.flat())]);
  const answers = asked.flatMap(([a, b]) => {
    const saved = savedErrors(errors.get(a) ?? [], errors.get(b) ?? []);
    return saved === null
      ? []
      : [suggestPairedBlock(saved, { runLengths: stretches, level, least: settings.tests.block ?? least })];
  });
  if (answers.length === 0)
    return { block: own, why: `Blocks have ${own} samples: no error of any fit varies.`, warning: "" };
  const tooLong = answers.filter(({ block }) => block === null);
  const suggested = answers.reduce((most, { block }) => Math.max(most, block ?? 0), 0);
  if (settings.tests.block !== undefined) {
    const needs = tooLong.length > 0 ? `more than ${longest}` : String(suggested);
    const short = tooLong.length > 0 || suggested > own;
    return {
      block: own,
      why: `Blocks have ${own} samples by the settings (tests.block); by the autocorrelation of the errors ${short ? `${needs} would be needed` : "that is long enough"}.`,
      warning:
        short && data.people.length < fewestPeople
          ? `Blocks of ${own} samples are too short for these data: errors hang together for longer, and ${needs} samples keep ${shifted ? "intervals" : "tests"} over blocks at their level. Leave tests.block out.`
          : "",
    };
  }
  if (tooLong.length === 0)
    return {
      block: suggested,
      why: `Blocks have ${suggested} samples, the shortest that keep the paired test's false positives at .05 within .055 by the autocorrelation of the errors (the longest answer of ${answers.length} tests; at least ${least}).`,
      warning: "",
    };
  const block = Math.max(Math.min(least, longest), suggested);
  const expected = Math.max(...tooLong.map((answer) => answer.expected));
  return {
    block,
    why: `Blocks have ${block} samples: held-out stretches of at most ${Math.max(...stretches)} samples are too short for the length that the errors ask for in ${tooLong.length} of ${answers.length} tests.`,
    warning: shifted
      ? `Errors hang together for longer than the held-out stretches allow blocks to be: intervals, which draw blocks, are too narrow. Tests shift, which holds in stretches of 150 samples; with slow errors in stretches of 30 it is wrong in 9 % of studies at .05 (docs/statistics.md). Here they have ${range(stretches)}.`
      : `Errors hang together for longer than the held-out stretches allow blocks to be: a test over blocks of half a stretch is expected to be wrong in ${percent(expected)} of studies at .05, and intervals are too narrow.`,
  };
}

function range(lengths: readonly number[]): string {
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  return least === most ? String(least) : `${least} to ${most}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Pairs of models that a test sets against each other; −1: predicting the mean. */
function askedPairs(
  { spaces }: StudyData,
  { compare }: StudySettings,
  { joint, alone, without }: ModelPlan,
): (readonly [number, number])[] {
  const place = (name: string) => alone[spaces.findIndex((space) => space.name === name)] as number;
  return [
    [joint, -1] as const,
    ...without.flatMap((model) => (model === null || model === -1 ? [] : [[joint, model] as const])),
    ...comparedPairs(compare, spaces).map(([a, b]) => [place(a), place(b)] as const),
  ].filter(([a, b]) => a !== b);
}

/** Squared errors of every fit that is asked for, column by column: targets of regions, evenly taken, folds under each other. */
function errorsOf(
  data: StudyData,
  folds: readonly OuterFold[],
  fits: Fits,
  models: readonly number[],
): Map<number, Float64Array[]> {
  const out = new Map(models.map((model) => [model, [] as Float64Array[]]));
  const each = Math.max(1, Math.floor(mostTargets / data.people.length));
  for (const [p, person] of data.people.entries()) {
    const constant = new Set(withoutScores(person));
    const inRegion = [...person.regionOf.keys()].filter(
      (t) => (person.regionOf[t] as number) >= 0 && !constant.has(t),
    );
    const targets = inRegion.filter((_, k) => k % Math.ceil(inRegion.length / each) === 0);
    const whole = meanResponses(data, person);
    const Y = folds.map((fold) => takeRows(whole, fold.test));
    for (const [model, columns] of out) {
      const predicted = folds.map((_, f) => (model < 0 ? null : fits.of(p, f, model).predicted));
      for (const t of targets)
        columns.push(Float64Array.from(Y.flatMap((own, f) => squaredErrors(own, predicted[f] ?? null, t))));
    }
  }
  return out;
}

/** Of one target; against its mean where there is no prediction. */
function squaredErrors(Y: Responses, predicted: Responses | null, t: number): number[] {
  const y = Array.from({ length: Y.rows }, (_, i) => Y.data[i * Y.cols + t] as number);
  const mean = y.reduce((a, b) => a + b, 0) / y.length;
  return y.map((value, i) => (value - (predicted ? (predicted.data[i * Y.cols + t] as number) : mean)) ** 2);
}

/** What one fit saves of the squared error of another, (samples × targets); null where nothing varies. */
function savedErrors(own: readonly Float64Array[], other: readonly Float64Array[]): Responses | null {
  const saved = own.map((errors, k) => errors.map((e, i) => (other[k]?.[i] ?? Number.NaN) - e));
  const varying = saved.filter((column) => column.some((value) => value !== column[0]));
  const rows = varying[0]?.length ?? 0;
  if (rows === 0) return null;
  const table = new Float64Array(rows * varying.length);
  for (const [k, column] of varying.entries())
    for (let i = 0; i < rows; i++) table[i * varying.length + k] = column[i] as number;
  return matrix(["samples", "targets"], rows, varying.length, table);
}
