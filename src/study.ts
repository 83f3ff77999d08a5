/** The whole study, top to bottom: stimuli → activations → features → responses → folds → fit → scores → tests → report.
 * Each step below is a function of a room of its own; what it returns is plain data.
 * @module study */
import { createRandom, type OnProgress } from "./core/index.ts";
import { codeVersion, hashValue, openPool, openStore, runSteps, type Step } from "./engine/index.ts";
import type { StudyResult } from "./report/index.ts";
import { findBackend, noticeOf } from "./study/backend.ts";
import { computeCeilings } from "./study/ceilings.ts";
import { clusterSpacesOf } from "./study/cluster-space.ts";
import { addControls } from "./study/controls/add-controls.ts";
import { planLook } from "./study/controls/plan-look.ts";
import { planFits } from "./study/fit-models.ts";
import { follow } from "./study/follow.ts";
import { guardStudy } from "./study/guard/guard-study.ts";
import { inferStudy } from "./study/infer.ts";
import { planTruth } from "./study/judge-models.ts";
import { loadData } from "./study/load-data.ts";
import { addModels } from "./study/model-spaces.ts";
import { planFolds, planModels } from "./study/plan.ts";
import { planActivations } from "./study/plan-activations.ts";
import { overPeople, planClusters } from "./study/plan-clusters.ts";
import { readModels } from "./study/read-model.ts";
import { makeRecord } from "./study/record.ts";
import type { ScoreOutput } from "./study/score-person.ts";
import { planScores } from "./study/score-study.ts";
import type { StudySettings } from "./study/settings.ts";
import { settleBlock } from "./study/settle-block.ts";
import type { SolvedStudy } from "./study/solved.ts";
import { surfaceOf } from "./study/surface.ts";
import { checkShifts } from "./study/tested-pairs.ts";
import { volumesOf } from "./study/volumes.ts";

export { checkStudy } from "./study/check-study.ts";
export type { Verdict } from "./study/guard/examine.ts";
export type { Finding, RuleName } from "./study/guard/finding.ts";
export { parseSettings, readSettings } from "./study/read-settings.ts";
export type { StudySettings } from "./study/settings.ts";
export type { SolvedStudy } from "./study/solved.ts";

/** Where a study reads, keeps and writes, and who is told. */
export interface StudyOptions {
  /** Folder that relative paths of the settings start from. */
  readonly folder: string;
  /** Folder of the report. */
  readonly out: string;
  /** Folder of the content-addressed store; finished steps are taken from it. */
  readonly store: string;
  /** Local workers, default one a core. */
  readonly workers?: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Those that are no report. */ export type SolveOptions = Omit<StudyOptions, "out">;

/** Run a study: fit every model to every person, score it on held-out data, test, and write the report; see {@link solveStudy}. */
export async function runStudy(settings: StudySettings, options: StudyOptions): Promise<StudyResult> {
  const { result, data } = await solveStudy(settings, options);
  const { writeReport } = await import("./report/index.ts");
  await writeReport(result, options.out, surfaceOf(data), await volumesOf(settings, data, options.folder));
  return result;
}

/** A study up to its report: the record, and what it was made of.
 *
 * Steps are kept in the store under the hash of what they are computed from: the same study again computes nothing, a killed
 * one goes on where it was, and both give the same bytes.
 * @throws EncodingError of any kind, one readable line; "cancelled" when `signal` stops it. */
export async function solveStudy(settings: StudySettings, options: SolveOptions): Promise<SolvedStudy> {
  const { signal } = options;
  const random = createRandom(settings.seed);
  const store = await openStore(options.store, { code: await codeVersion() });
  const pool = openPool(
    new URL(import.meta.url.endsWith(".ts") ? "./study/tasks.ts" : "./study/tasks.js", import.meta.url),
    {
      ...(options.workers !== undefined && { size: options.workers }),
    },
  );
  const stop = () => void pool.close();
  signal?.addEventListener("abort", stop);
  const progress = follow(options.onProgress);
  const run = (steps: readonly Step[], costs: readonly number[]) => {
    if (steps.length === 0) return Promise.resolve([]);
    void import("./report/index.ts"); // figures and formats take a second: loaded beside the first step
    return runSteps(steps, { store, pool, signal, onStep: progress.begin(steps[0]?.name ?? "", costs) });
  };
  try {
    // 1. Stimuli, features and responses: from files, or from the virtual laboratory.
    const models = await readModels(settings, options.folder);
    const loaded = await loadData(settings, options.folder, run);
    const looking = planLook(loaded, settings);
    const look = looking.collect(await run(looking.steps, looking.costs));
    const base = addControls(loaded, settings, look, random.stream("controls"));

    // 2. Foundation models: activations of every layer for what was shown, on the TR grid, the same for every model.
    const showing = planActivations(models, base.shown, settings);
    const activations = showing.collect(await run(showing.steps, showing.costs));
    const data = addModels(base, models, activations, settings);

    // 3. Which rows are learned from and which are held out, and that none of it leaks; which sets of feature spaces are fitted.
    const folds = planFolds(data, settings);
    const overrides = guardStudy(data, settings, folds);
    const places = await clusterSpacesOf(data, settings, options.folder);
    checkShifts(data, settings, folds, places !== null && !overPeople(data, places));
    const plan = planModels(data.spaces, settings.partition);

    // 4. Fit: banded ridge, every choice made inside the training rows; predictions of the held-out rows come back.
    const made = { random, backend: (await findBackend()).name };
    progress.tell("fit", noticeOf(data, made.backend));
    const fitting = planFits(data, settings, plan, folds, made);
    const fits = fitting.collect(await run(fitting.steps, fitting.costs));
    const judging = planTruth(data, settings, folds, made); // the virtual laboratory only
    const truth = judging.collect(await run(judging.steps, judging.costs));

    const settled = settleBlock(data, settings, plan, folds, fits);
    const told = { ...settings, tests: { ...settings.tests, block: settled.block } };

    // 5. Scores: joint, alone, unique, shared; for the data and for every bootstrap draw of held-out time blocks.
    const scoring = planScores(data, told, plan, folds, fits, {
      random: random.stream("bootstrap"),
      fitKey: hashValue(fitting.steps.map((step) => step.inputs)),
    });
    const scores = (await run(scoring, new Array(scoring.length).fill(3))) as ScoreOutput[];

    // 6. Noise ceilings, tests over people (or time blocks), corrected over the declared family.
    const ceilings = computeCeilings(data, settings, folds);
    const inference = inferStudy(data, told, scores, ceilings.perRegion, random.stream("inference"));

    const scoreKey = hashValue(scoring.map((step) => step.inputs));
    const mapping = planClusters({ data, settings: told, plan, folds, fits, scores }, places, scoreKey);
    const clusters = mapping.collect(await run(mapping.steps, mapping.costs));

    // 7. The record.
    const scored = { data, settings, models, plan, folds, fits, scores };
    const said = { inference, ceilings, overrides, settled, truth, clusters };
    const result = await makeRecord(scored, said);
    return { result, data, models, activations, plan, folds, fits, scores };
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.close();
  }
}
