/** Steps of a study: kept under the hash of what they were computed from, computed by local workers, resumed after a kill.
 * @module engine */
export { codeVersion } from "./code-version.ts";
export { decodeContainer, encodeContainer } from "./container.ts";
export { hashBytes, hashValue, type Value } from "./hash.ts";
export { lockFolder } from "./lock.ts";
export { openPool, type Pool } from "./pool.ts";
export { keepStep, type OnStep, runSteps, type Step } from "./steps.ts";
export { openStore, type Store } from "./store.ts";
