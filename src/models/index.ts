/** Foundation models: the two towers of any size and their weights.
 * @module models */
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
export { type VitConfig, vit, vitTokens } from "./vit.ts";
export {
  collectWeights,
  isDecayed,
  isNormScale,
  type MadeWeights,
  reuseWeights,
  startWeights,
  type Weights,
  weightsWithin,
} from "./weights.ts";
