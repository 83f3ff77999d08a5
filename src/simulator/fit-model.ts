import {
  checkCancelled,
  EncodingError,
  type Features,
  matrix,
  type Responses,
  stackCols,
  stackRows,
  takeCols,
  takeRows,
  toDtype,
} from "../core/index.ts";
import {
  type BandedOptions,
  drawWeightings,
  type Fold,
  fitBandedRidge,
  makeFolds,
  predict,
  type RidgeFit,
} from "../encoding/index.ts";
import { correlate, rSquared } from "../stats/index.ts";
import type { PersonRuns, Rows } from "./brain-rows.ts";
import { conformalHalfWidth, percentilesOf } from "./conformal.ts";
import type { FitBrainOptions, FittedModel, ModelInput, SenseInput } from "./fitted.ts";
import type { Sense } from "./manifest-model.ts";
import { testLargest } from "./max-test.ts";
import { applyPipeline, fitPipeline } from "./pipeline.ts";
import { measureCoverage, residualsOf, trainedOffsets } from "./single-responses.ts";
import { type BrainData, designRuns, presentOnce } from "./study-data.ts";

/** Fit one model; see `fitBrain`.
 * @param responses of each person, the mean first. */
export async function fitModel(
  data: BrainData,
  rows: Rows,
  responses: readonly PersonRuns[],
  model: ModelInput,
  options: FitBrainOptions,
): Promise<FittedModel> {
  const { linalg, random, delays, level, draws } = options;
  const named = Object.entries(model.senses) as [Sense, SenseInput][];
  const prepared = await Promise.all(
    named.map(async ([sense, input]) => ({ sense, ...(await pipeSense(data, sense, input, options)) })),
  );
  const features = Object.fromEntries(prepared.map((one) => [one.sense, one.all]));
  const { design, bands } = designRuns(data, features, delays);
  const X = stackRows(rows.train.map((run) => design[run] as Features));
  const Y = rows.training(responses);
  const outer = makeFolds(rows.runOf, { folds: options.folds });
  checkFolds(data, outer, rows.runOf, named);
  const how = fitOptions(bands, options);
  const crossed = await crossPredict(X, Y, outer, rows.runOf, how, options);
  const fit = await fitBandedRidge(X, Y, { ...how, folds: outer });
  const testX = stackRows(rows.test.map(({ run }) => design[run] as Features));
  const predicted = toDtype(await predict(fit, testX, linalg), "float64");
  const measured = rows.measured(responses);
  const test = testLargest(measured, predicted, {
    runLengths: rows.test.map(({ from, to }) => to - from),
    draws,
    level,
    random: random.stream(`mask/${model.id}`),
  });
  const r2 = rSquared(measured, predicted);
  const { weights, columns, places } = collapse(fit, bands, data.tr, options);
  const trained = trainedOffsets(data, rows);
  const senses = [];
  for (const [s, one] of prepared.entries()) {
    const residuals = residualsOf(data, one.sense, trained, crossed, Y, options.window);
    const interval = residuals.map((list) => conformalHalfWidth(list, options.coverage));
    const without =
      named.length < 2
        ? null
        : rSquared(measured, await withoutBand(X, Y, testX, bands, s, how, outer, options));
    senses.push({
      sense: one.sense,
      pipeline: one.pipeline,
      columns: places[s] as readonly [number, number],
      interval: Float64Array.from(interval),
      distances: one.distances,
      measured: measureCoverage(data, one.sense, rows, responses, predicted, interval, options.window),
      unique: without === null ? r2 : r2.map((value, k) => value - (without[k] as number)),
      layers: await profileLayers(
        data,
        rows,
        responses[0] as PersonRuns,
        one.sense,
        model.senses[one.sense] as SenseInput,
        options,
      ),
      features: one.training,
    });
  }
  return {
    input: model,
    senses,
    columns,
    weights,
    test,
    r2,
    mask: Uint8Array.from(test.p, (p) => (p <= level ? 1 : 0)),
    bandWeights: chosenWeights(fit, bands.length),
    predicted,
  };
}

/** Every fold must leave runs to learn each sense from: else its held-out residuals are those of no model. */
function checkFolds(
  { presentations }: BrainData,
  outer: readonly Fold[],
  runOf: Int32Array,
  senses: readonly (readonly [Sense, SenseInput])[],
): void {
  for (const [f, { train }] of outer.entries()) {
    const runs = new Set(train.map((row) => runOf[row] as number));
    for (const [sense] of senses)
      if (!presentations.some((one) => one.sense === sense && runs.has(one.run)))
        throw new EncodingError(
          "design",
          `fitBrain: fold ${f + 1} of ${outer.length} has no training run with ${sense}s. Runs go to folds in turn: put the runs of a sense together, or ask for other folds.`,
        );
  }
}

/** Stimuli of a sense that training runs show, each once, ascending. */
function trainingStimuli({ presentations, runs }: BrainData, sense: Sense): Int32Array {
  const shown = presentations.filter((one) => one.sense === sense && runs[one.run]?.role === "train");
  return Int32Array.from(new Set(shown.map(({ stimulus }) => stimulus))).sort();
}

