import { checkCancelled } from "../core/index.ts";
import { averagePeople, ceilingOf, rowsOf } from "./brain-rows.ts";
import { fitModel } from "./fit-model.ts";
import type { FitBrainOptions, FittedBrain, FittedModel, ModelInput } from "./fitted.ts";
import type { BrainData } from "./study-data.ts";

/** Fit models to people who saw pictures and sentences, with all that a published brain says of itself.
 *
 * Objective: banded ridge on the training runs, one band a sense, alpha and band weights by inner folds of whole runs. Person 0 is the
 * mean of the people's responses. Intervals: residuals of single responses (the mean over the window of one presentation) in training
 * runs that were held out from a fit of their own; the conformal quantile is taken per target and sense. Masks, scores and the measured
 * coverage come from the test runs alone. The pipeline (scaling, components) is learned from all training stimuli, no responses.
 * @throws EncodingError "design" without train or test runs; what the fits throw. */
export async function fitBrain(
  data: BrainData,
  models: readonly ModelInput[],
  options: FitBrainOptions,
): Promise<FittedBrain> {
  const { delays, components, folds, seconds, window, coverage, level, draws } = options;
  const rows = rowsOf(data);
  const responses = [averagePeople(data), ...data.people.map((person) => person.responses)];
  const fitted: FittedModel[] = [];
  for (const [m, model] of models.entries()) {
    checkCancelled(options.signal);
    options.onProgress?.({ step: "fit", done: m, total: models.length, message: model.label });
    fitted.push(await fitModel(data, rows, responses, model, options));
  }
  options.onProgress?.({ step: "fit", done: models.length, total: models.length });
  return {
    data,
    options: { delays, components, folds, seconds, window, coverage, level, draws },
    models: fitted,
    ceiling: ceilingOf(data, rows, responses),
    measured: rows.measured(responses),
    testRuns: rows.test.map(({ id, from, to }) => ({ id, from, to })),
  };
}
