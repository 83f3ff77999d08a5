/** What a program of a user looks like to the type checker: every sub-path resolves, and swapped axes do not compile. */
import { EncodingError, type Features, matrix, type Responses } from "simcortex";
import type { RegionPlan } from "simcortex/brain";
import { createRandom } from "simcortex/core";
import { fitRidge } from "simcortex/encoding";
import { openStore } from "simcortex/engine";
import { delayRuns } from "simcortex/features";
import { createGraph } from "simcortex/graph";
import { encodeNpy } from "simcortex/io";
import { openLinalg } from "simcortex/linalg";
import type { StudyResult } from "simcortex/report";
import { adjust } from "simcortex/stats";
import { renderScene } from "simcortex/stimuli";
import { runStudy } from "simcortex/study";

const X: Features = matrix(["samples", "features"], 2, 1, Float32Array.of(1, 2));
const Y: Responses = matrix(["samples", "targets"], 2, 1, Float32Array.of(1, 2));
// @ts-expect-error features are no responses
const swapped: Responses = X;
const plans: readonly RegionPlan[] = [];
const titleOf = (result: StudyResult): string => result.title;

export {
  adjust,
  createGraph,
  createRandom,
  delayRuns,
  EncodingError,
  encodeNpy,
  fitRidge,
  openLinalg,
  openStore,
  plans,
  renderScene,
  runStudy,
  swapped,
  titleOf,
  X,
  Y,
};
