import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Responses, takeRows } from "../core/index.ts";
import { assignBlocks, correlate, drawBlocks, fisherMean, rSquared, splitRSquared } from "../stats/index.ts";
import { axes, combine, drawFold, targets } from "./score-fold.fixture.ts";
import type { ScoreInput } from "./score-input.ts";
import { scorePerson } from "./score-person.ts";

/** Models: 0 joint of spaces a and b, 1 a alone, 2 b alone, 3 space c, which is not part of the joint model. */
const plan = { joint: 0, alone: [1, 2, 3], without: [2, 1, null], subsets: [1, 2, 0] };

function drawInput(seed: number, { folds = 2, draws = 6, level = 0 } = {}): ScoreInput {
  const random = createRandom(seed).stream("score");
  return {
    ...plan,
    folds: Array.from({ length: folds }, (_, f) => drawFold(random, f === 0 ? [12, 9] : [17], draws, level)),
    regionOf: Int32Array.of(0, 1, 0, -1),
    regions: 3,
    constant: [],
  };
}

/** The slow way: write the drawn rows out one after the other, and score them with the functions of stats; R² about the mean of the fold. */
function plainScores(input: ScoreInput, d: number | null) {
  const perFold = input.folds.map((fold) => {
    const rows: number[] = [];
    for (let b = 0; b < fold.drawn.cols; b++) {
      const times = d === null ? 1 : fold.drawn.data[d * fold.drawn.cols + b]!;
      for (let k = 0; k < times; k++)
        for (const [i, own] of fold.blocks.entries()) if (own === b) rows.push(i);
    }
    const take = (m: Responses) => takeRows(m, Int32Array.from(rows));
    const Y = take(fold.Y);
    if (d === null) {
      const r2 = fold.predicted.map((P) => rSquared(Y, take(P)));
      const split = splitRSquared(Y, fold.parts.filter((part): part is Responses => part !== null).map(take));
      return { r: fold.predicted.map((P) => correlate(Y, take(P))), r2, split };
    }
    const column = (m: Responses, t: number) =>
      Array.from({ length: m.rows }, (_, i) => m.data[i * targets + t]!);
    const each = (f: (t: number) => number) => Float64Array.from({ length: targets }, (_, t) => f(t));
    const [total, about] = [0, 1].map((k) => (t: number) => {
      const whole = column(fold.Y, t);
      const mean = whole.reduce((x, y) => x + y, 0) / whole.length;
      return k === 1 ? mean : column(Y, t).reduce((sum, y) => sum + (y - mean) ** 2, 0);
    }) as [(t: number) => number, (t: number) => number];
    const r2 = fold.predicted.map((P) =>
      each((t) => {
        const p = column(take(P), t);
        return 1 - column(Y, t).reduce((sum, y, i) => sum + (y - p[i]!) ** 2, 0) / total(t);
      }),
    );
    const parts = fold.parts.filter((part): part is Responses => part !== null).map(take);
    const split = parts.map((part) =>
      each((t) => {
        const whole = parts.map((own) => column(own, t));
        const w = column(Y, t).map((_, i) => whole.reduce((sum, own) => sum + own[i]!, 0));
        const q = column(part, t);
        return column(Y, t).reduce((sum, y, i) => sum + q[i]! * (2 * (y - about(t)) - w[i]!), 0) / total(t);
      }),
    );
    return { r: fold.predicted.map((P) => correlate(Y, take(P))), r2, split };
  });
  const mean = (values: number[]) => values.reduce((x, y) => x + y, 0) / values.length;
  return (t: number) => {
    const r = (m: number) => fisherMean(perFold.map((fold) => fold.r[m]![t]!));
    const r2 = (m: number) => mean(perFold.map((fold) => fold.r2[m]![t]!));
    const unique = [r2(0) - r2(2), r2(0) - r2(1), Number.NaN];
    const shared = r2(0) - unique[0]! - unique[1]!;
    return {
      r: r(0),
      r2: r2(0),
      alone: [r2(1), r2(2), r2(3)],
      aloneR: [r(1), r(2), r(3)],
      unique,
      shared: [shared, shared, Number.NaN],
      subsets: [r2(1), r2(2), r2(0)],
      split: [...[0, 1].map((s) => mean(perFold.map((fold) => fold.split[s]![t]!))), Number.NaN],
    };
  };
}

