/** Matrices with named axes, the error class, seeded random numbers, argument checks and progress events.
 * @module core */
export { allFinite, checkFinite, checkNumber, checkSameRows, largestFinite, shapeOf } from "./check.ts";
export { EncodingError, type ErrorKind, isEncodingError } from "./error.ts";
export {
  allocate,
  asDtype,
  at,
  column,
  type Dtype,
  dtypeOf,
  type Features,
  type FloatArray,
  fromRows,
  type Matrix,
  matrix,
  type Responses,
  sliceCols,
  stackCols,
  stackRows,
  takeCols,
  takeRows,
  toDtype,
  transpose,
  zeros,
} from "./matrix.ts";
export {
  askToStop,
  createNativeState,
  enterNative,
  isInNative,
  leaveNative,
  type NativeState,
  shareNativeState,
  waitInNative,
} from "./native.ts";
export { checkCancelled, type OnProgress, type Progress } from "./progress.ts";
export { createRandom, type Random } from "./random.ts";
export { noSpare, openSpare, type Spare } from "./spare.ts";
export * as wasm from "./wasm.ts";
