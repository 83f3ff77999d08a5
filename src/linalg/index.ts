/** Products and decompositions behind one interface; backends from the machine, with our own as the default.
 * @module linalg */
export type { Eigh, Linalg, Svd } from "./linalg.ts";
export { createReferenceLinalg } from "./reference.ts";
