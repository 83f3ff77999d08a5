import { type Features, fromRows } from "../core/index.ts";
import { createGaborBank } from "../features/index.ts";
import type { ModelInput } from "../simulator/index.ts";
import {
  type Caption,
  meaningFeatures,
  objectFeatures,
  renderScene,
  type Scene,
  sceneFeatures,
  syntaxFeatures,
  wordFormFeatures,
} from "../stimuli/index.ts";
import type { LabStimuli } from "./lab-brain.ts";

const bank = createGaborBank(64, 64, { frequencies: [4, 12], orientations: 4, grid: 1 });

/** What the laboratory's regions were planted to answer to, as the "activations" of a model that knows: the most that any encoder can give,
 * and the measure of how well fitting, masks and experiments do apart from the encoder. */
export function attributeModel({ pictures, sentences }: LabStimuli): ModelInput {
  return {
    id: "attributes",
    label: "planted attributes",
    description: "the attributes that the regions were planted to answer to",
    role: "control",
    senses: {
      picture: { layers: [{ name: "attributes", X: pictureAttributes(pictures) }], use: [0] },
      sentence: { layers: [{ name: "attributes", X: sentenceAttributes(sentences) }], use: [0] },
    },
  };
}

/** Gabor energy, objects and scene of pictures, (pictures × attributes). */
export function pictureAttributes(scenes: readonly Scene[]): Features {
  return fromRows(
    ["samples", "features"],
    scenes.map((scene) => [
      ...bank.apply(renderScene(scene, { size: 64 })),
      ...objectFeatures(scene).values,
      ...sceneFeatures(scene).values,
    ]),
  );
}

/** Word form (mean over the words), syntax and meaning of sentences, (sentences × attributes). */
export function sentenceAttributes(captions: readonly Caption[]): Features {
  return fromRows(
    ["samples", "features"],
    captions.map((caption) => [
      ...wordFormFeatures(caption).values,
      ...syntaxFeatures(caption).values,
      ...meaningFeatures(caption).values,
    ]),
  );
}
