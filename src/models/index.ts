/** Foundation models: the activations of every layer of any ONNX network.
 * @module models */
export { nearNames } from "./near-names.ts";
export { floatsOf, makeTensor } from "./onnx-feeds.ts";
export {
  type MeasuredLayer,
  measureLayers,
  type OnnxFile,
  openTaps,
  readOnnx,
  type Taps,
  tap,
} from "./onnx-network.ts";
export { type Activation, type Pooling, parsePooling, pool } from "./pooling.ts";
export { type Preprocessing, preprocessPicture } from "./preprocess.ts";
export { readPreprocessing } from "./preprocess-config.ts";
export { type Network, readNetwork } from "./read-network.ts";
export { isFloat, selectLayers } from "./select-layers.ts";
