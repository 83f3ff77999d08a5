import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, EncodingError, isEncodingError, type Random } from "../core/index.ts";
import { partitionSubsets, partitionVariance, percentileInterval } from "./index.ts";
import { gap, mean } from "./null.fixture.ts";

const seeds = fc.integer({ min: 0, max: 1e6 });
const names = (k: number) => ["a", "b", "c", "d", "e", "f"].slice(0, k);
const partOf = (partition: ReturnType<typeof partitionVariance>, spaces: string) =>
  partition.parts.find((part) => part.spaces.join("") === spaces)?.share as Float64Array;

/** R² of least squares of y on some columns of a Gram matrix with y as its last row: by elimination, an oracle of its own. */
function leastSquares(gram: readonly (readonly number[])[], picked: readonly number[]): number {
  const y = gram.length - 1;
  const rows = [...picked, y].map((i) => [...picked, y].map((j) => gram[i]![j]!));
  for (let k = 0; k < picked.length; k++)
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j < rows.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  return 1 - rows.at(-1)!.at(-1)! / gram[y]![y]!;
}

/** Scores of all models of `columns` of two columns a space. */
function scoresOf(spaces: readonly string[], columns: readonly Float64Array[], y: Float64Array) {
  const all = [...columns, y].map((x) => {
    const level = mean(x);
    return x.map((v) => v - level);
  });
  const gram = all.map((u) => all.map((v) => u.reduce((sum, value, i) => sum + value * v[i]!, 0)));
  return partitionSubsets(spaces).map((subset) => {
    const picked = subset.flatMap((space) => [2 * spaces.indexOf(space), 2 * spaces.indexOf(space) + 1]);
    return { spaces: subset, score: Float64Array.of(leastSquares(gram, picked)) };
  });
}
const noise = (random: Random, n: number) => Float64Array.from({ length: n }, () => random.normal());

describe("partitionSubsets", () => {
  it("lists all sets of up to 4 spaces, and beyond those that unique parts need", () => {
    expect(partitionSubsets(["x", "y"])).toEqual([["x"], ["y"], ["x", "y"]]);
    expect([1, 2, 3, 4].map((k) => partitionSubsets(names(k)).length)).toEqual([1, 3, 7, 15]);
    expect(partitionSubsets(names(5))).toEqual([
      ["b", "c", "d", "e"],
      ["a", "c", "d", "e"],
      ["a", "b", "d", "e"],
      ["a", "b", "c", "e"],
      ["a", "b", "c", "d"],
      ["a", "b", "c", "d", "e"],
    ]);
  });
});

