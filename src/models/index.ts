/** Foundation models: the two towers of any size, their weights, and folders in Hugging Face's layout.
 * @module models */
export {
  type ActivationOptions,
  type Activations,
  activations,
  streamActivations,
  type TowerStimuli,
} from "./activations.ts";
export { type BertConfig, bert } from "./bert.ts";
export { type BlockConfig, firstToken, poolFirst, type TowerOutput } from "./block.ts";
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
export { type ReadBrivl, readBrivlFolder, writeBrivlFolder } from "./brivl-folder.ts";
export { type BuiltTower, buildTower, type TowerModel, towerOf } from "./build-tower.ts";
export { type ExportTowerOptions, exportTower, type TowerOutputName } from "./export-tower.ts";
export { type Grid, interpolatePositions } from "./positions.ts";
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
