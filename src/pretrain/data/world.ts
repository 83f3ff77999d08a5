import { createRandom, type Random } from "../../core/index.ts";
import { type Caption, describeScene, drawScene, type Scene } from "../../stimuli/index.ts";
import type { Dataset } from "./dataset.ts";

/** Which scenes a world is made of. */
export interface World {
  readonly seed: number;
  /** Share of scenes that are made to have one object; the others have one to three, as they are drawn. Default 0. */
  readonly alone?: number;
}

/** Scene `index` of a world. */
export function worldScene({ seed, alone = 0 }: World, index: number): Scene {
  const random = createRandom(seed).stream(`scene ${index}`);
  if (alone === 0) return drawScene(random);
  const one = random.uniform() < alone;
  for (;;) {
    const scene = drawScene(random);
    if (!one || scene.objects.length === 1) return scene;
  }
}

/** A caption of scene `index`: of its whole or of a part of it, in turn.
 * @param telling from 0: even ones tell the whole, odd ones a part. */
export function worldCaption(world: World, index: number, telling = 0): Caption {
  const random = createRandom(world.seed).stream(`caption ${index} ${telling}`);
  return describeScene(worldScene(world, index), random, { part: telling % 2 === 0 ? "whole" : "part" });
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
      captions: Array.from({ length: tellings }, (_, k) => worldCaption(world, index, k).text),
    }),
  };
}

/** Many captions of scenes that no data set holds, for a vocabulary. */
export function worldTexts(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => describeScene(drawScene(random), random).text);
}
