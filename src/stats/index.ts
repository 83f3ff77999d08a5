/** Scores, variance partition, noise ceilings, tests that respect autocorrelation and people, corrections, intervals, and
 * comparisons of dissimilarities.
 * @module stats */

export {
  type BlockWanted,
  expectedLevel,
  expectedPairedLevel,
  type SuggestedBlock,
  suggestBlock,
  suggestPairedBlock,
} from "./block-length.ts";
export {
  type Tested,
  testBlockPermutation,
  testCircularShift,
  testPairedBlocks,
  type WithinRuns,
} from "./block-tests.ts";
export { assignBlocks, drawBlocks } from "./blocks.ts";
export { bootstrapTwoLevel, expandLevel, percentileInterval } from "./bootstrap.ts";
export {
  explainableVariance,
  interSubjectCeiling,
  reliabilityOfMean,
  type Segments,
  spearmanBrown,
  splitHalf,
} from "./ceiling.ts";
export {
  type ClusterCounts,
  countClusters,
  drawFlips,
  drawShifts,
  type MapDraws,
} from "./cluster-draws.ts";
export { type ClusterTest, enhanceClusters, testClusters } from "./clusters.ts";
export { linearOverlap, overlapOfSpaces, type SpaceOverlap } from "./collinearity.ts";
export { adjust } from "./correction.ts";
export {
  bootstrapDual,
  correctDualVariance,
  type DualBootstrap,
  type DualVariances,
} from "./dual-bootstrap.ts";
export { type Equivalence, testEquivalence } from "./equivalence.ts";
export { type MainEffects, mainEffects } from "./main-effects.ts";
export { meshNeighbours, type Neighbours, vertexAreas, voxelNeighbours } from "./neighbours.ts";
export { normaliseR, normaliseR2 } from "./normalise.ts";
export {
  fullPartitionUpTo,
  type Partition,
  type PartitionPart,
  partitionSubsets,
  partitionVariance,
  type SubsetScore,
} from "./partition.ts";
export { type PowerPoint, peopleNeeded, powerOverPeople } from "./power.ts";
export { wilsonInterval } from "./proportion.ts";
export { maskByReliability, type ReliabilityMask } from "./reliability-mask.ts";
export { roundingSquares } from "./rounding.ts";
export { linearCka } from "./rsa/cka.ts";
export { compareDissimilarities, type RdmMethod } from "./rsa/compare.ts";
export {
  correlationDistances,
  crossnobisDistances,
  type Dissimilarities,
  euclideanDistances,
  type Patterns,
} from "./rsa/dissimilarity.ts";
export { noiseCovariance, noisePrecision } from "./rsa/noise.ts";
export { ceilingOfDissimilarities, type RdmCeiling } from "./rsa/rdm-ceiling.ts";
export { correlate, fisherMean, meanDefined, rSquared, splitCorrelation, splitRSquared } from "./scores.ts";
export { addShifted, countShifts, type PairedShift, testPairedShift } from "./shift-tests.ts";
export { type SignFlip, testSignFlip } from "./sign-flip.ts";
export { type AssumedDifference, type Measurement, simulateDifference } from "./simulate-difference.ts";
export { type SpecificationTest, testSpecifications } from "./specifications.ts";