describe("partitionVariance", () => {
  it("gives the seven parts of three spaces as commonality analysis writes them out", () => {
    // de Heer et al. 2017: e.g. part ab = R²(ac) + R²(bc) − R²(c) − R²(abc)
    const random = createRandom(1);
    const R = Object.fromEntries(
      partitionSubsets(names(3)).map((set) => [set.join(""), Float64Array.of(random.uniform())]),
    ) as Record<string, Float64Array>;
    const r = (set: string) => R[set]![0]!;
    const scores = Object.entries(R).map(([set, score]) => ({ spaces: set.split(""), score }));
    const partition = partitionVariance(names(3), scores);
    const written = {
      a: r("abc") - r("bc"),
      b: r("abc") - r("ac"),
      c: r("abc") - r("ab"),
      ab: r("ac") + r("bc") - r("c") - r("abc"),
      ac: r("ab") + r("bc") - r("b") - r("abc"),
      bc: r("ab") + r("ac") - r("a") - r("abc"),
      abc: r("a") + r("b") + r("c") - r("ab") - r("ac") - r("bc") + r("abc"),
    };
    expect(partition.parts.map((part) => part.spaces.join(""))).toEqual(Object.keys(written));
    for (const [set, value] of Object.entries(written))
      expect(partOf(partition, set)[0]).toBeCloseTo(value, 14);
  });
  it("finds planted parts of four spaces: two unique ones, one of two, one of three", () => {
    // latent sources; each space holds its sources in its two columns, turned against each other
    const random = createRandom(2);
    const n = 10_000;
    const [ua, uc, ab, bcd, own] = [1, 2, 3, 4, 5].map(() => noise(random, n)) as Float64Array[];
    const empty = () => noise(random, n);
    const turn = (x: Float64Array, z: Float64Array) => [
      x.map((v, i) => v + z[i]!),
      x.map((v, i) => v - z[i]!),
    ];
    const columns = [turn(ua!, ab!), turn(ab!, bcd!), turn(uc!, bcd!), turn(bcd!, empty())].flat();
    const weights = [3, 2, 4, 1]; // of ua, uc, ab, bcd: shares 9, 4, 16, 1 of 40, noise 10
    const y = own!.map(
      (v, i) =>
        Math.sqrt(10) * v +
        weights[0]! * ua![i]! +
        weights[1]! * uc![i]! +
        weights[2]! * ab![i]! +
        weights[3]! * bcd![i]!,
    );
    const partition = partitionVariance(names(4), scoresOf(names(4), columns, y));
    const planted: Record<string, number> = { a: 9 / 40, c: 4 / 40, ab: 16 / 40, bcd: 1 / 40 };
    for (const { spaces, share } of partition.parts)
      expect(Math.abs(share[0]! - (planted[spaces.join("")] ?? 0))).toBeLessThan(0.02);
    expect(Math.abs(partition.joint[0]! - 30 / 40)).toBeLessThan(0.02);
  });
  it("sums to the joint score, and to the score of every model over the parts that meet its spaces", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 4 }), (seed, k) => {
        const random = createRandom(seed);
        const scores = partitionSubsets(names(k)).map((spaces) => ({ spaces, score: noise(random, 3) }));
        const partition = partitionVariance(names(k), scores);
        for (const { spaces, score } of scores) {
          const met = partition.parts.filter((part) => part.spaces.some((space) => spaces.includes(space)));
          const sum = score.map((_, t) => met.reduce((total, { share }) => total + share[t]!, 0));
          expect(gap(sum, score)).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });
  it("with five spaces gives each unique part and one shared rest", () => {
    const random = createRandom(3);
    const scores = partitionSubsets(names(5)).map((spaces) => ({ spaces, score: noise(random, 2) }));
    const { kind, parts, joint } = partitionVariance(names(5), scores);
    expect([kind, parts.length]).toEqual(["unique", 6]);
    expect(
      gap(
        parts[1]!.share,
        joint.map((v, t) => v - scores[1]!.score[t]!),
      ),
    ).toBeLessThan(1e-15);
    expect(
      gap(
        joint.map((_, t) => parts.reduce((sum, { share }) => sum + share[t]!, 0)),
        joint,
      ),
    ).toBeLessThan(1e-12);
  });
  it("keeps a negative shared part: two spaces that only predict together", () => {
    const scores = [
      { spaces: ["a"], score: Float64Array.of(0.05) },
      { spaces: ["b"], score: Float64Array.of(0) },
      { spaces: ["b", "a"], score: Float64Array.of(0.5) },
    ];
    expect(partOf(partitionVariance(["a", "b"], scores), "ab")[0]).toBeCloseTo(-0.45, 14);
  });
  it("turns bootstrap draws of scores into draws of parts, whose interval covers the planted part, wide where spaces are collinear", () => {
    // the unique part of a, over samples: its spread grows as a's own direction shrinks, although the planted weight is the same
    const width = (overlap: number) => {
      const random = createRandom(4).stream(String(overlap));
      const draws = Array.from({ length: 200 }, () => {
        const n = 80;
        const [a, b, y] = [noise(random, n), noise(random, n), noise(random, n)];
        const own = a.map((v, i) => Math.sqrt(overlap) * b[i]! + Math.sqrt(1 - overlap) * v);
        const spare = [noise(random, n), noise(random, n)] as const;
        const target = y.map((v, i) => v + own[i]! + b[i]!);
        return scoresOf(["a", "b"], [own, spare[0], b, spare[1]], target);
      });
      const scores = partitionSubsets(["a", "b"]).map((spaces, k) => ({
        spaces,
        score: Float64Array.from(draws, (draw) => draw[k]!.score[0]!),
      }));
      const { parts } = partitionVariance(["a", "b"], scores);
      const { low, high } = percentileInterval(parts[0]!.share, 0.9);
      return { middle: mean(parts[0]!.share), relative: (high - low) / mean(parts[0]!.share) };
    };
    const [apart, alike] = [width(0), width(0.95)];
    expect(apart.middle).toBeGreaterThan(5 * alike.middle);
    expect(alike.relative).toBeGreaterThan(2 * apart.relative);
  });
  it("is NaN in a target whose score is undefined, and in no other", () => {
    const scores = partitionSubsets(["a", "b"]).map((spaces) => ({
      spaces,
      score: Float64Array.of(Number.NaN, 0.5),
    }));
    for (const { share } of partitionVariance(["a", "b"], scores).parts) {
      expect(share[0]).toBeNaN();
      expect(share[1]).not.toBeNaN();
    }
  });
  it("names the model that is missing, and refuses a space named twice", () => {
    const scores = [{ spaces: ["a", "b"], score: Float64Array.of(1) }];
    expect(() => partitionVariance(["a", "b"], scores)).toThrow(
      /partitionVariance: 2 spaces need the score of the model b; it is not among the 1 given/,
    );
    expect(() =>
      partitionVariance(["a", "b"], [...scores, { spaces: ["b"], score: new Float64Array(2) }]),
    ).toThrow(/all models need the same targets; b has 2, the joint model 1/);
    const twice = () => partitionSubsets(["a", "a"]);
    expect(twice).toThrow(EncodingError);
    try {
      twice();
    } catch (error) {
      expect(isEncodingError(error, "option")).toBe(true);
    }
  });
});
