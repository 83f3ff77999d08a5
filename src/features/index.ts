/** Activations and stimuli → features on the TR grid: sampling, scaling, delays, components and control features.
 * @module features */
export { autocorrelationComponents, autocorrelationFeatures } from "./autocorrelation.ts";
export { type AverageOptions, averageFrames, type FrameAverage } from "./average-frames.ts";
export { colorFeatures, colorNames } from "./color.ts";
export { completeRows, delayNames, delayRuns } from "./delay.ts";
export { detrendRuns, regressOut } from "./detrend.ts";
export { createGaborBank, type GaborBank, type GaborOptions, gaborEnergy } from "./gabor.ts";
export { canonicalHrf, convolve, type HrfOptions } from "./hrf.ts";
export {
  createMotionEnergyBank,
  type MotionEnergyBank,
  type MotionEnergyFrame,
  type MotionEnergyStream,
  motionEnergy,
} from "./motion-energy.ts";
export type { MotionEnergyFilter, MotionEnergyOptions } from "./motion-energy-pyramid.ts";
export { applyPca, fitPca, type Pca } from "./pca.ts";
export type { RgbPicture } from "./picture.ts";
export { applyProjection, drawProjection } from "./random-projection.ts";
export { type FeatureEvent, type SampleOptions, type Sampling, sampleEvents } from "./sample-events.ts";
export { type FeatureSpace, type StackedSpaces, stackSpaces } from "./space.ts";
export { applySparseProjection, drawSparseProjection, type SparseProjection } from "./sparse-projection.ts";
export { bareWord, lookUpVectors, type TimedWord, wordFeatures } from "./words.ts";
export { applyScaler, fitScaler, type Scaler, zscoreRuns } from "./zscore.ts";
