/** Ridge, kernel ridge and banded ridge with every choice made per target inside the training rows; folds that follow the
 * data's own groups.
 * @module encoding */
export { spaceAlphas } from "./alphas.ts";
export { type Band, oneBand } from "./band.ts";
export type { Chosen } from "./choice.ts";
export type { Kernel } from "./dual.ts";
export {
  type BandedOptions,
  type FitOptions,
  fitBandedRidge,
  fitKernelRidge,
  fitRidge,
  type KernelFit,
  linearKernels,
  type RidgeFit,
} from "./fit.ts";
export type { TileFit } from "./fit-tile.ts";
export { cutsRuns, type Fold, type FoldOptions, makeFolds, restrictFolds } from "./folds.ts";
export { predict, predictKernel, predictSplit } from "./predict.ts";
export { shuffleFolds } from "./shuffle-folds.ts";
export {
  type Keep,
  type PlanNeeds,
  type StreamOptions,
  streamBandedRidge,
  type TargetReader,
  type TileSize,
} from "./stream.ts";
export { drawWeightings, restrictWeightings, type Weightings } from "./weightings.ts";
