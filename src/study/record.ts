import type { Override, StudyResult } from "../report/index.ts";
import type { Ceilings } from "./ceilings.ts";
import { countChoices, countLayers, targetScores } from "./choices.ts";
import { describePartition, describeStudy, describeWarnings } from "./describe.ts";
import type { Inference } from "./infer.ts";
import type { ModelTruth } from "./judge-models.ts";
import { provenanceOf } from "./provenance.ts";
import { judgeRecovery } from "./recovery.ts";
import { describeReliability } from "./reliable-targets.ts";
import type { StudySettings } from "./settings.ts";
import type { SettledBlock } from "./settle-block.ts";
import type { SolvedStudy } from "./solved.ts";
import { tellModels, tellPairs } from "./tell-models.ts";

/** The record of a study: what it is, what it found, and by what means.
 * @param scored the study with its fits and scores. @param said what tests, ceilings and the guard say of it. */
export async function makeRecord(
  {
    data,
    settings,
    models,
    plan,
    folds,
    fits,
    scores,
  }: Omit<SolvedStudy, "result" | "activations"> & { readonly settings: StudySettings },
  {
    inference,
    ceilings,
    overrides,
    settled,
    truth,
    clusters,
  }: {
    readonly inference: Inference;
    readonly ceilings: Ceilings;
    readonly overrides: readonly Override[];
    readonly settled: SettledBlock;
    readonly truth: ModelTruth | null;
    readonly clusters: StudyResult["clusters"];
  },
): Promise<StudyResult> {
  const reliability = describeReliability(data, settings);
  const choices = countChoices(data, plan, folds, fits);
  return {
    ...describeStudy(data, settings, folds, settled),
    overrides,
    cells: inference.cells,
    regionScores: inference.regionScores,
    comparisons: tellPairs(inference.comparisons, models, data, truth),
    models: tellModels(models, settings, inference, countLayers(data, plan, folds, fits)),
    partition: await describePartition(data, folds, inference.partition),
    controls: inference.controls,
    targets: targetScores(data, plan, folds, fits, scores, ceilings.perTarget),
    ...(reliability && { reliability }),
    ...(clusters && { clusters }),
    tests: inference.tests,
    choices,
    ceilingNote: ceilings.note,
    warnings: await describeWarnings(data, choices, folds, overrides, settled),
    recovery: judgeRecovery(data, inference.cells, settings.tests.level),
    provenance: await provenanceOf(settings, data),
  };
}
