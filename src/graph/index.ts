/** Small ONNX graphs: build, serialise, run with ONNX Runtime in a worker thread.
 * @module graph */
export { encodeGraph } from "./encode.ts";
export {
  type Attribute,
  createGraph,
  type ElementType,
  type Graph,
  type GraphBuilder,
  type GraphNode,
  type GraphValue,
  type Initializer,
  type TensorInfo,
} from "./model.ts";
export {
  type GraphSession,
  openSession,
  type SessionOptions,
  startWorker,
  type Tensor,
  type Tensors,
} from "./session.ts";
