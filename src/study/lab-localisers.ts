import type { Random } from "../core/index.ts";
import { createGaborBank } from "../features/index.ts";
import {
  backgrounds,
  type Caption,
  categories,
  colors,
  constructions,
  describeScene,
  drawScene,
  opennessOf,
  phraseMeaning,
  renderScene,
  type Scene,
  textures,
} from "../stimuli/index.ts";

/** Sets of stimuli that differ in one thing. */
export interface LabSets {
  readonly name: string;
  readonly sense: "picture" | "sentence";
  readonly sets: readonly { readonly name: string; readonly stimuli: readonly (Scene | Caption)[] }[];
}

/** Which contrasts localise a planted region: all of the first, none of the second. */
export interface LabLocaliser {
  readonly region: string;
  readonly all: readonly string[];
  readonly none: readonly string[];
}

/** Draw the localiser sets of the virtual laboratory. Within a set all else varies as in the world, or is held, so that the sets of a contrast
 * differ in the named thing alone. @param count stimuli of each set. */
export function drawLocaliserSets(random: Random, { count = 24 } = {}): LabSets[] {
  const pictures = (
    name: string,
    kinds: readonly string[],
    make: (kind: string, base: Scene) => Scene,
  ): LabSets => {
    const stream = random.stream(name);
    const bases = Array.from({ length: count }, () => oneObject(stream));
    return {
      name,
      sense: "picture",
      sets: kinds.map((kind) => ({ name: kind, stimuli: bases.map((base) => make(kind, base)) })),
    };
  };
  const alone = (base: Scene, change: Partial<Scene["objects"][number]>): Scene => ({
    ...base,
    objects: base.objects.map((object) => ({ ...object, ...change })),
  });
  return [
    pictures("object seen", categories, (kind, base) =>
      alone(base, { category: kind as Scene["objects"][number]["category"] }),
    ),
    pictures("place seen", backgrounds, (kind, base) => ({
      ...base,
      background: kind as Scene["background"],
      openness: opennessOf[kind as Scene["background"]],
    })),
    edgesSeen(random.stream("edges seen"), count),
    objectsRead(random.stream("object read"), count),
    formsRead(random.stream("construction read"), count),
    ...wordsRead(random.stream("word read"), count),
  ];
}

function oneObject(random: Random): Scene {
  for (;;) {
    const scene = drawScene(random);
    if (scene.objects.length === 1) return scene;
  }
}

/** Pictures of the same three things at one place, sorted by their edges alone: little and much Gabor energy, mostly one orientation and mostly another. */
function edgesSeen(random: Random, count: number): LabSets {
  const base = oneObject(random);
  const colorNames = Object.keys(colors) as (keyof typeof colors)[];
  const variants = Array.from({ length: 20 * count }, (): Scene => {
    const objects = (["house", "car", "ball"] as const).map((category, k) => ({
      category,
      color: random.pick(colorNames),
      texture: random.pick(textures),
      size: category === "car" ? 0.28 : 0.38,
      x: 0.2 + 0.3 * k,
      y: 0.6 + 0.2 * random.uniform(),
    }));
    const place = {
      background: "field",
      openness: 0.85,
      light: 0.9,
      horizon: 0.25 + 0.5 * random.uniform(),
    } as const;
    return { ...base, ...place, relation: "left of", grain: random.integer(2 ** 31), objects };
  });
  const energies = variants.map((scene) => edgeBank.apply(renderScene(scene, { size: 64 })));
  const by = (value: (energy: ArrayLike<number>) => number) =>
    variants
      .map((scene, k) => ({ scene, value: value(energies[k] as ArrayLike<number>) }))
      .sort((a, b) => a.value - b.value)
      .map(({ scene }) => scene);
  const total = by((energy) => Array.from(energy).reduce((a, b) => a + b, 0));
  const turned = by((energy) => (energy[0] as number) / ((energy[2] as number) + 1e-9));
  const sets = [
    { name: "little", stimuli: total.slice(0, count) },
    { name: "much", stimuli: total.slice(-count) },
    { name: "upright", stimuli: turned.slice(0, count) },
    { name: "level", stimuli: turned.slice(-count) },
  ];
  return { name: "edges seen", sense: "picture", sets };
}

const edgeBank = createGaborBank(64, 64, { frequencies: [4, 12], orientations: 4, grid: 1 });

/** Sentences about one object each, all plain. */
function objectsRead(random: Random, count: number): LabSets {
  const sets = categories.map((category) => ({
    name: category,
    stimuli: Array.from({ length: count }, () =>
      phraseUntil(
        random,
        () => ({ objects: [category], relation: null, background: random.pick(backgrounds), attributes: [] }),
        () => true,
      ),
    ),
  }));
  return { name: "object read", sense: "sentence", sets };
}

/** The same meanings in different constructions. */
function formsRead(random: Random, count: number): LabSets {
  const kinds = ["plain", "active", "passive", "passive cleft", "existential", "cleft"].filter((kind) =>
    (constructions as readonly string[]).includes(kind),
  );
  const meanings = Array.from({ length: count }, () => {
    for (;;) {
      const { meaning } = describeScene(drawScene(random), random);
      if (meaning.relation !== null && meaning.objects.length === 2) return { ...meaning, attributes: [] };
    }
  });
  const sets = kinds.map((kind) => ({
    name: kind,
    stimuli: meanings.map((meaning) =>
      phraseUntil(
        random,
        () => meaning,
        ({ form }) => form.construction === kind,
        kind.startsWith("passive") ? "passive" : "active",
      ),
    ),
  }));
  return { name: "construction read", sense: "sentence", sets };
}

/** The same thing said by another noun: nothing differs but what the words look like. */
function wordsRead(random: Random, count: number): LabSets[] {
  return categories.map((category): LabSets => {
    const meaning = { objects: [category], relation: null, background: null, attributes: [] };
    const said = new Map<string, Caption[]>();
    for (let k = 0; k < 40 * count; k++) {
      const caption = phraseMeaning(meaning, random, { voice: "active" });
      if (caption.form.construction !== "plain") continue;
      const noun = caption.words[1] ?? "";
      said.set(noun, [...(said.get(noun) ?? []), caption]);
    }
    return {
      name: `word read: ${category}`,
      sense: "sentence",
      sets: [...said]
        .filter(([, list]) => list.length >= count)
        .map(([name, list]) => ({ name, stimuli: list.slice(0, count) })),
    };
  });
}

function phraseUntil(
  random: Random,
  meaning: () => Caption["meaning"],
  fits: (caption: Caption) => boolean,
  voice: "active" | "passive" = "active",
): Caption {
  for (let k = 0; k < 500; k++) {
    const caption = phraseMeaning(meaning(), random, { voice });
    if (fits(caption)) return caption;
  }
  throw new Error("phraseUntil: the grammar has no such sentence");
}
