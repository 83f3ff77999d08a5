/** The small compiler: values with typed shapes, their gradients, ONNX files, and training steps that ONNX Runtime runs in a worker.
 *
 * A graph is written as plain function calls on values; nothing is computed yet:
 * ```ts
 * const x = input("x", "float32", [64, 8]);
 * const w = state("w", "float32", [1, 8]);
 * const loss = mean(pow(linear(x, w), 2));
 * const [g] = gradients(loss, [w]);                       // values again
 * const step = defineStep({ outputs: { loss }, updates: adamw([w], [g], { learningRate: scalar(1e-3, "float32") }) });
 * const training = await openTraining({ step }, { w: start });
 * const { loss: now } = await training.run("step", { x: batch });
 * ```
 * `compileGraph` and `encodeGraph` make any part of it a plain ONNX file.
 * @module graph */
export { type CompileOptions, compileGraph } from "./compile.ts";
export type { ElementType, TensorData } from "./element-type.ts";
export { encodeGraph } from "./encode.ts";
export { endThread } from "./end-thread.ts";
export { gradients } from "./gradients.ts";
export { fromHalf, toHalf } from "./half.ts";
export {
  type Attribute,
  createGraph,
  type Graph,
  type GraphBuilder,
  type GraphNode,
  type GraphValue,
  type Initializer,
  type TensorInfo,
} from "./model.ts";
export { cutOnnx } from "./onnx/cut.ts";
export { decodeOnnx, type OnnxModel, type OnnxNode, type OnnxTensorInfo } from "./onnx/decode.ts";
export { type Layer, listLayers } from "./onnx/layers.ts";
export {
  add,
  addAll,
  and,
  clip,
  div,
  equal,
  greater,
  less,
  maximum,
  minimum,
  mul,
  or,
  pow,
  sub,
} from "./operators/binary.ts";
export { argMax, gather, oneHot, pick, scatterAdd, where } from "./operators/choose.ts";
export { expand } from "./operators/expand.ts";
export {
  concat,
  mergeRows,
  pad,
  patchify,
  reshape,
  slice,
  split,
  splitRows,
  transpose,
} from "./operators/layout.ts";
export { constant, input, range, scalar, state } from "./operators/leaf.ts";
export { crossEntropy } from "./operators/loss.ts";
export { l2Normalise, layerNorm, logSoftmax, softmax } from "./operators/normalise.ts";
export { linear, matmul, type Sides } from "./operators/product.ts";
export {
  logSumExp,
  max,
  mean,
  norm,
  type ReduceOptions,
  sum,
  sumOfSquares,
  sumTo,
} from "./operators/reduce.ts";
export {
  abs,
  cast,
  erf,
  exp,
  gelu,
  log,
  neg,
  normalCdf,
  not,
  relu,
  sigmoid,
  sign,
  sqrt,
  stopGradient,
  tanh,
} from "./operators/unary.ts";
export { type OperatorName, operators } from "./operators.ts";
export {
  type GraphSession,
  type OutputInfo,
  openSession,
  type SessionOptions,
  startWorker,
  type Tensor,
  type Tensors,
} from "./session.ts";
export type { Shape, Size } from "./shape.ts";
export { type AdamwOptions, adamw } from "./training/adamw.ts";
export { clipNorm } from "./training/clip-norm.ts";
export { follow, pushQueue } from "./training/momentum.ts";
export { openTraining, type Training } from "./training/session.ts";
export { defineStep, type Step, type Update } from "./training/step.ts";
export type { Operand, Operator, Value } from "./value.ts";
