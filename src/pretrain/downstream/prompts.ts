import { backgrounds, categories } from "../../stimuli/index.ts";
import { nouns, placePhrases } from "../../stimuli/lexicon.ts";

/** Words for each category of the world. */
export const categoryNames: readonly (readonly string[])[] = categories.map((category) => nouns[category]);
/** Phrases for each place of the world. */
export const placeNames: readonly (readonly string[])[] = backgrounds.map((place) => placePhrases[place]);

const places = Object.values(placePhrases).map(([first]) => first as string);
const things = Object.values(nouns).map(([first]) => first as string);

/** Prompts in the world's own manner; `{}` is where the name goes. Places (or things) vary, so that their embeddings average out. */
export const templates = {
  category: places.flatMap((place) => [`A {} stands ${place}.`, `There is a {} ${place}.`]),
  place: things.flatMap((thing) => [`A ${thing} stands {}.`, `There is a ${thing} {}.`]),
} as const;
