import { type Random, takeRows } from "../core/index.ts";
import type { Step } from "../engine/index.ts";
import { assignBlocks, drawBlocks } from "../stats/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyData } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import { type ModelPlan, type OuterFold, runOfRows } from "./plan.ts";
import type { ScoreFold, ScoreInput } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";

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
  const { block, bootstrap } = settings.tests;
  const runOf = runOfRows(data);
  const blocked = folds.map((fold) => {
    const { blocks, count } = blocksOf(fold.test, runOf, block);
    return { blocks, drawn: drawBlocks(random.stream(`blocks ${fold.name}`), bootstrap, count) };
  });
  const { joint, alone, without } = plan;
  return data.people.map((person, p): Step => {
    const payload = (): ScoreInput => {
      const whole = meanResponses(data, person);
      return {
        joint,
        alone,
        without,
        regionOf: person.regionOf,
        regions: data.regions.length,
        constant: person.constant,
        folds: folds.map((fold, f): ScoreFold => {
          const parts = fits.of(p, f, joint).parts;
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
    return { name: "score", inputs: { fitKey, person: p, blocked }, task: "score", payload };
  });
}

/** Time blocks of rows; a block never crosses a run or a hole between rows. */
export function blocksOf(
  rows: Int32Array,
  runOf: Int32Array,
  block: number,
): { blocks: Int32Array; count: number } {
  const lengths: number[] = [];
  for (const [k, row] of rows.entries()) {
    const joined = k > 0 && rows[k - 1] === row - 1 && runOf[row] === runOf[row - 1];
    if (joined) lengths[lengths.length - 1] = (lengths[lengths.length - 1] as number) + 1;
    else lengths.push(1);
  }
  return assignBlocks(lengths, block);
}
