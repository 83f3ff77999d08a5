/** Responses and regions: preprocessing, region labels, surfaces, and the virtual cohort whose truth is known.
 * @module brain */
export type { CohortPlan, CohortRun, RegionPlan } from "./cohort-plan.ts";
export type { CohortTruth } from "./cohort-truth.ts";
export { buildCortex, type Cortex, type Hemisphere } from "./cortex.ts";
export { plantRegions } from "./cortex-regions.ts";
export { meanCurvature } from "./curvature.ts";
export { drawHrf, gloverShape, type HrfShape, hrfAt, sampleHrf } from "./hrf.ts";
export { buildIcosphere, type Icosphere } from "./icosphere.ts";
export { defaultNoise, drawAr, drawDrift, drawSpikes, type NoisePlan } from "./noise.ts";
export { type Preprocessed, type PreprocessOptions, preprocessRuns } from "./preprocess.ts";
export { groupTargets, parseLabels, type RegionLabels } from "./regions.ts";
export { type Cohort, simulateCohort, type VirtualPerson } from "./simulate-cohort.ts";
export { buildSphereMesh, layOutRegions, type Mesh, type SurfaceLayout } from "./surface.ts";
