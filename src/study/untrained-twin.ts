import { createRandom } from "../core/index.ts";
import { hashValue } from "../engine/index.ts";
import {
  buildTower,
  collectWeights,
  startWeights,
  type TowerModel,
  type WeightTensors,
} from "../models/index.ts";
import type { StudyModel, StudyTower } from "./study-model.ts";

const untrained = "untrained";

/** Give every model an untrained twin: towers of the same sizes that see and read the same, with weights drawn by the study's seed as
 * `simcortex pretrain` draws the start of a training (but not the start of these models, unless it had the same seed and usual settings). One twin
 * serves all models of the same sizes; models that bring an untrained one have it already.
 * @param taken names that are in use.
 * @returns the models, and after them the twins, which are controls. */
export function addUntrained(
  models: readonly StudyModel[],
  seed: number,
  taken: readonly string[] = [],
): StudyModel[] {
  const there = new Set(models.filter(isUntrained).map(sizesOf));
  const asked = models.filter((model) => !model.control && !there.has(sizesOf(model)));
  const groups = new Map<string, StudyModel[]>();
  for (const model of asked) groups.set(sizesOf(model), [...(groups.get(sizesOf(model)) ?? []), model]);
  const names = new Set([...models.map(({ name }) => name), ...taken]);
  const twins = [...groups.values()].map((own): StudyModel => {
    const [first] = own as [StudyModel];
    const plain = groups.size === 1 && !names.has(untrained);
    const of = own.map(({ name }) => name).join(" and ");
    return {
      name: plain ? untrained : `${untrained} ${first.name}`,
      description: `made for this study: sizes of ${of}, weights drawn from seed ${seed}`,
      control: true,
      towers: first.towers.map((tower) => untrain(tower, seed)),
    };
  });
  return [...models, ...twins];
}

function isUntrained({ name, towers }: StudyModel): boolean {
  return towers.every(({ signal }) => signal === untrained) || /\buntrained\b/iu.test(name);
}

function sizesOf({ towers }: StudyModel): string {
  return hashValue(towers.map(({ sense, sizes }) => [sense, sizes]));
}

function untrain(tower: StudyTower, seed: number): StudyTower {
  return {
    ...tower,
    signal: untrained,
    drawn: seed,
    facts: { ...tower.facts, steps: "0", ...("seed" in tower.facts && { seed: `${seed}, of the study` }) },
    hash: hashValue([tower.hash, untrained, seed]),
  };
}

/** Weights as a training starts with, by the names of the tower.
 * @source startWeights; `simcortex pretrain` with its usual deviation (.02). */
export function drawTower(model: TowerModel, seed: number): WeightTensors {
  const { weights, made } = collectWeights("float32");
  buildTower(model, weights, { type: "float32" });
  return startWeights(made, createRandom(seed).stream("weights"));
}
