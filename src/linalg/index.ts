/** Products and decompositions behind one interface; backends from the machine, with our own as the default.
 * @module linalg */
export { blasHint, slowNotice } from "./find-blas.ts";
export { type BackendReport, inspectMachine, type MachineReport } from "./inspect-machine.ts";
export type { Columns, Eigh, Linalg, Qr, Svd } from "./linalg.ts";
export { type Backend, type LinalgOptions, openLinalg } from "./open-linalg.ts";
export { packedIndex, packedLength } from "./packed.ts";
export { createReferenceLinalg } from "./reference.ts";