describe("scorePerson", () => {
  it.each([0, 1000])(
    "gives the scores of the drawn rows written out one by one, for the data and every draw (mean response %d)",
    (level) => {
      for (const folds of [1, 2]) {
        const input = drawInput(3, { folds, level });
        const scores = scorePerson(input);
        const digits = level === 0 ? 11 : 6;
        for (const d of [null, 0, 1, 2, 3, 4, 5]) {
          const plain = plainScores(input, d);
          for (const [g, members] of [[0, 2], [1]].entries()) {
            const region = scores.regions[g]!;
            const near = (own: { value: number; draws: Float64Array }, wanted: (t: number) => number) => {
              const value = d === null ? own.value : own.draws[d]!;
              const mean = members.reduce((sum, t) => sum + wanted(t), 0) / members.length;
              if (Number.isNaN(mean)) expect(value).toBeNaN();
              else expect(value).toBeCloseTo(mean, digits);
            };
            near(region.r, (t) => plain(t).r);
            near(region.r2, (t) => plain(t).r2);
            for (const key of ["alone", "aloneR", "unique", "shared", "split"] as const)
              for (const s of [0, 1, 2]) near(region[key][s]!, (t) => plain(t)[key][s]!);
          }
          if (d === null)
            for (let t = 0; t < targets; t++) {
              expect(scores.r[t]).toBeCloseTo(plain(t).r, digits);
              expect(scores.r2[t]).toBeCloseTo(plain(t).r2, digits);
              for (const s of [0, 1]) {
                expect(scores.unique[s]![t]).toBeCloseTo(plain(t).unique[s]!, digits);
                expect(scores.alone[s]![t]).toBeCloseTo(plain(t).alone[s]!, digits);
                expect(scores.split[s]![t]).toBeCloseTo(plain(t).split[s]!, digits);
              }
            }
        }
      }
    },
  );
  it("has draws that scatter about the data's own R², for every model, where a few blocks differ in level", () => {
    const random = createRandom(4);
    const { blocks, count } = assignBlocks([60], 15);
    const level = [1.5, -1, 0.5, -1];
    const Y = matrix(
      axes,
      60,
      1,
      Float64Array.from(blocks, (b) => level[b]! + random.normal()),
    );
    const weak = matrix(
      axes,
      60,
      1,
      Float64Array.from(Y.data, (y) => 0.05 * y + 0.2),
    );
    const fold = { Y, predicted: [weak], parts: [weak], blocks, drawn: drawBlocks(random, 4000, count) };
    const input = { joint: 0, alone: [0], without: [-1], subsets: [0], folds: [fold] };
    const { regions } = scorePerson({ ...input, regionOf: Int32Array.of(0), regions: 1, constant: [] });
    const { value, draws } = regions[0]!.r2;
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    expect(value).toBeGreaterThan(0);
    expect(Math.abs(mean - value)).toBeLessThan(0.02);
    // about the drawn rows' own mean it lies far below
    const about = Float64Array.from(draws, (_, d) => {
      const rows = [...blocks.keys()].flatMap((i) =>
        new Array<number>(fold.drawn.data[d * count + blocks[i]!]!).fill(i),
      );
      return rSquared(takeRows(Y, Int32Array.from(rows)), takeRows(weak, Int32Array.from(rows)))[0]!;
    });
    expect(about.reduce((sum, one) => sum + one, 0) / draws.length).toBeLessThan(value - 0.2);
  });
  it("keeps the identities: joint = unique + unique + shared, and saved errors sum to unique variance and R²", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        for (const region of scorePerson(drawInput(seed)).regions.slice(0, 2)) {
          const [a, b] = [region.unique[0]!.value, region.unique[1]!.value];
          expect(a + b + region.shared[0]!.value).toBeCloseTo(region.r2.value, 12);
          const total = (values: Float64Array) => values.reduce((x, y) => x + y, 0);
          expect(total(region.savedBy[0]!)).toBeCloseTo(a, 12);
          expect(total(region.savedBy[1]!)).toBeCloseTo(b, 12);
          expect(total(region.saved)).toBeCloseTo(region.r2.value, 12);
        }
      }),
      { numRuns: 20, seed: 1 },
    );
  });
  it("splits the joint R² into product-measure parts that sum to it where the prediction has the level of the rows", () => {
    const input = drawInput(5, { folds: 1 });
    const fold = input.folds[0]!;
    const means = Array.from({ length: targets }, (_, t) => {
      let sum = 0;
      for (let i = 0; i < fold.Y.rows; i++) sum += fold.Y.data[i * targets + t]! / fold.Y.rows;
      return sum;
    });
    const joint = combine([fold.parts[0]!, fold.parts[1]!], [1, 1]);
    const level = matrix(
      axes,
      joint.rows,
      targets,
      joint.data.map((v, k) => v + means[k % targets]!) as Float64Array<ArrayBuffer>,
    );
    const { split, r2 } = scorePerson({
      ...input,
      folds: [{ ...fold, predicted: [level, ...fold.predicted.slice(1)] }],
    });
    for (let t = 0; t < targets; t++) expect(split[0]![t]! + split[1]![t]!).toBeCloseTo(r2[t]!, 12);
  });
  it("keeps negative scores, and gives spaces outside the joint model alone scores only", () => {
    const { regions, r2 } = scorePerson(drawInput(6));
    expect(regions[0]!.alone[2]!.value).toBeLessThan(0);
    expect(regions[0]!.unique[2]!.value).toBeNaN();
    expect(regions[0]!.savedBy[2]!.every(Number.isNaN)).toBe(true);
    expect(r2[3]).toBeGreaterThan(0); // a target of no region is scored, and counts nowhere
  });
  it("is NaN for constant targets and for regions without targets, and one undefined r takes no other with it", () => {
    const input = drawInput(7, { folds: 1 });
    const fold = input.folds[0]!;
    // its intercept, and the last digit of float32
    const flat = Float32Array.from(fold.predicted[0]!.data, (v, k) =>
      k % targets === 0 ? 0.3 + 3e-8 * (k % 3) : v,
    );
    const predicted = [matrix(axes, fold.Y.rows, targets, flat), ...fold.predicted.slice(1)];
    const scores = scorePerson({ ...input, folds: [{ ...fold, predicted }], constant: [1] });
    expect(scores.r[0]).toBeNaN(); // a constant prediction has no correlation …
    expect(scores.r2[0]).toBeLessThan(0.01); // … but an R²
    expect(scores.regions[0]!.r.value).toBeCloseTo(scores.r[2]!, 13);
    expect(scores.regions[0]!.r2.value).toBeCloseTo((scores.r2[0]! + scores.r2[2]!) / 2, 13);
    for (const g of [1, 2]) {
      expect(scores.regions[g]!.r2.value).toBeNaN();
      expect(scores.regions[g]!.unique[0]!.draws.every(Number.isNaN)).toBe(true);
    }
    expect([scores.r[1], scores.r2[1], scores.unique[0]![1]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    const Y = matrix(axes, fold.Y.rows, targets, new Float64Array(fold.Y.data.length).fill(0.1));
    expect(scorePerson({ ...input, folds: [{ ...fold, Y }] }).r2.every(Number.isNaN)).toBe(true);
  });
  it("says 0 for the joint model without its only space, so that unique is the joint R²", () => {
    const input = { ...drawInput(8), joint: 1, alone: [1], without: [-1] };
    const folds = input.folds.map((fold) => ({ ...fold, parts: [fold.parts[0]!] }));
    const { regions } = scorePerson({ ...input, folds });
    expect(regions[0]!.unique[0]).toEqual(regions[0]!.r2);
    expect(regions[0]!.alone[0]).toEqual(regions[0]!.r2);
    expect(regions[0]!.shared[0]!.value).toBe(0);
  });
});
