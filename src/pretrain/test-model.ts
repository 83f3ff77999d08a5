import { createRandom, type Random } from "../core/index.ts";
import { backgrounds, categories, type Scene } from "../stimuli/index.ts";
import type { Dataset } from "./data/dataset.ts";
import { loadAll } from "./data/load-all.ts";
import type { LoadPool } from "./data/pool.ts";
import { worldDataset, worldScene } from "./data/world.ts";
import type { Rate } from "./downstream/interval.ts";
import { testLinearProbe } from "./downstream/linear-probe.ts";
import { categoryNames, placeNames, templates } from "./downstream/prompts.ts";
import type { Subject } from "./downstream/questions.ts";
import { type Retrieval, testRetrieval } from "./downstream/retrieval.ts";
import { testQuestions } from "./downstream/visual-questions.ts";
import { embedClasses, testZeroShot } from "./downstream/zero-shot.ts";
import type { Encoder } from "./encoder.ts";

/** What a model can do that it was not trained to do. Only what its towers allow is there. */
export interface Downstream {
  /** On held-out pairs. */
  readonly retrieval?: Retrieval;
  /** On the world: which one object a picture shows, and where it is. */
  readonly zeroShot?: { readonly category: Rate; readonly place: Rate };
  /** On the world, from the image tower's features. */
  readonly linearProbe?: { readonly category: Rate; readonly place: Rate };
  /** On the world. */
  readonly questions?: Readonly<Partial<Record<Subject, Rate>>>;
}

/** What {@link testModel} needs. */
export interface TestOptions {
  readonly encoder: Encoder;
  readonly towers: readonly ("image" | "text")[];
  readonly pool: LoadPool;
  readonly edge: number;
  readonly seed: number;
  /** Held-out pairs for retrieval. */
  readonly test: Dataset;
  /** Whether the model was trained on the world, whose tests are then done too. */
  readonly world: boolean;
}

/** Scenes of the world's tests, from worlds that no training uses. */
const sizes = { train: 1500, test: 600, most: 1000 } as const;
const worlds = { train: 900_001, test: 900_002 } as const;

/** Test a frozen model: retrieval on held-out pairs; on the world also zero-shot classes, linear probes, and questions. */
export async function testModel(options: TestOptions): Promise<Downstream> {
  const { encoder, towers, pool, edge, seed, test, world } = options;
  const random = createRandom(seed).stream("downstream");
  const [image, text] = [towers.includes("image"), towers.includes("text")];
  const out: { -readonly [K in keyof Downstream]: Downstream[K] } = {};
  if (image && text) {
    const { pictures, captions } = await loadAll(test, pool, { edge, seed, most: sizes.most });
    const embedded = { images: await encoder.images(pictures), texts: await encoder.texts(captions) };
    out.retrieval = testRetrieval({ ...embedded, captions, random: random.stream("retrieval") });
  }
  if (!world || !image) return out;
  const known = await seeScenes(worlds.train, sizes.train, pool, edge);
  const asked = await seeScenes(worlds.test, sizes.test, pool, edge);
  out.linearProbe = await probe(encoder, known, asked, random.stream("probe"));
  if (!text) return out;
  out.zeroShot = await zeroShot(encoder, asked, random.stream("zero-shot"));
  out.questions = await testQuestions(encoder, known, asked, { random: random.stream("questions") });
  return out;
}

interface Seen {
  readonly scenes: readonly Scene[];
  readonly pictures: readonly Float32Array[];
}

async function seeScenes(seed: number, count: number, pool: LoadPool, edge: number): Promise<Seen> {
  const dataset = worldDataset({ seed, count, tellings: 1 });
  const { indices, pictures } = await loadAll(dataset, pool, { edge, seed, most: count });
  return { scenes: indices.map((index) => worldScene({ seed }, index)), pictures };
}

/** Scenes with one object, whose category is the answer. */
function alone({ scenes, pictures }: Seen): Seen {
  const kept = scenes.flatMap((scene, k) => (scene.objects.length === 1 ? [k] : []));
  return {
    scenes: kept.map((k) => scenes[k] as Scene),
    pictures: kept.map((k) => pictures[k] as Float32Array),
  };
}

const categoryOf = ({ objects }: Scene) =>
  categories.indexOf(objects[0]?.category as (typeof categories)[number]);
const placeOf = ({ background }: Scene) => backgrounds.indexOf(background);

async function zeroShot(
  encoder: Encoder,
  asked: Seen,
  random: Random,
): Promise<{ category: Rate; place: Rate }> {
  const one = alone(asked);
  const test = async (
    seen: Seen,
    names: readonly (readonly string[])[],
    prompts: readonly string[],
    of: (scene: Scene) => number,
    name: string,
  ) =>
    testZeroShot({
      images: await encoder.images(seen.pictures),
      classes: await embedClasses(encoder, names, prompts),
      labels: seen.scenes.map(of),
      random: random.stream(name),
    });
  return {
    category: await test(one, categoryNames, templates.category, categoryOf, "category"),
    place: await test(asked, placeNames, templates.place, placeOf, "place"),
  };
}

async function probe(
  encoder: Encoder,
  known: Seen,
  asked: Seen,
  random: Random,
): Promise<{ category: Rate; place: Rate }> {
  const test = async (
    train: Seen,
    held: Seen,
    of: (scene: Scene) => number,
    classes: number,
    name: string,
  ) => {
    const labelled = async (seen: Seen) => ({
      features: await encoder.images(seen.pictures, "features"),
      labels: seen.scenes.map(of),
    });
    return testLinearProbe(await labelled(train), await labelled(held), {
      classes,
      random: random.stream(name),
    });
  };
  return {
    category: await test(alone(known), alone(asked), categoryOf, categories.length, "category"),
    place: await test(known, asked, placeOf, backgrounds.length, "place"),
  };
}
