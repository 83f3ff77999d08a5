/** Foundation models: the two towers of any size with their weights, and the activations of every layer of any ONNX network.
 * @module models */
export {
  type ActivationOptions,
  type Activations,
  activations,
  streamActivations,
  type TowerStimuli,
} from "./activations.ts";
export { type BertConfig, bert } from "./bert.ts";
export {
  type BlockConfig,
  denseLayer,
  firstToken,
  poolFirst,
  type TextPooling,
  type TowerOutput,
} from "./block.ts";
export {
  type BrivlConfig,
  brivl,
  brivlConfigs,
  imageTower,
  isFrozen,
  type ProjectedTower,
  textTower,
  trainableWeights,
} from "./brivl.ts";
export { type ReadBrivl, readBrivlConfig, readBrivlFolder, writeBrivlFolder } from "./brivl-folder.ts";
export { type BuiltTower, buildTower, type TowerModel, towerOf } from "./build-tower.ts";
export { type ExportTowerOptions, exportTower, meanToken, type TowerOutputName } from "./export-tower.ts";
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
export { type Grid, interpolatePositions } from "./positions.ts";
export { type Preprocessing, preprocessPicture } from "./preprocess.ts";
export { readPreprocessing } from "./preprocess-config.ts";
export { type Network, readNetwork } from "./read-network.ts";
export { isFloat, selectLayers } from "./select-layers.ts";
export { cosinePatches, wavePositions } from "./structured-start.ts";
export { parseTowerConfig, type TowerKind } from "./tower-config.ts";
export {
  type ReadTower,
  type ReadTowerOptions,
  readTowerFolder,
} from "./tower-folder.ts";
export { type VitConfig, vit, vitTokens } from "./vit.ts";
export {
  collectWeights,
  isDecayed,
  isNormScale,
  type MadeWeights,
  reuseWeights,
  startWeights,
  type Weights,
  type WeightTensors,
  weightsWithin,
} from "./weights.ts";