async function pipeSense(
  data: BrainData,
  sense: Sense,
  { layers, use }: SenseInput,
  { components, linalg, folds }: FitBrainOptions,
) {
  const X = stackCols(use.map((k) => toDtype(layers[k]?.X as Features, "float64")));
  const shown = trainingStimuli(data, sense);
  const own = takeRows(X, shown);
  const pipeline = await fitPipeline(own, components, linalg);
  const distances: number[] = [];
  for (let f = 0; f < folds; f++) {
    const held = [...shown.keys()].filter((k) => k % folds === f);
    const rest = [...shown.keys()].filter((k) => k % folds !== f);
    const other = await fitPipeline(takeRows(own, Int32Array.from(rest)), components, linalg);
    distances.push(...(await applyPipeline(takeRows(own, Int32Array.from(held)), other, linalg)).distance);
  }
  const { features: all } = await applyPipeline(X, pipeline, linalg);
  return { pipeline, all, training: takeRows(all, shown), distances: percentilesOf(distances) };
}

type Bands = readonly { readonly name: string; readonly from: number; readonly to: number }[];

function fitOptions(
  bands: Bands,
  { alphas, linalg, random, signal }: FitBrainOptions,
): Omit<BandedOptions, "folds"> {
  const weightings = drawWeightings(bands.length, 5, random.stream("weightings"));
  return { bands, weightings, alphas, linalg, signal };
}

/** Predictions of training rows by fits that never saw their run; every choice of these fits is made inside their own rows. */
async function crossPredict(
  X: Features,
  Y: Responses,
  outer: readonly Fold[],
  runOf: Int32Array,
  how: Omit<BandedOptions, "folds">,
  { linalg, folds, signal }: FitBrainOptions,
): Promise<Responses> {
  const out = new Float32Array(Y.data.length);
  for (const { train, test } of outer) {
    checkCancelled(signal);
    const inner = makeFolds(
      train.map((row) => runOf[row] as number),
      { folds: Math.max(2, folds - 1) },
    );
    const fit = await fitBandedRidge(takeRows(X, train), takeRows(Y, train), { ...how, folds: inner });
    const predicted = await predict(fit, takeRows(X, test), linalg);
    for (const [k, row] of test.entries())
      out.set(predicted.data.subarray(k * Y.cols, (k + 1) * Y.cols), row * Y.cols);
  }
  return matrix(["samples", "targets"], Y.rows, Y.cols, out);
}

/** Test predictions of the model that lacks one band. */
async function withoutBand(
  X: Features,
  Y: Responses,
  testX: Features,
  bands: Bands,
  left: number,
  how: Omit<BandedOptions, "folds">,
  folds: readonly Fold[],
  { linalg, random }: FitBrainOptions,
): Promise<Responses> {
  const kept = bands.filter((_, b) => b !== left);
  const columns = Int32Array.from(
    kept.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, k) => from + k)),
  );
  let at = 0;
  const own = kept.map(({ name, from, to }) => {
    const start = at;
    at += to - from;
    return { name, from: start, to: at };
  });
  const weightings = drawWeightings(own.length, 5, random.stream("weightings"));
  const fit = await fitBandedRidge(takeCols(X, columns), Y, { ...how, bands: own, weightings, folds });
  return toDtype(await predict(fit, takeCols(testX, columns), linalg), "float64");
}

/** Weights of one presentation of each sense, side by side: (people · targets × columns), and the columns of each sense. */
function collapse(fit: RidgeFit, bands: Bands, tr: number, { delays, seconds, window }: FitBrainOptions) {
  const { cols: targets, data } = fit.coefficients;
  let at = 0;
  const parts = bands.map(({ name, from, to }) => {
    const columns = (to - from) / delays.length;
    const delayed = { data: data.subarray(from * targets, to * targets), cols: targets, columns };
    const once = presentOnce(delayed, { delays, tr, seconds: seconds[name as Sense], window });
    const start = at;
    at += columns;
    return { once, columns, place: [start, at] as const };
  });
  const weights = new Float64Array(targets * at);
  for (const { once, columns, place } of parts)
    for (let t = 0; t < targets; t++)
      weights.set(once.subarray(t * columns, (t + 1) * columns), t * at + place[0]);
  return { weights, columns: at, places: parts.map(({ place }) => place) };
}

/** r of each layer alone in the test runs, for the mean person; the choice of layers is not made here. */
async function profileLayers(
  data: BrainData,
  rows: Rows,
  mean: PersonRuns,
  sense: Sense,
  { layers }: SenseInput,
  options: FitBrainOptions,
) {
  const { components, linalg, delays, folds } = options;
  const shown = trainingStimuli(data, sense);
  const Y = rows.training([mean]);
  const measured = rows.measured([mean]);
  const out = [];
  for (const { name, X } of layers) {
    checkCancelled(options.signal);
    const wide = toDtype(X, "float64");
    const pipeline = await fitPipeline(takeRows(wide, shown), components, linalg);
    const { features } = await applyPipeline(wide, pipeline, linalg);
    const { design, bands } = designRuns(data, { [sense]: features }, delays);
    const how = { ...fitOptions(bands, options), folds: makeFolds(rows.runOf, { folds }) };
    const fit = await fitBandedRidge(stackRows(rows.train.map((run) => design[run] as Features)), Y, how);
    const testX = stackRows(rows.test.map(({ run }) => design[run] as Features));
    out.push({ name, r: correlate(measured, toDtype(await predict(fit, testX, linalg), "float64")) });
  }
  return out;
}

/** (targets × senses). */
function chosenWeights({ weightings, weightingIndex }: RidgeFit, bands: number): Float64Array {
  return Float64Array.from(
    { length: weightingIndex.length * bands },
    (_, k) =>
      weightings.data[(weightingIndex[Math.floor(k / bands)] as number) * bands + (k % bands)] as number,
  );
}
