/** A fitted brain to experiment on: fitting and packing, predictions with intervals and masks, in-silico experiments. Pure functions: files and
 * sessions are handed in, so that all of it runs in a browser too; what a page needs stands in `simulator/page`.
 * @module simulator */
export { type Ascent, type AscentOptions, ascendPicture, type ClosableSession } from "./ascend.ts";
export { buildEncoder, type EncoderGraph, type EncoderPlan, encoderGraph } from "./build-encoder.ts";
export { conformalHalfWidth, percentilesOf } from "./conformal.ts";
export { fitBrain } from "./fit-brain.ts";
export type { FitBrainOptions, FittedBrain, FittedModel, ModelInput, SenseInput } from "./fitted.ts";
export { type MaxTest, testLargest } from "./max-test.ts";
export { type PackedEncoder, type PackOptions, packBrain } from "./pack-brain.ts";
export { rangeOf, shareOfCeiling } from "./pack-maps.ts";
export { type PackedSurface, packSurface } from "./pack-surface.ts";
export { approximateWeights, type LowRank } from "./pack-weights.ts";
export { type BrainFiles, openPacker, type Packer } from "./packer.ts";
export * from "./page.ts";
export { applyPipeline, fitPipeline, type PipedFeatures, type Pipeline } from "./pipeline.ts";
export {
  type BrainData,
  type BrainRun,
  designRuns,
  meanRows,
  type Presentation,
  presentOnce,
  windowOf,
} from "./study-data.ts";
