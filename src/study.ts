/** The whole study, top to bottom: stimuli → features → responses → folds → fit → scores → tests → report.
 * Each step below is a function of a room of its own; what it returns is plain data.
 * @module study */
import { createRandom, type OnProgress } from "./core/index.ts";
import { codeVersion, hashValue, openPool, openStore, runSteps, type Step } from "./engine/index.ts";
import { openLinalg } from "./linalg/index.ts";
import type { StudyResult } from "./report/index.ts";
import { computeCeilings } from "./study/ceilings.ts";
import { countChoices, targetScores } from "./study/choices.ts";
import type { StudyData } from "./study/data.ts";
import { describeDesign, describeWarnings } from "./study/describe.ts";
import { planFits } from "./study/fit-models.ts";
import { follow } from "./study/follow.ts";
import { guardStudy } from "./study/guard/guard-study.ts";
import { inferStudy } from "./study/infer.ts";
import { planFolds, planModels } from "./study/plan.ts";
import { judgeRecovery } from "./study/recovery.ts";
import type { ScoreOutput } from "./study/score-person.ts";
import { planScores } from "./study/score-study.ts";
import type { StudySettings } from "./study/settings.ts";
import { surfaceOf } from "./study/surface.ts";
import { version } from "./study/version.ts";
import { volumesOf } from "./study/volumes.ts";

export { checkStudy } from "./study/check-study.ts";
export type { Verdict } from "./study/guard/examine.ts";
export type { Finding, RuleName } from "./study/guard/finding.ts";
export { parseSettings, readSettings } from "./study/read-settings.ts";
export type { StudySettings } from "./study/settings.ts";

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

/** Run a study: fit every model to every person, score it on held-out data, test, and write the report.
 *
 * Steps are kept in the store under the hash of what they are computed from: the same study again computes nothing, a killed
 * one goes on where it was, and both give the same bytes.
 * @throws EncodingError of any kind, one readable line; "cancelled" when `signal` stops it. */
export async function runStudy(settings: StudySettings, options: StudyOptions): Promise<StudyResult> {
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
  const loadReport = () => import("./report/index.ts"); // figures and formats take a second: loaded beside the first step
  const run = (steps: readonly Step[], costs: readonly number[]) => {
    void loadReport();
    return runSteps(steps, { store, pool, signal, onStep: progress.begin(steps[0]?.name ?? "", costs) });
  };
  try {
    // 1. Stimuli, features and responses: from files, or from the virtual laboratory.
    const [data] = settings.virtual
      ? ((await run([simulation(settings)], [60])) as [StudyData])
      : [await (await import("./study/load-study.ts")).loadStudy(settings, options.folder)];
    const dataKey = hashValue(data);

    // 2. Which rows are learned from and which are held out, and that none of it leaks; which sets of feature spaces are fitted.
    const folds = planFolds(data, settings);
    const overrides = guardStudy(data, settings, folds);
    const plan = planModels(data.spaces);

    // 3. Fit: banded ridge, every choice made inside the training rows; predictions of the held-out rows come back.
    const backend = (await findBackend()).name;
    const fitting = planFits(data, settings, plan, folds, { random, dataKey, backend });
    const fits = fitting.collect(await run(fitting.steps, fitting.costs));

    // 4. Scores: joint, alone, unique, shared; for the data and for every bootstrap draw of held-out time blocks.
    const fitKey = hashValue(fitting.steps.map((step) => step.inputs));
    const scoring = planScores(data, settings, plan, folds, fits, {
      random: random.stream("bootstrap"),
      fitKey,
    });
    const scores = (await run(
      scoring,
      scoring.map(() => 3),
    )) as ScoreOutput[];

    // 5. Noise ceilings, tests over people (or time blocks), corrected over the declared family.
    const ceilings = computeCeilings(data, settings, folds);
    const inference = inferStudy(data, settings, scores, ceilings.perRegion, random.stream("inference"));

    // 6. The report.
    const choices = countChoices(data, plan, folds, fits);
    const result: StudyResult = {
      title: settings.title,
      question: settings.question,
      design: settings.design,
      tr: settings.tr ?? Number.NaN,
      participants: data.people.map((person) => person.id),
      regions: data.regions,
      spaces: data.spaces.map(({ name, description, control, joint }, s) => ({
        name,
        description,
        control,
        joint,
        features: data.stimuli[0]?.spaces[s]?.[0]?.[0]?.cols ?? 0,
      })),
      runs: data.runs,
      overrides,
      designNotes: describeDesign(data, settings, folds),
      ...inference,
      targets: targetScores(data, plan, folds, fits, scores, ceilings.perTarget),
      choices,
      ceilingNote: ceilings.note,
      warnings: await describeWarnings(data, choices, folds, overrides),
      recovery: judgeRecovery(data, inference.cells, settings.tests.level),
      provenance: {
        version: version(),
        code: await codeVersion(),
        node: process.versions.node.split(".")[0] as string,
        backend: (await findBackend()).version,
        dtype: settings.fit.dtype,
        seed: settings.seed,
        settings: hashValue(settings),
        inputs: data.inputs,
      },
    };
    const { writeReport } = await loadReport();
    await writeReport(result, options.out, surfaceOf(data), await volumesOf(settings, data, options.folder));
    return result;
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.close();
  }
}

function simulation(settings: StudySettings): Step {
  const { virtual, seed } = settings;
  return { name: "simulate", task: "simulate", inputs: { virtual, seed }, payload: () => settings };
}

/** Name and version of the fastest backend of this machine (or of SIMCORTEX_LINALG); part of every key, because backends round apart. */
async function findBackend() {
  const linalg = await openLinalg({ where: "here" });
  await linalg.close();
  return { name: linalg.name, version: `${linalg.name}: ${linalg.version}` };
}
