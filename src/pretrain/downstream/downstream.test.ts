import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, type Matrix, matrix } from "../../core/index.ts";
import { worldScene } from "../data/world.ts";
import { rateOf } from "./interval.ts";
import { testLinearProbe } from "./linear-probe.ts";
import { answersTo, askScene } from "./questions.ts";
import { testRetrieval } from "./retrieval.ts";
import { testQuestions } from "./visual-questions.ts";
import { embedClasses, testZeroShot } from "./zero-shot.ts";

const rows = (list: readonly (readonly number[])[]): Matrix =>
  matrix(["stimulus", "dimension"], list.length, list[0]?.length ?? 0, Float32Array.from(list.flat()));
const draw = (random: ReturnType<typeof createRandom>, n: number, d: number) =>
  rows(Array.from({ length: n }, () => Array.from({ length: d }, () => random.normal())));
const names = (n: number) => Array.from({ length: n }, (_, k) => `caption ${k}`);

describe("testRetrieval", () => {
  it("finds all where pairs have the same embeddings, and chance is k of n", () => {
    const same = draw(createRandom(1), 40, 8);
    const unit = rows(
      Array.from({ length: 40 }, (_, i) => {
        const row = Array.from(same.data.subarray(8 * i, 8 * i + 8));
        return row.map((x) => x / Math.hypot(...row));
      }),
    );
    const { imageToText, textToImage } = testRetrieval({
      images: unit,
      texts: unit,
      captions: names(40),
      random: createRandom(1),
    });
    for (const side of [imageToText, textToImage])
      expect(Object.values(side).map(({ value, chance }) => [value, chance])).toEqual([
        [1, expect.closeTo(1 / 40, 10)],
        [1, expect.closeTo(5 / 40, 10)],
        [1, expect.closeTo(10 / 40, 10)],
      ]);
  });
  it("by hand: ranks 1, 2 and 3", () => {
    const images = rows([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const texts = rows([
      [9, 5, 6],
      [0, 4, 5],
      [0, 0, 4],
    ]); // the second picture prefers the first caption, the third both others
    const { imageToText } = testRetrieval({ images, texts, captions: names(3), random: createRandom(1) });
    expect(imageToText["R@1"].value).toBeCloseTo(1 / 3, 12);
    expect(imageToText["R@5"]).toMatchObject({ value: 1, chance: 1 });
  });
  it("takes captions of the same words for one answer, and counts that in chance", () => {
    const images = rows([
      [1, 0],
      [0, 1],
      [-1, 0],
    ]);
    const texts = rows([
      [0, 1],
      [1, 0],
      [-1, 0],
    ]);
    const test = (captions: string[]) =>
      testRetrieval({ images, texts, captions, random: createRandom(1) }).imageToText["R@1"];
    expect(test(["a cat", "a  Cat", "a dog"])).toMatchObject({
      value: 1,
      chance: expect.closeTo(1 / 2, 10),
    });
    expect(test(["a cat", "a hat", "a dog"])).toMatchObject({
      value: 1 / 3,
      chance: expect.closeTo(1 / 3, 10),
    });
  });
  it("is at chance where all embeddings are alike", () => {
    const flat = rows(Array.from({ length: 30 }, () => [1, 0]));
    const captions = names(30).map((name, k) => (k < 4 ? "the same" : name));
    const { imageToText } = testRetrieval({ images: flat, texts: flat, captions, random: createRandom(1) });
    for (const { value, chance } of Object.values(imageToText)) expect(value).toBeCloseTo(chance, 10);
  });
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "holds chance within the interval about 95 times in 100 where embeddings are noise",
    () => {
      const random = createRandom(4);
      let held = 0;
      for (let k = 0; k < 100; k++) {
        const test = testRetrieval({
          images: draw(random, 60, 4),
          texts: draw(random, 60, 4),
          captions: names(60),
          random: random.stream(`${k}`),
        });
        const { low, high, chance } = test.imageToText["R@10"];
        if (low <= chance && chance <= high) held++;
      }
      expect(held).toBeGreaterThan(86); // 4 deviations below 95
    },
  );
  it("says which sizes do not fit", () => {
    const wrong = () =>
      testRetrieval({
        images: draw(createRandom(1), 3, 2),
        texts: draw(createRandom(1), 4, 2),
        captions: names(4),
        random: createRandom(1),
      });
    expect(wrong).toThrow(/one shape, with a caption each; got 3 × 2, 4 × 2 and 4 captions/);
  });
});

describe("rateOf", () => {
  it("is the mean with the interval of a binomial share", () => {
    const right = Array.from({ length: 400 }, (_, k) => (k < 100 ? 1 : 0));
    const rate = rateOf(right, 0.1, createRandom(2));
    expect(rate).toMatchObject({ value: 0.25, chance: 0.1, items: 400 });
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
    expect(rate.low).toBeCloseTo(0.25 - half, 1.9);
    expect(rate.high).toBeCloseTo(0.25 + half, 1.9);
  });
});

describe("zero-shot classification", () => {
  const vectors: Record<string, number[]> = {
    "a cat.": [1, 0],
    "one cat": [0, 1],
    "a dog.": [-1, 0],
    "one dog": [0, -1],
  };
  const encoder = {
    texts: async (captions: readonly string[]) =>
      rows(captions.map((caption) => vectors[caption] as number[])),
  };
  it("puts names into templates and averages what comes of them to length 1", async () => {
    const classes = await embedClasses(encoder, [["cat"], ["dog"]], ["a {}.", "one {}"]);
    Array.from(classes.data).forEach(
      (x, k) => void expect(x).toBeCloseTo((k < 2 ? 1 : -1) * Math.SQRT1_2, 6),
    );
    const rate = testZeroShot({
      images: rows([
        [1, 1],
        [1, 0],
        [-1, 0],
        [-1, 2],
      ]),
      classes,
      labels: [0, 0, 1, 1],
      random: createRandom(1),
    });
    expect(rate).toMatchObject({ value: 0.75, chance: 0.5, items: 4 });
  });
  it("refuses a template without a place for the name", async () => {
    await expect(embedClasses(encoder, [["cat"]], ["a cat."])).rejects.toThrow(
      /every template needs \{\} where the name goes; got "a cat."/,
    );
  });
});

describe("testLinearProbe", () => {
  const make = (random: ReturnType<typeof createRandom>, n: number, shift: number) => {
    const labels = Array.from({ length: n }, () => random.integer(3));
    const features = rows(
      labels.map((label) => [0, 1, 2, 3].map((c) => random.normal() + (c === label ? shift : 0))),
    );
    return { features, labels };
  };
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "reaches what the best linear rule reaches on Gaussian classes, and chance on noise",
    async () => {
      const random = createRandom(8);
      const [easy, none] = [3, 0].map(
        (shift) => [make(random, 300, shift), make(random, 600, shift)] as const,
      );
      const clear = await testLinearProbe(...(easy as [never, never]), { classes: 3, random });
      // the best rule is right where one normal exceeds two others by less than 3 on average: P = ∫ φ(x) Φ(x + 3)² dx = .970
      expect(clear.value).toBeGreaterThan(0.94);
      expect(clear.chance).toBeCloseTo(1 / 3, 1);
      const noise = await testLinearProbe(...(none as [never, never]), { classes: 3, random });
      expect(Math.abs(noise.value - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 600));
    },
  );
});

