/** What a page needs of the simulator: nothing here reaches Node, a file or the network.
 * @module simulator/page */
export { type BrainArray, decodeArray, encodeArray } from "./array.ts";
export { type Brain, findModel, findPerson, openBrain, type ReadFile, type Weights } from "./brain.ts";
export { type Contrast, contrastSets, type SetResponses } from "./contrast.ts";
export { type Controversy, compareOnStimuli } from "./controversial.ts";
export {
  type Encoded,
  type EncoderSession,
  encodeStimuli,
  openTokenizer,
  preparePictures,
  prepareSentences,
  type Stimuli,
} from "./encode.ts";
export { conjoin, dice, type LocaliserRule, localise } from "./localise.ts";
export type { BrainManifest, BrainMap, Hemisphere } from "./manifest.ts";
export type {
  ArrayRef,
  ArrayType,
  BrainModel,
  EncoderFile,
  ModelRole,
  PipelineRef,
  Sense,
  SenseModel,
  WeightsRef,
} from "./manifest-model.ts";
export type {
  DifferenceRow,
  Interval,
  LayerRow,
  PartRow,
  SmallDifference,
  SpaceRow,
  TableRow,
} from "./manifest-scores.ts";
export { parseManifest } from "./parse-manifest.ts";
export {
  findSense,
  maskOf,
  type Prediction,
  type PredictOptions,
  percentileOf,
  predict,
  unlikeFrom,
} from "./predict.ts";
export { type Drive, driveOf, rankOf, type TagTuning, tuneTags } from "./tuning.ts";
