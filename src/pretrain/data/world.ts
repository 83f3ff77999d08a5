import { createRandom, type Random } from "../../core/index.ts";
import { aspects, type Caption, describeScene, drawScene, type Scene } from "../../stimuli/index.ts";
import { nouns } from "../../stimuli/lexicon.ts";
import type { Dataset, World } from "./dataset.ts";

/** Scene `index` of a world. */
export function worldScene({ seed, alone = 0, close = 0 }: World, index: number): Scene {
  const random = createRandom(seed).stream(`scene ${index}`);
  const scene = alone === 0 ? drawScene(random) : drawAlone(random, alone);
  return close > 0 ? moveClose(scene, close, random.stream("close")) : scene;
}

function drawAlone(random: Random, alone: number): Scene {
  const one = random.uniform() < alone;
  for (;;) {
    const scene = drawScene(random);
    if (!one || scene.objects.length === 1) return scene;
  }
}

/** See some scenes with one object from close by: its longer side takes .6 to .9 of the picture's. */
function moveClose(scene: Scene, share: number, random: Random): Scene {
  const [object, other] = scene.objects;
  if (object === undefined || other !== undefined || random.uniform() >= share) return scene;
  const size = (0.6 + 0.3 * random.uniform()) / Math.max(1, aspects[object.category]);
  const [x, y] = [0.45 + 0.1 * random.uniform(), 0.45 + 0.1 * random.uniform()];
  return { ...scene, objects: [{ ...object, size, x, y }] };
}

/** A caption of scene `index`: of its whole or of a part of it, in turn.
 * @param telling from 0: even ones tell the whole, odd ones a part. */
export function worldCaption(world: World, index: number, telling = 0): Caption {
  const random = createRandom(world.seed).stream(`caption ${index} ${telling}`);
  return describeScene(worldScene(world, index), random, { part: telling % 2 === 0 ? "whole" : "part" });
}

/** The words of a caption of scene `index`: those of {@link worldCaption}, or for a share of the tellings the objects' names alone. Of a name
 * the plainest noun of a category is taken in two of three. */
export function worldText(world: World, index: number, telling = 0): string {
  const random = createRandom(world.seed).stream(`names ${index} ${telling}`);
  if (random.uniform() >= (world.names ?? 0)) return worldCaption(world, index, telling).text;
  const names = worldScene(world, index).objects.map(({ category }) => {
    const noun = random.uniform() < 2 / 3 ? nouns[category][0] : random.pick(nouns[category]);
    return `${/^[aeio]/.test(noun as string) ? "an" : "a"} ${noun}`;
  });
  const text = names.join(" and ");
  return `${(text[0] as string).toUpperCase()}${text.slice(1)}.`;
}

/** The procedural world as a data set: scenes and captions of a grammar.
 * @param tellings captions of each scene; a different one is drawn each time it is shown. */
export function worldDataset({
  count,
  tellings = 4,
  ...world
}: World & {
  readonly count: number;
  readonly tellings?: number;
}): Dataset {
  return {
    name: `world ${world.seed}`,
    shards: [count],
    count,
    sample: (index) => ({
      key: `scene-${index}`,
      picture: { kind: "scene", world, index },
      captions: Array.from({ length: tellings }, (_, k) => worldText(world, index, k)),
    }),
  };
}

/** Many captions of scenes that no data set holds, for a vocabulary. */
export function worldTexts(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => describeScene(drawScene(random), random).text);
}