describe("questions", () => {
  it("have answers that the scene shows, of the words that their subject allows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (index) => {
        const scene = worldScene({ seed: 5 }, index);
        const asked = askScene(scene, createRandom(index));
        for (const { subject, answer, text } of asked) {
          expect(answersTo[subject]).toContain(answer);
          if (subject === "relation") {
            const [a, b] =
              /the (\w+) to the (\w+)\?/
                .exec(text)
                ?.slice(1)
                .map((name) => scene.objects.find(({ category }) => category === name)) ?? [];
            const away = answer.endsWith("of") ? (b?.x ?? 0) - (a?.x ?? 0) : (b?.y ?? 0) - (a?.y ?? 0);
            expect(Math.sign(away)).toBe(answer === "left of" || answer === "above" ? 1 : -1);
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "are answered by a head that sees the answer in the features, and at chance where features are noise",
    async () => {
      const scenes = (seed: number, count: number) =>
        Array.from({ length: count }, (_, k) => worldScene({ seed }, k));
      const seen = (list: ReturnType<typeof scenes>) => ({
        scenes: list,
        pictures: list.map((_, k) => Float32Array.of(k)),
      });
      const [train, test] = [seen(scenes(1, 400)), seen(scenes(2, 200))];
      const random = createRandom(3);
      const kinds = ["color", "texture", "place", "count", "relation"].map((subject) => subject[0] as string);
      const texts = async (captions: readonly string[]) =>
        rows(
          captions.map((text) =>
            kinds.map((_, k) =>
              ["What co", "What te", "What pl", "How", "Where"].findIndex((start) =>
                text.startsWith(start),
              ) === k
                ? 1
                : 0,
            ),
          ),
        );
      let list = train.scenes;
      const knowing = {
        texts,
        images: async () => {
          const known = rows(
            list.map(({ background, objects }) => [
              ...answersTo.place.map((place) => (place === background ? 1 : 0)),
              objects.length,
            ]),
          );
          list = test.scenes;
          return known;
        },
      };
      const good = await testQuestions(knowing, train, test, {
        random: createRandom(1),
        hidden: 32,
        steps: 150,
      });
      expect(good.place?.value).toBeGreaterThan(0.95);
      expect(good.count?.value).toBeGreaterThan(0.95);
      const blind = {
        texts,
        images: async (pictures: readonly Float32Array[]) => draw(random, pictures.length, 3),
      };
      const bad = await testQuestions(blind, train, test, { random: createRandom(1), hidden: 16, steps: 60 });
      expect(bad.place?.value).toBeLessThan((bad.place?.chance ?? 0) + 4 * Math.sqrt(0.12 / 200));
    },
  );
});
