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
export { selectLayers } from "./select-layers.ts";
