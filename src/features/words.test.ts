import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, column } from "../core/index.ts";
import { bareWord, canonicalHrf, convolve, lookUpVectors, wordFeatures } from "./index.ts";

const vectors = {
  alice: [1, 2],
  rabbit: [3, 4],
  "don't": [5, 6],
  "tea-party": [7, 8],
  US: [9, 9],
  us: [0, 1],
};
const data = process.env.SIMCORTEX_DATA ?? "../shared/data";
const alice = join(data, "alice", "DownTheRabbitHoleFinal_exp120_pad_1.TextGrid");
const published = join(data, "alice", "sept18-generic-predictors-under-hrf-with-logfrqhal.txt");
const glove = join(data, "words", "glove-50d-5k.json");

describe("wordFeatures", () => {
  it.skipIf(!existsSync(alice))("gives Brennan et al.'s published word rate for Alice, under the HRF", () => {
    const ends = readAlice().map((w) => ({ ...w, onset: w.onset + w.duration })); // they count at word offsets
    const fine = convolve(wordFeatures(ends, { tr: 0.1, samples: 7440 }).X, canonicalHrf({ step: 0.1 }));
    const lines = readFileSync(published, "utf8").trim().split("\n");
    const theirs = lines.map((line) => Number(line.split("\t")[0]));
    const ours = lines.map((_, k) => at(fine, 20 * k, 0)); // TR 2 s
    expect(ours.length).toBe(372);
    expect(correlation(ours, theirs)).toBeGreaterThan(0.985);
    const late = lines.map((_, k) => at(fine, Math.max(0, 20 * k - 10), 0)); // a second off is worse
    expect(correlation(late, theirs)).toBeLessThan(0.97);
  });
  it("counts words and letters where words begin, by hand", () => {
    const words = [
      { text: "Alice", onset: 0.2, duration: 0.4 },
      { text: "was", onset: 1.9, duration: 0.4 },
      { text: "—", onset: 2.5, duration: 0.1 },
      { text: "Rabbit-hole,", onset: 4, duration: 0.5 },
      { text: "late", onset: 6, duration: 0.5 },
    ];
    const { name, columns, X } = wordFeatures(words, { tr: 2, samples: 3 });
    expect([name, columns]).toEqual(["words", ["word rate", "letters"]]);
    expect([...column(X, 0)]).toEqual([2, 0, 1]);
    expect([...column(X, 1)]).toEqual([8, 0, 10]);
  });
  it("keeps the number of words of the run", () => {
    const words = fc.array(
      fc.record({
        text: fc.stringMatching(/^[a-z]{1,9}$/),
        onset: fc.double({ min: 0, max: 39.9, noNaN: true }),
        duration: fc.constant(0.3),
      }),
    );
    fc.assert(
      fc.property(words, (list) => {
        const { X } = wordFeatures(list, { tr: 1.5, samples: 27 });
        expect(column(X, 0).reduce((a, b) => a + b, 0)).toBe(list.length);
        expect(column(X, 1).reduce((a, b) => a + b, 0)).toBe(list.map((w) => w.text).join("").length);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe("lookUpVectors", () => {
  it("finds words in spite of case, punctuation and possessives", () => {
    const said = ["Alice's", "“Rabbit!”", "don’t", "Tea-Party.", "US", "Us", "ALICE’S", "rabbits"];
    const { values, missing } = lookUpVectors(said, vectors);
    expect([...values.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 0, 1, 1, 2, 0, 0]);
    expect(missing).toEqual(["rabbits"]);
  });
  it.skipIf(!existsSync(alice) || !existsSync(glove))(
    "knows most words of Alice in 5,050 words of GloVe",
    () => {
      const words = readAlice().map((w) => w.text);
      const { values, missing } = lookUpVectors(words, JSON.parse(readFileSync(glove, "utf8")));
      expect([words.length, values.cols]).toEqual([2127, 50]);
      const unknown = words.filter((w) => missing.includes(w)).length;
      expect(unknown).toBe(239); // names, "curtseying" …
    },
  );
  it("reports each unknown word once and never takes one from the prototype", () => {
    const { values, missing } = lookUpVectors(
      ["constructor", "toString", "__proto__", "", "toString"],
      vectors,
    );
    expect(missing).toEqual(["constructor", "toString", "__proto__", ""]);
    expect(values.data.every((x) => x === 0)).toBe(true);
  });
  it("gives every word the row of its own place", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("alice", "rabbit", "nobody")), (words) => {
        const { values } = lookUpVectors(words, vectors);
        expect(values.rows).toBe(words.length);
        for (const [i, word] of words.entries())
          expect(values.data[2 * i]).toBe(word === "alice" ? 1 : word === "rabbit" ? 3 : 0);
      }),
      { seed: 2, numRuns: 50 },
    );
  });
  it("refuses tables that are empty, ragged or damaged", () => {
    expect(() => lookUpVectors(["a"], {})).toThrow(/table of word vectors is empty/);
    expect(() => lookUpVectors(["b"], { a: [1], b: [1, 2] })).toThrow(
      'must have 1 numbers, as the first has; "b" has 2',
    );
    expect(() => lookUpVectors(["a"], { a: [1, Number.NaN] })).toThrow('"a" has NaN at 1');
  });
});

describe("bareWord", () => {
  it("is stable: the bare word of a bare word is itself, but for nested possessives", () => {
    expect(["Rabbit's", "  (Oh!) ", "'tis", "1865.", "don't", "O’Brien’s"].map(bareWord)).toEqual([
      "rabbit",
      "oh",
      "tis",
      "1865",
      "don't",
      "o'brien",
    ]);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z.,!-]{0,12}$/), (word) => {
        expect(bareWord(bareWord(word))).toBe(bareWord(word));
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});

/** The words of the chapter; "sp" is a pause. */
function readAlice() {
  const intervals = /xmin = ([\d.]+)\s+xmax = ([\d.]+)\s+text = "([^"]*)"/g;
  return [...readFileSync(alice, "utf8").matchAll(intervals)]
    .map(([, from, to, text]) => ({
      text: text ?? "",
      onset: Number(from),
      duration: Number(to) - Number(from),
    }))
    .filter(({ text }) => text !== "sp" && text !== "");
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const z = (x: readonly number[]) => {
    const mean = x.reduce((s, v) => s + v, 0) / x.length;
    const size = Math.hypot(...x.map((v) => v - mean));
    return x.map((v) => (v - mean) / size);
  };
  const [za, zb] = [z(a), z(b)];
  return za.reduce((sum, v, i) => sum + v * (zb[i] as number), 0);
}
