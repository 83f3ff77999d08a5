/** Pretraining of two-tower models and their matched twins: data, signals, the loop with its checkpoints, downstream tests.
 * @module pretrain */
export { type CaptionTokenizer, captionTokenizer, vocabularyOf } from "./caption-tokens.ts";
export { type Augmentation, plainView } from "./data/augment.ts";
export { openCaptions } from "./data/captions-file.ts";
export {
  type CaptionSource,
  type Dataset,
  type PictureSource,
  type Place,
  type Sample,
  splitDataset,
  takeSamples,
  type WorldPicture,
} from "./data/dataset.ts";
export { type LoadedPairs, loadAll } from "./data/load-all.ts";
export type { LoadedSample, LoadRequest } from "./data/load-sample.ts";
export { type Batch, type Loader, type LoaderOptions, openLoader } from "./data/loader.ts";
export type { MaskVocabulary } from "./data/mask-words.ts";
export { derange, orderSamples } from "./data/order.ts";
export { type LoadPool, openLoadPool } from "./data/pool.ts";
export { openShards, type Shards } from "./data/webdataset.ts";
export { worldDataset } from "./data/world.ts";
export { fitHead, type HeadOptions, type Labelled } from "./downstream/head.ts";
export type { Rate } from "./downstream/interval.ts";
export { testLinearProbe } from "./downstream/linear-probe.ts";
export type { Subject } from "./downstream/questions.ts";
export { type Retrieval, testRetrieval } from "./downstream/retrieval.ts";
export { type SeenScenes, testQuestions } from "./downstream/visual-questions.ts";
export { embedClasses, testZeroShot } from "./downstream/zero-shot.ts";
export { type Encoder, type Output, openEncoder } from "./encoder.ts";
export type { LogLine } from "./log.ts";
export { readTwin, type TwinModel, writeTwin } from "./model-file.ts";
export type { Negatives } from "./objectives/info-nce.ts";
export type { Objective, ObjectiveContext, ObjectiveGraph, Signal } from "./objectives/objective.ts";
export { type ObjectiveName, objectives } from "./objectives.ts";
export { parsePretrainSettings } from "./read-settings.ts";
export { type PretrainOptions, type PretrainResult, runPretrain, type TwinResult } from "./run.ts";
export { learningRateAt } from "./schedule.ts";
export type { PretrainSettings } from "./settings.ts";
export { buildSteps, type StepSettings, type TrainingSteps } from "./steps.ts";
export { type Downstream, type TestOptions, testModel } from "./test-model.ts";
export { type Trained, type TrainRun, type TrainSettings, trainModel } from "./train.ts";
