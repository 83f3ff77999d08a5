import { EncodingError, type Random } from "../core/index.ts";
import {
  colorWords,
  nouns,
  placePhrases,
  postures,
  prepositions,
  relationWords,
  sightings,
  sizeWords,
  textureWords,
  watchers,
} from "./lexicon.ts";
import { type Attribute, chooseMeaning, type Meaning } from "./meaning.ts";
import type { Category, Scene } from "./scene.ts";

/** The ways a sentence can be built. */
export const constructions = [
  "plain",
  "converse",
  "active",
  "passive",
  "existential",
  "inverted",
  "cleft",
  "passive cleft",
  "sighting",
  "passive sighting",
] as const;
/** One of {@link constructions}. */
export type Construction = (typeof constructions)[number];

/** How a caption says it. */
export interface Form {
  readonly construction: Construction;
  readonly voice: "active" | "passive";
  /** Finite verbs. */
  readonly clauses: number;
  /** Whether the caption speaks of the whole scene. */
  readonly part: "whole" | "part";
  readonly prepositions: number;
  /** Whether the place or the relation comes before the verb's subject. */
  readonly fronted: boolean;
  /** Whether the first object of the meaning is mentioned before the second. */
  readonly figureFirst: boolean;
}

/** A sentence, what it means, and how it is built. */
export interface Caption {
  /** With a capital and a full stop. */
  readonly text: string;
  /** Lower case, without punctuation. */
  readonly words: readonly string[];
  readonly meaning: Meaning;
  readonly form: Form;
}

/** What of a caption is fixed beforehand; all else is drawn. */
export interface CaptionOptions {
  readonly part?: "whole" | "part";
  readonly voice?: "active" | "passive";
}

/** Say what a scene shows.
 *
 * What is said (objects, relation, place, attributes) and how (synonyms, voice, construction, word order) are drawn
 * independently, so that wording and meaning vary apart.
 * @param random the stream to draw from.
 * @param options fixes the voice, or whether the whole scene or a part of it is told; by default one in three is a part. */
export function describeScene(scene: Scene, random: Random, options: CaptionOptions = {}): Caption {
  const draw = random.uniform() < 1 / 3 ? "part" : "whole";
  const part = options.part ?? draw;
  const meaning = chooseMeaning(scene, random, part === "part");
  return phraseMeaning(meaning, random, { ...options, part });
}

/** Put a meaning into words; many sentences have the same meaning.
 * @param options voice to use, and what to note as `form.part`.
 * @throws EncodingError "value" if the meaning has no object, or more than one and no relation. */
export function phraseMeaning(meaning: Meaning, random: Random, options: CaptionOptions = {}): Caption {
  const { objects, relation } = meaning;
  if (objects.length === 0 || (objects.length > 1 && relation === null))
    throw new EncodingError(
      "value",
      `phraseMeaning: needs one object, or more with a relation; got ${objects.length} and relation ${relation}.`,
    );
  const voice = options.voice ?? (random.uniform() < 0.4 ? "passive" : "active");
  const construction = random.pick(choices(meaning, voice));
  const core = buildCore(meaning, construction, random);
  const place = meaning.background === null ? "" : random.pick(placePhrases[meaning.background]);
  const front = place !== "" && construction !== "inverted" && random.uniform() < 0.5;
  const third = objects[2] === undefined ? null : phraseThird(meaning, objects[2], random);
  const tail = front ? "" : place;
  const sentence = join(front ? `${place},` : "", core.text, tail, third?.text ?? "");
  const words = sentence.replaceAll(",", "").split(" ");
  return {
    text: `${(sentence[0] ?? "").toUpperCase()}${sentence.slice(1)}.`,
    words,
    meaning,
    form: {
      construction,
      voice,
      clauses: core.clauses + (third?.clauses ?? 0),
      part: options.part ?? "whole",
      prepositions: words.filter((word) => prepositions.has(word)).length,
      fronted: front || construction === "inverted",
      figureFirst: core.figureFirst,
    },
  };
}

function choices({ relation }: Meaning, voice: "active" | "passive"): readonly Construction[] {
  if (relation === null)
    return voice === "passive" ? ["passive sighting"] : ["plain", "existential", "cleft", "sighting"];
  if (voice === "passive") return ["passive", "passive", "passive cleft", "passive sighting"];
  const some = ["plain", "active", "active", "existential", "inverted", "cleft", "sighting"] as const;
  return relationWords[relation].converse === null ? some : [...some, "converse"];
}

interface Core {
  readonly text: string;
  readonly clauses: number;
  readonly figureFirst: boolean;
}

/** The sentence without place and third object. */
function buildCore(meaning: Meaning, construction: Construction, random: Random): Core {
  const [figure, ground] = meaning.objects as [Category, Category?];
  const a = phraseObject(meaning, figure, random);
  const b = ground === undefined ? "" : phraseObject(meaning, ground, random);
  const words = meaning.relation === null ? null : relationWords[meaning.relation];
  const where = words === null ? "" : join(random.pick(words.phrases), b);
  const [verb, participle, after] = words === null ? ["", "", ""] : random.pick(words.verbs);
  const [posture, seen, watcher] = [random.pick(postures), random.pick(sightings), random.pick(watchers)];
  const say = (text: string, clauses = 1, figureFirst = true): Core => ({ text, clauses, figureFirst });
  switch (construction) {
    case "plain":
      return say(join(a, posture, where));
    case "converse": {
      const converse = words?.converse ?? "near";
      return say(join(b, posture, random.pick(relationWords[converse].phrases), a), 1, false);
    }
    case "active":
      return say(join(a, verb, b, after));
    case "passive":
      return say(join(b, "is", participle, after, "by", a), 1, false);
    case "existential":
      return say(join("there is", a, where));
    case "inverted":
      return say(join(where, posture, a), 1, false);
    case "cleft":
      return say(join("it is", a, "that", posture, where), 2);
    case "passive cleft":
      return say(join("it is", b, "that is", participle, after, "by", a), 2, false);
    case "sighting":
      return say(join(watcher, a, "that", posture, where), 2);
    case "passive sighting":
      return say(join(a, "can be", seen, where));
  }
}

/** The third object, coordinated or in a clause of its own. */
function phraseThird(
  meaning: Meaning,
  category: Category,
  random: Random,
): { text: string; clauses: number } {
  const object = phraseObject(meaning, category, random);
  const [form, posture] = [random.integer(3), random.pick(postures)];
  if (form === 0) return { text: join("with", object, "nearby"), clauses: 0 };
  return { text: join(form === 1 ? "while" : "and", object, posture, "nearby"), clauses: 1 };
}

/** "a small striped red cat". */
function phraseObject({ attributes }: Meaning, category: Category, random: Random): string {
  const noun = random.pick(nouns[category]);
  const own = attributes.filter((attribute) => attribute.category === category);
  const phrase = join(...own.map((attribute) => phraseAttribute(attribute, random)), noun);
  if (random.uniform() < 0.35) return `the ${phrase}`;
  return `${/^[aeio]/.test(phrase) ? "an" : "a"} ${phrase}`;
}

function phraseAttribute(attribute: Attribute, random: Random): string {
  switch (attribute.kind) {
    case "color":
      return random.pick(colorWords[attribute.value]);
    case "size":
      return random.pick(sizeWords[attribute.value]);
    case "texture":
      return random.pick(textureWords[attribute.value]);
  }
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
