import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import {
  type Caption,
  chooseMeaning,
  constructions,
  describeScene,
  drawScene,
  type Meaning,
  meaningFeatures,
  phraseMeaning,
  syntaxFeatures,
} from "./index.ts";
import { colorWords, nouns, placePhrases, relationWords, sizeWords, textureWords } from "./lexicon.ts";
import { isLarge } from "./meaning.ts";

const random = createRandom(11);
const scenes = Array.from({ length: 1500 }, () => drawScene(random));
const captions = scenes.map((scene) => describeScene(scene, random));
const meaning: Meaning = {
  objects: ["cat", "house"],
  relation: "left of",
  background: "beach",
  attributes: [{ category: "cat", kind: "color", value: "orange" }],
};

/** Reads a caption back with the lexicon alone. */
const mentions = (caption: Caption, words: readonly string[]) =>
  words.some((phrase) => ` ${caption.words.join(" ")} `.includes(` ${phrase} `));

describe("describeScene", () => {
  it("says what its meaning holds, and no other object or place", () => {
    for (const caption of captions) {
      for (const [category, words] of Object.entries(nouns))
        expect(mentions(caption, words), caption.text).toBe(
          (caption.meaning.objects as string[]).includes(category),
        );
      for (const [place, phrases] of Object.entries(placePhrases))
        expect(mentions(caption, phrases), caption.text).toBe(caption.meaning.background === place);
      for (const { kind, value } of caption.meaning.attributes) {
        const tables: Record<string, Readonly<Record<string, readonly string[]>>> = {
          color: colorWords,
          size: sizeWords,
          texture: textureWords,
        };
        expect(mentions(caption, tables[kind]?.[value] ?? []), caption.text).toBe(true);
      }
    }
  });
  it("tells only what the scene shows", () => {
    for (const [k, { meaning: said }] of captions.entries()) {
      const { objects, relation, background } = scenes[k]!;
      if (said.background !== null) expect(said.background).toBe(background);
      if (said.relation !== null) expect(said.relation).toBe(relation);
      for (const { category, kind, value } of said.attributes) {
        const object = objects.find((o) => o.category === category)!;
        expect(value).toBe(kind === "size" ? (isLarge(object) ? "large" : "small") : object[kind]);
      }
    }
  });
  it("tells the whole scene or leaves out the place or objects", () => {
    for (const [k, { meaning: said, form }] of captions.entries()) {
      const { objects } = scenes[k]!;
      const whole = said.objects.length === objects.length && said.background !== null;
      if (form.part === "whole") expect(whole).toBe(true);
      else if (objects.length > 1) expect(whole).toBe(false);
    }
    const parts = captions.filter((c) => c.form.part === "part").length / captions.length;
    expect(Math.abs(parts - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / captions.length));
  });
  it("keeps the voice that is asked for", () => {
    for (const scene of scenes.slice(0, 50)) {
      expect(describeScene(scene, random, { voice: "passive" }).form.voice).toBe("passive");
      expect(describeScene(scene, random, { voice: "active" }).form.voice).toBe("active");
    }
  });
});

describe("phraseMeaning", () => {
  it("varies the wording while the meaning stays", () => {
    const many = Array.from({ length: 300 }, () => phraseMeaning(meaning, random));
    expect(new Set(many.map((c) => c.text)).size).toBeGreaterThan(280);
    expect(new Set(many.map((c) => c.form.construction)).size).toBeGreaterThanOrEqual(9);
    expect(new Set(many.map((c) => meaningFeatures(c).values.join())).size).toBe(1);
    expect(new Set(many.map((c) => syntaxFeatures(c).values.join())).size).toBeGreaterThan(20);
  });
  it("keeps voice and meaning independent over captions", () => {
    const rate = (list: Caption[]) => list.filter((c) => c.form.voice === "passive").length / list.length;
    const withCat = captions.filter((c) => c.meaning.objects.includes("cat"));
    expect(Math.abs(rate(withCat) - 0.4)).toBeLessThan(4 * Math.sqrt(0.24 / withCat.length));
  });
  it("uses every construction, and counts clauses, order and prepositions as written", () => {
    expect(new Set(captions.map((c) => c.form.construction)).size).toBe(constructions.length);
    const bare = { ...meaning, background: null, attributes: [] };
    for (let k = 0; k < 200; k++) {
      const { words, form } = phraseMeaning(bare, random);
      const first = (list: readonly string[]) => words.findIndex((word) => list.includes(word));
      expect(form.figureFirst).toBe(first(nouns.cat) < first(nouns.house));
      expect(form.clauses).toBe(words.includes("that") ? 2 : 1);
      expect(form.voice === "passive").toBe(
        words.includes("flanked") || words.includes("bordered") || words.includes("can"),
      );
    }
  });
  it("names the converse relation when it turns the objects round", () => {
    for (let k = 0; k < 300; k++) {
      const { words, form } = phraseMeaning({ ...meaning, background: null }, random);
      const text = words.join(" ");
      const right = relationWords["right of"].phrases.some((p) => text.includes(p));
      expect(right).toBe(form.construction === "converse");
    }
  });
  it("writes sentences: a capital, a full stop, words without punctuation, fitting articles", () => {
    for (const { text, words } of captions) {
      expect(text).toMatch(/^[A-Z][a-z ,]+\.$/);
      expect(words.join(" ")).toBe(text.toLowerCase().replaceAll(/[,.]/g, ""));
      expect(text.toLowerCase()).not.toMatch(/\ba [aeiou]|\ban [^aeiou]/);
    }
  });
  it("refuses a meaning without objects or without the relation it needs", () => {
    expect(() => phraseMeaning({ ...meaning, objects: [] }, random)).toThrow(
      "phraseMeaning: needs one object, or more with a relation; got 0 and relation left of.",
    );
    expect(() => phraseMeaning({ ...meaning, relation: null }, random)).toThrow(/got 2 and relation null/);
  });
  it("draws the same caption for the same seed", () => {
    const scene = scenes[0]!;
    expect(describeScene(scene, createRandom(5))).toEqual(describeScene(scene, createRandom(5)));
    expect(chooseMeaning(scene, createRandom(5), false)).toEqual(
      chooseMeaning(scene, createRandom(5), false),
    );
  });
});
