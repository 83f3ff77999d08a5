import type { Background, Category, Color, Relation, Texture } from "./scene.ts";

/** Nouns that mean the category; the first is the plainest. */
export const nouns: Readonly<Record<Category, readonly string[]>> = {
  cat: ["cat", "kitten", "tomcat", "feline"],
  dog: ["dog", "hound", "puppy", "canine"],
  car: ["car", "automobile", "sedan", "motorcar"],
  house: ["house", "cottage", "home", "bungalow"],
  tree: ["tree", "oak", "maple", "elm"],
  boat: ["boat", "sailboat", "yacht", "dinghy"],
  ball: ["ball", "football", "sphere", "globe"],
  chair: ["chair", "seat", "stool", "armchair"],
};

/** Adjectives that mean the colour. */
export const colorWords: Readonly<Record<Color, readonly string[]>> = {
  red: ["red", "crimson", "scarlet"],
  orange: ["orange", "amber"],
  yellow: ["yellow", "golden"],
  green: ["green", "emerald"],
  blue: ["blue", "azure"],
  purple: ["purple", "violet"],
  white: ["white", "snowy"],
  black: ["black", "ebony"],
};

/** Adjectives that mean small and large. */
export const sizeWords: Readonly<Record<"small" | "large", readonly string[]>> = {
  small: ["small", "little", "tiny"],
  large: ["large", "big", "huge"],
};

/** Adjectives that mean the texture; a plain surface has none. */
export const textureWords: Readonly<Record<Exclude<Texture, "plain">, readonly string[]>> = {
  striped: ["striped", "banded"],
  spotted: ["spotted", "dotted"],
  checked: ["checked", "chequered"],
};

/** Phrases that mean the place; all are one prepositional phrase. */
export const placePhrases: Readonly<Record<Background, readonly string[]>> = {
  kitchen: ["in the kitchen", "inside a kitchen", "in a tiled kitchen"],
  room: ["in the room", "inside the parlour", "in a living room"],
  street: ["on the street", "along the road", "in a city street"],
  beach: ["on the beach", "at the seaside", "by the shore"],
  forest: ["in the forest", "among the woods", "in the woodland"],
  field: ["in the field", "on a meadow", "across the grassland"],
  mountain: ["in the mountains", "below the peaks", "before the summits"],
};

/** How a relation is put into words. */
export interface RelationWords {
  /** "A stands … B". */
  readonly phrases: readonly string[];
  /** "A … B …": verb, past participle, and what follows the object or the participle. */
  readonly verbs: readonly (readonly [active: string, participle: string, after: string])[];
  /** The relation of B to A, if it has a name of its own. */
  readonly converse: Relation | null;
}

/** The words of each relation, active and passive. */
export const relationWords: Readonly<Record<Relation, RelationWords>> = {
  "left of": {
    phrases: ["to the left of", "left of", "on the left of"],
    verbs: [
      ["flanks", "flanked", "on the left"],
      ["borders", "bordered", "to the left"],
    ],
    converse: "right of",
  },
  "right of": {
    phrases: ["to the right of", "right of", "on the right of"],
    verbs: [
      ["flanks", "flanked", "on the right"],
      ["borders", "bordered", "to the right"],
    ],
    converse: "left of",
  },
  above: {
    phrases: ["above", "over", "higher than"],
    verbs: [
      ["overlooks", "overlooked", ""],
      ["surmounts", "surmounted", ""],
    ],
    converse: "below",
  },
  below: {
    phrases: ["below", "beneath", "lower than"],
    verbs: [
      ["faces", "faced", "from below"],
      ["adjoins", "adjoined", "from beneath"],
    ],
    converse: "above",
  },
  on: {
    phrases: ["on", "upon", "on top of"],
    verbs: [
      ["tops", "topped", ""],
      ["presses", "pressed", "from above"],
    ],
    converse: null,
  },
  near: {
    phrases: ["near", "beside", "close to", "next to"],
    verbs: [
      ["accompanies", "accompanied", ""],
      ["joins", "joined", ""],
    ],
    converse: "near",
  },
};

/** Verbs of being somewhere; any thing can do them. */
export const postures: readonly string[] = ["stands", "sits", "rests", "waits", "stays"];
/** Participles of being seen, for the passive of a scene with nothing but a place. */
export const sightings: readonly string[] = ["seen", "found", "spotted", "noticed"];
/** Who sees, and how, for the active of the same. */
export const watchers: readonly string[] = [
  "someone sees",
  "a visitor notices",
  "one finds",
  "somebody spots",
];

/** Prepositions of the grammar, for counting. */
export const prepositions: ReadonlySet<string> = new Set(
  "to of on in at by over above below beneath upon near beside inside along among across before from than with".split(
    " ",
  ),
);
