import type { Caption } from "./grammar.ts";
import {
  aspects,
  type Background,
  backgrounds,
  type Category,
  type Color,
  categories,
  type Scene,
} from "./scene.ts";

/** Numbers of one stimulus in one feature space. */
export interface Attributes {
  readonly names: readonly string[];
  readonly values: Float64Array<ArrayBuffer>;
}

/** Which objects a scene shows: one column a category, the area of its box in units of a box of side 0.3.
 *
 * The columns come first in {@link meaningFeatures} too, in the same order. */
export function objectFeatures({ objects }: Scene): Attributes {
  const values = new Float64Array(categories.length);
  for (const { category, size } of objects)
    values[categories.indexOf(category)] = (size * size * aspects[category]) / 0.09;
  return { names: categories, values };
}

const sceneNames = [...backgrounds.slice(0, -1), "openness", "light", "objects"];

/** Where a scene takes place: one column a background (the last one, the reference, has none), openness, light, and the
 * number of objects. */
export function sceneFeatures({ background, openness, light, objects }: Scene): Attributes {
  const values = new Float64Array(sceneNames.length);
  if (background !== referencePlace) values[backgrounds.indexOf(background)] = 1;
  values.set([openness, light, objects.length], backgrounds.length - 1);
  return { names: sceneNames, values };
}

const referencePlace: Background = backgrounds[backgrounds.length - 1] as Background;
const meaningNames = [...categories, "vertical", "warmth"];
const warmth: Readonly<Record<Color, number>> = {
  red: 1,
  orange: 1,
  yellow: 1,
  green: -1,
  blue: -1,
  purple: -1,
  white: 0,
  black: 0,
};

/** What a caption says: one column a category that is mentioned (in the order of {@link objectFeatures}), `vertical` (+1
 * when the first object is above or on the second, −1 when below), and `warmth` (warm minus cool colours mentioned). Synonyms, voice and word
 * order leave all columns as they are. */
export function meaningFeatures({ meaning }: Caption): Attributes {
  const { objects, relation, attributes } = meaning;
  const values = new Float64Array(meaningNames.length);
  for (const category of objects) values[categories.indexOf(category as Category)] = 1;
  if (relation === "above" || relation === "on") values[categories.length] = 1;
  if (relation === "below") values[categories.length] = -1;
  values[categories.length + 1] = attributes.reduce(
    (sum, a) => sum + (a.kind === "color" ? warmth[a.value] : 0),
    0,
  );
  return { names: meaningNames, values };
}

const syntaxNames = ["passive", "clauses", "words", "prepositions", "fronted", "figureFirst", "position"];

/** How a caption is built: passive, clauses, words, prepositions, whether a phrase is fronted and whether the figure is
 * named before the ground, and how far the sentence has come.
 * @param position of the present word, 0 (first) to 1 (last); 0.5 stands for the sentence as a whole. */
export function syntaxFeatures({ form, words }: Caption, position = 0.5): Attributes {
  const { voice, clauses, prepositions, fronted, figureFirst } = form;
  const passive = voice === "passive" ? 1 : 0;
  const order = [fronted ? 1 : 0, figureFirst ? 1 : 0];
  return {
    names: syntaxNames,
    values: Float64Array.from([passive, clauses, words.length, prepositions, ...order, position]),
  };
}

const bigramColumns = 5;
const wordNames = [
  "letters",
  "vowels",
  "ascenders",
  "descenders",
  ...Array.from({ length: bigramColumns }, (_, k) => `bigrams ${k + 1}`),
];

/** What a word looks like: letters, vowels, letters with strokes above and below the line, and pairs of neighbouring
 * letters hashed with a sign into a few columns. Of a caption: the mean over its words.
 * @param written a word (case does not matter) or a caption. */
export function wordFormFeatures(written: Caption | string): Attributes {
  const words = typeof written === "string" ? [written] : written.words;
  const values = new Float64Array(wordNames.length);
  for (const word of words) {
    const letters = word.toLowerCase().replaceAll(/[^a-z]/g, "");
    const counts = [
      letters.length,
      count(letters, /[aeiou]/g),
      count(letters, /[bdfhklt]/g),
      count(letters, /[gjpqy]/g),
    ];
    for (const [k, value] of counts.entries()) values[k] = (values[k] as number) + value / words.length;
    addBigrams(letters, values, 1 / words.length);
  }
  return { names: wordNames, values };
}

function count(letters: string, kind: RegExp): number {
  return letters.match(kind)?.length ?? 0;
}

function addBigrams(letters: string, values: Float64Array, weight: number): void {
  for (let k = 0; k + 1 < letters.length; k++) {
    const pair = 26 * (letters.charCodeAt(k) - 97) + letters.charCodeAt(k + 1) - 97;
    const hash = Math.imul(pair + 1, 0x9e3779b1) >>> 0;
    const at = wordNames.length - bigramColumns + ((hash >>> 8) % bigramColumns);
    values[at] = (values[at] as number) + (hash >>> 31 === 1 ? -weight : weight);
  }
}
