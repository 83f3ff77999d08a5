import { type Random, takeRows } from "../core/index.ts";
import type { Step } from "../engine/index.ts";
import { assignBlocks, drawBlocks } from "../stats/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyData } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import { blockOf, type ModelPlan, type OuterFold, runOfRows } from "./plan.ts";
import { withoutScores } from "./reliable-targets.ts";
import type { ScoreFold, ScoreInput } from "./score-input.ts";
import type { StudySettings } from "./settings.ts";
import { listTestedPairs, modelsOfPair, stretchLengths, usesShifts } from "./tested-pairs.ts";

/** The steps that score each person: on the held-out rows of every outer fold, and on bootstrap draws of their time blocks.
 * All people are given the same draws, because they share the stimuli.
 * @param fitKey hash of everything the fits were made from. */
export function planScores(
  data: StudyData,
  settings: StudySettings,
  plan: ModelPlan,
  folds: readonly OuterFold[],
  fits: Fits,
  { random, fitKey }: { random: Random; fitKey: string },
): readonly Step[] {
  const { bootstrap } = settings.tests;
  const block = blockOf(settings);
  const runOf = runOfRows(data);
  const shift = usesShifts(settings, data.people.length);
  const pairs = shift && {
    pairs: listTestedPairs(data.spaces, settings.compare).map((pair) => modelsOfPair(pair, plan)),
  };
  const blocked = folds.map((fold) => {
    const { blocks, count } = blocksOf(fold.test, runOf, block, data.groups);
    const drawn = drawBlocks(random.stream(`blocks ${fold.name}`), bootstrap, count);
    return { blocks, drawn, ...(shift && { stretches: stretchLengths(fold.test, data) }) };
  });
  const { joint, alone, without, subsets } = plan;
  return data.people.map((person, p): Step => {
    const payload = (): ScoreInput => {
      const whole = meanResponses(data, person);
      return {
        joint,
        alone,
        without,
        subsets,
        regionOf: person.regionOf,
        regions: data.regions.length,
        constant: withoutScores(person),
        ...pairs,
        folds: folds.map((fold, f): ScoreFold => {
          const parts = joint < 0 ? [] : fits.of(p, f, joint).parts;
          const members = plan.models[joint]?.spaces ?? [];
          return {
            Y: takeRows(whole, fold.test),
            predicted: plan.models.map((_, m) => fits.of(p, f, m).predicted),
            parts: data.spaces.map((_, s) => parts[members.indexOf(s)] ?? null),
            ...(blocked[f] as (typeof blocked)[number]),
          };
        }),
      };
    };
    const { regionOf } = person;
    const constant = withoutScores(person);
    const what = {
      joint,
      alone,
      without,
      subsets,
      regionOf,
      regions: data.regions.length,
      constant,
      ...pairs,
    };
    return { name: "score", inputs: { fitKey, person: p, blocked, ...what }, task: "score", payload };
  });
}

/** Blocks of rows that are resampled together: stretches of `block` rows (a shorter last one joins the one before it) that never cross a
 * run or a hole between rows. Groups (passages, topics) are not cut either: a block ends with the group in which it becomes long
 * enough. */
export function blocksOf(
  rows: Int32Array,
  runOf: Int32Array,
  block: number,
  groups: Int32Array | null,
): { blocks: Int32Array; count: number } {
  const joined = (k: number) => rows[k - 1] === (rows[k] as number) - 1 && same(runOf, rows, k);
  if (groups === null) return assignBlocks(lengthsOf(rows, joined), block);
  const blocks = new Int32Array(rows.length);
  let [row, count] = [0, 0];
  for (const stretch of lengthsOf(rows, joined)) {
    const first = row;
    const units = lengthsOf(rows.subarray(first, first + stretch), (k) => same(groups, rows, first + k));
    let size = 0;
    const from = count;
    for (const unit of units) {
      blocks.fill(count, row, row + unit);
      row += unit;
      size += unit;
      if (size >= block) [count, size] = [count + 1, 0];
    }
    if (size > 0 && count > from) blocks.fill(count - 1, row - size, row);
    else if (size > 0) count++;
  }
  return { blocks, count };
}

function same(labels: Int32Array, rows: Int32Array, k: number): boolean {
  return labels[rows[k] as number] === labels[rows[k - 1] as number];
}

/** Lengths of the stretches that `joined` makes of a list. */
function lengthsOf(list: ArrayLike<number>, joined: (k: number) => boolean): number[] {
  const out: number[] = [];
  for (let k = 0; k < list.length; k++)
    if (k > 0 && joined(k)) out[out.length - 1] = (out[out.length - 1] as number) + 1;
    else out.push(1);
  return out;
}
