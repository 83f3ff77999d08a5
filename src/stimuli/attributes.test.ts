import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import {
  type Attributes,
  aspects,
  categories,
  describeScene,
  drawScene,
  meaningFeatures,
  objectFeatures,
  phraseMeaning,
  type Scene,
  sceneFeatures,
  syntaxFeatures,
  wordFormFeatures,
} from "./index.ts";

const random = createRandom(2);
const scenes = Array.from({ length: 800 }, () => drawScene(random));
const captions = scenes.map((scene) => describeScene(scene, random));
const named = ({ names, values }: Attributes) =>
  Object.fromEntries(names.map((name, j) => [name, values[j]]));

/** Smallest pivot of the correlation matrix with an intercept: 0 where a column is a sum of others. */
function smallestPivot(rows: readonly Float64Array[]): number {
  const n = rows.length;
  const columns = Array.from(rows[0]!, (_, j) => rows.map((row) => row[j]!)).map((x) => {
    const mean = x.reduce((a, b) => a + b, 0) / n;
    const size = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0));
    return x.map((v) => (v - mean) / size);
  });
  let smallest = 1;
  for (const [j, x] of columns.entries()) {
    for (const q of columns.slice(0, j)) {
      const dot = x.reduce((sum, v, i) => sum + v * q[i]!, 0);
      for (let i = 0; i < n; i++) x[i] = x[i]! - dot * q[i]!;
    }
    const left = Math.sqrt(x.reduce((a, b) => a + b * b, 0));
    smallest = Math.min(smallest, left);
    for (let i = 0; i < n; i++) x[i] = x[i]! / left;
  }
  return smallest;
}

describe("feature columns", () => {
  it("are few, named, finite, and none is a sum of the others", () => {
    const spaces = {
      object: scenes.map(objectFeatures),
      scene: scenes.map(sceneFeatures),
      meaning: captions.map(meaningFeatures),
      syntax: captions.map((caption, k) => syntaxFeatures(caption, (k % 7) / 6)),
      wordForm: captions.flatMap((c) => c.words.map(wordFormFeatures)).slice(0, 3000),
    };
    for (const [space, list] of Object.entries(spaces)) {
      expect(list[0]!.values.length, space).toBeLessThanOrEqual(10);
      expect(new Set(list[0]!.names).size).toBe(list[0]!.values.length);
      expect(list.every((x) => x.values.every(Number.isFinite))).toBe(true);
      expect(smallestPivot(list.map((x) => x.values)), space).toBeGreaterThan(0.15);
    }
  });
  it("share the categories between pictures and sentences, in the same order", () => {
    expect(objectFeatures(scenes[0]!).names).toEqual(categories);
    expect(meaningFeatures(captions[0]!).names.slice(0, 8)).toEqual(categories);
    for (const [k, scene] of scenes.entries()) {
      const caption = captions[k]!;
      const shown = objectFeatures(scene).values;
      const said = meaningFeatures(caption).values.slice(0, 8);
      expect(said.every((v, j) => v === 0 || shown[j]! > 0)).toBe(true);
      if (caption.form.part === "whole") expect(said.every((v, j) => v > 0 === shown[j]! > 0)).toBe(true);
    }
  });
});

describe("each feature space", () => {
  const scene: Scene = {
    objects: [{ category: "dog", color: "red", texture: "plain", size: 0.3, x: 0.5, y: 0.8 }],
    relation: null,
    background: "mountain",
    horizon: 0.4,
    openness: 0.6,
    light: 0.9,
    grain: 1,
  };
  it("measures objects by the area of their box", () => {
    const values = named(objectFeatures(scene));
    expect(values.dog).toBeCloseTo(aspects.dog, 12);
    expect(values.cat).toBe(0);
  });
  it("names the place but for the reference, and counts objects", () => {
    expect(Object.values(named(sceneFeatures(scene)))).toEqual([0, 0, 0, 0, 0, 0, 0.6, 0.9, 1]);
    expect(named(sceneFeatures({ ...scene, background: "street" })).street).toBe(1);
  });
  it("codes a meaning by hand", () => {
    const base = { objects: ["cat", "boat"], background: null } as const;
    const red = { category: "cat", kind: "color", value: "red" } as const;
    const blue = { category: "boat", kind: "color", value: "blue" } as const;
    const above = phraseMeaning({ ...base, relation: "above", attributes: [red] }, random);
    expect(named(meaningFeatures(above))).toMatchObject({ cat: 1, boat: 1, dog: 0, vertical: 1, warmth: 1 });
    const below = phraseMeaning({ ...base, relation: "below", attributes: [red, blue] }, random);
    expect(named(meaningFeatures(below))).toMatchObject({ vertical: -1, warmth: 0 });
  });
  it("codes the form of a caption and the place of a word in it", () => {
    const passive = captions.find((c) => c.form.voice === "passive")!;
    expect(named(syntaxFeatures(passive, 0.25))).toMatchObject({
      passive: 1,
      words: passive.words.length,
      position: 0.25,
    });
    expect(named(syntaxFeatures(passive)).position).toBe(0.5);
  });
  it("counts letters of a word, and averages over a caption", () => {
    expect(named(wordFormFeatures("Yacht"))).toMatchObject({
      letters: 5,
      vowels: 1,
      ascenders: 2,
      descenders: 1,
    });
    expect(wordFormFeatures("a").values.slice(4)).toEqual(new Float64Array(5));
    expect(wordFormFeatures("").values).toEqual(new Float64Array(9));
    const caption = captions[0]!;
    const mean = caption.words.reduce((sum, word) => sum + word.length, 0) / caption.words.length;
    expect(named(wordFormFeatures(caption)).letters).toBeCloseTo(mean, 12);
    expect(wordFormFeatures("boat").values).not.toEqual(wordFormFeatures("taob").values); // same letters, other pairs
  });
});
