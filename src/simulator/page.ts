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
export {
  type ArrayRef,
  type ArrayType,
  type BrainManifest,
  type BrainMap,
  type BrainModel,
  type EncoderFile,
  type Hemisphere,
  type Interval,
  type ModelRole,
  type PipelineRef,
  parseManifest,
  type Sense,
  type SenseModel,
  type TableRow,
  type WeightsRef,
} from "./manifest.ts";
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
