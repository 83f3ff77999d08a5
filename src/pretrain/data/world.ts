import { createRandom, type Random } from "../../core/index.ts";
import { type Caption, describeScene, drawScene, type Scene } from "../../stimuli/index.ts";
import type { Dataset } from "./dataset.ts";

/** Scene `index` of the world of a seed. */
export function worldScene(seed: number, index: number): Scene {
  return drawScene(createRandom(seed).stream(`scene ${index}`));
}

/** A caption of scene `index`: the whole of it or, one time in three, a part.
 * @param telling which of the many things that can be said of it. */
export function worldCaption(seed: number, index: number, telling = 0): Caption {
  return describeScene(worldScene(seed, index), createRandom(seed).stream(`caption ${index} ${telling}`));
}

/** The procedural world as a data set: scenes and captions of a grammar.
 * @param tellings captions of each scene; a different one is drawn each time it is shown. */
export function worldDataset({
  seed,
  count,
  tellings = 4,
}: {
  readonly seed: number;
  readonly count: number;
  readonly tellings?: number;
}): Dataset {
  return {
    name: `world ${seed}`,
    shards: [count],
    count,
    sample: (index) => ({
      key: `scene-${index}`,
      picture: { kind: "scene", seed, index },
      captions: Array.from({ length: tellings }, (_, k) => worldCaption(seed, index, k).text),
    }),
  };
}

/** Many captions of scenes that no data set holds, for a vocabulary. */
export function worldTexts(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => describeScene(drawScene(random), random).text);
}
