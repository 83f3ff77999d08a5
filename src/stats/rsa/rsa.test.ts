import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, fromRows, type Matrix, matrix, type Random } from "../../core/index.ts";
import { createReferenceLinalg } from "../../linalg/index.ts";
import {
  ceilingOfDissimilarities,
  compareDissimilarities,
  correlationDistances,
  crossnobisDistances,
  type Dissimilarities,
  euclideanDistances,
  linearCka,
  noiseCovariance,
  noisePrecision,
  type Patterns,
  type RdmMethod,
} from "../index.ts";
import { gap, mean } from "../null.fixture.ts";

/** Answers of rsatoolbox 0.3.2 and numpy (fixtures/make-rsa.py). */
const reference = JSON.parse(readFileSync(new URL("../fixtures/rsa.json", import.meta.url), "utf8"));
const methods: readonly RdmMethod[] = ["pearson", "cosine", "spearman", "rho-a", "tau-a"];
const folds: Patterns[] = reference.patterns.map((rows: number[][]) =>
  fromRows(["conditions", "channels"], rows),
);
const precision = fromRows(["channels", "channels"], reference.precision);
const rdm = (values: number[], conditions = 6): Dissimilarities => ({
  conditions,
  values: Float64Array.from(values),
});
const draw = (random: Random, rows: number, cols: number, scale = 1): Patterns =>
  matrix(
    ["conditions", "channels"],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => scale * random.normal()),
  );
const samples = (m: Matrix): Matrix<"samples"> => ({ ...m, axes: ["samples", m.axes[1]] });

describe("dissimilarities", () => {
  it("are rsatoolbox's: correlation, Euclidean, Mahalanobis, crossnobis with and without precision", () => {
    const first = folds[0]!;
    expect(gap(correlationDistances(first).values, reference.correlation)).toBeLessThan(1e-12);
    expect(gap(euclideanDistances(first).values, reference.euclidean)).toBeLessThan(1e-12);
    expect(gap(euclideanDistances(first, { precision }).values, reference.mahalanobis)).toBeLessThan(1e-10);
    expect(gap(crossnobisDistances(folds, { precision }).values, reference.crossnobis)).toBeLessThan(1e-10);
    expect(gap(crossnobisDistances(folds).values, reference.crossEuclidean)).toBeLessThan(1e-12);
  });
  it("noise covariance and precision are rsatoolbox's, shrunk", async () => {
    const residuals = fromRows(["samples", "channels"], reference.residuals);
    expect(gap(noiseCovariance(residuals).data, reference.covariance.flat())).toBeLessThan(1e-12);
    const inverse = await noisePrecision(residuals, createReferenceLinalg());
    expect(gap(inverse.data, reference.precision.flat())).toBeLessThan(1e-9);
  });
  it("crossnobis is 0 on average between conditions that do not differ, and the true distance between those that do; Euclid is neither", () => {
    const random = createRandom(1);
    const truth = [0, 0, 1, 0, 0, 0];
    const [cross, plain] = [0, 1].map(() => ({ same: [] as number[], apart: [] as number[] }));
    for (let k = 0; k < 400; k++) {
      const runs = [0, 1, 2].map(() => {
        const noise = draw(random, 3, 2, 1.5);
        return matrix(
          noise.axes,
          3,
          2,
          noise.data.map((v, i) => v + truth[i]! * 2) as Float64Array<ArrayBuffer>,
        );
      });
      const [c, e] = [crossnobisDistances(runs).values, euclideanDistances(runs[0]!).values];
      cross!.same.push(c[1]!); // conditions 0 and 2
      cross!.apart.push(c[0]!); // conditions 0 and 1: (0 − 2)² / 2
      plain!.same.push(e[1]!);
    }
    const error = (xs: number[]) => Math.sqrt(mean(xs.map((x) => (x - mean(xs)) ** 2)) / xs.length);
    expect(Math.abs(mean(cross!.same))).toBeLessThan(3.5 * error(cross!.same));
    expect(Math.abs(mean(cross!.apart) - 2)).toBeLessThan(3.5 * error(cross!.apart));
    expect(mean(plain!.same)).toBeGreaterThan(3.5);
    expect(cross!.same.filter((d) => d < 0).length).toBeGreaterThan(100); // kept
  });
  it("by hand, in the order (0,1), (0,2), (1,2); NaN for a constant pattern", () => {
    const m = fromRows(
      ["conditions", "channels"],
      [
        [0, 0],
        [1, 3],
        [2, 0],
      ],
    );
    expect([...euclideanDistances(m).values]).toEqual([5, 2, 5]);
    expect(gap(correlationDistances(m).values, [Number.NaN, Number.NaN, 2])).toBeLessThan(1e-15);
  });
  it("refuse one fold, folds that differ, NaN, and a precision of other channels", () => {
    expect(() => crossnobisDistances([folds[0]!])).toThrow(/needs at least two folds; got 1/);
    expect(() => crossnobisDistances([folds[0]!, draw(createRandom(1), 6, 4)])).toThrow(
      /got 6 × 5 and 6 × 4/,
    );
    expect(() => euclideanDistances(draw(createRandom(1), 3, 2), { precision })).toThrow(
      /must be 2 × 2 channels; got 5 × 5/,
    );
    const hole = fromRows(
      ["conditions", "channels"],
      [
        [1, Number.NaN],
        [2, 3],
      ],
    );
    expect(() => correlationDistances(hole)).toThrow(/patterns must be finite/);
    expect(() => noiseCovariance(fromRows(["samples", "channels"], [[1], [1], [1]]))).toThrow(
      /channel 0 is constant/,
    );
  });
});

describe("compareDissimilarities", () => {
  it.each(methods)("gives rsatoolbox's %s, with ties on both sides", (method) => {
    for (const [k, values] of reference.people.entries())
      expect(compareDissimilarities(rdm(reference.model), rdm(values), method)).toBeCloseTo(
        reference.compared[method][k],
        12,
      );
  });
  it("gives scipy's Kendall tau where there are no ties", () => {
    const [a, b] = [
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [2, 0, 1, 5, 3, 4, 8, 6, 7],
    ];
    expect(compareDissimilarities(rdm(a, 3), rdm(b, 3), "tau-a")).toBeCloseTo(
      reference.kendallTauBWithoutTies,
      14,
    );
  });
  it("is 1 with itself and −1 with its opposite where nothing is tied, in every method but cosine's sign", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const random = createRandom(seed);
        const values = Array.from({ length: 15 }, () => random.normal());
        for (const method of methods) {
          expect(compareDissimilarities(rdm(values), rdm(values), method)).toBeCloseTo(1, 12);
          expect(compareDissimilarities(rdm(values), rdm(values.map((v) => -v)), method)).toBeCloseTo(-1, 12);
        }
        // rank methods ignore any increasing change
        for (const method of ["spearman", "rho-a", "tau-a"] as const)
          expect(
            compareDissimilarities(rdm(values), rdm(values.map((v) => Math.exp(v))), method),
          ).toBeCloseTo(1, 12);
      }),
      { numRuns: 20, seed: 1 },
    );
  });
  it("rho-a and tau-a do not reward a model for predicting ties only, as Spearman does", () => {
    // a binary model that is right about one border, and the truth itself with one swap
    const truth = [1, 2, 3, 4, 5, 6];
    const [binary, swapped] = [
      [0, 0, 0, 1, 1, 1],
      [2, 1, 3, 4, 6, 5],
    ];
    const score = (model: number[], method: RdmMethod) =>
      compareDissimilarities(rdm(model, 4), rdm(truth, 4), method);
    expect(score(binary, "spearman")).toBeGreaterThan(score(binary, "rho-a"));
    for (const method of ["rho-a", "tau-a"] as const)
      expect(score(swapped, method)).toBeGreaterThan(score(binary, method));
  });
  it("is NaN for a constant side, and refuses NaN and other conditions", () => {
    expect(compareDissimilarities(rdm([1, 1, 1]), rdm([1, 2, 3]), "pearson")).toBeNaN();
    expect(() => compareDissimilarities(rdm([1, 2, 3], 3), rdm([1, 2, 3], 4), "cosine")).toThrow(
      /got 3 and 4/,
    );
    expect(() => compareDissimilarities(rdm([1, Number.NaN, 3], 3), rdm([1, 2, 3], 3), "cosine")).toThrow(
      /got NaN at pair 1/,
    );
  });
});

describe("ceilingOfDissimilarities", () => {
  it.each(methods)("gives rsatoolbox's lower and upper bound for %s", (method) => {
    const { lower, upper } = ceilingOfDissimilarities(
      reference.people.map((values: number[]) => rdm(values)),
      method,
    );
    expect(gap([lower, upper], reference.ceilings[method])).toBeLessThan(1e-12);
  });
  it("holds the score of the true dissimilarities between its bounds", () => {
    const random = createRandom(4);
    for (const method of ["pearson", "cosine", "spearman"] as const) {
      const [truth, lowers, uppers] = [[], [], []] as number[][];
      for (let k = 0; k < 60; k++) {
        const base = Array.from({ length: 45 }, () => 2 + random.normal());
        const people = Array.from({ length: 6 }, () =>
          rdm(
            base.map((v) => v + random.normal()),
            10,
          ),
        );
        const { lower, upper } = ceilingOfDissimilarities(people, method);
        lowers!.push(lower);
        uppers!.push(upper);
        truth!.push(mean(people.map((own) => compareDissimilarities(rdm(base, 10), own, method))));
      }
      expect(mean(lowers!)).toBeLessThan(mean(truth!));
      expect(mean(uppers!)).toBeGreaterThan(mean(truth!));
    }
  });
  it("refuses one person", () => {
    expect(() => ceilingOfDissimilarities([rdm([1, 2, 3])], "cosine")).toThrow(
      /needs at least two people; got 1/,
    );
  });
});

describe("linearCka", () => {
  const [X, Y] = [reference.cka.X, reference.cka.Y].map((rows: number[][]) =>
    fromRows(["samples", "features"], rows),
  );
  it("gives numpy's biased and debiased value", () => {
    expect(linearCka(X!, Y!, { debiased: false })).toBeCloseTo(reference.cka.biased, 12);
    expect(linearCka(X!, Y!)).toBeCloseTo(reference.cka.debiased, 12);
  });
  it("is 1 for the same set turned, moved and scaled", () => {
    const turned = matrix(
      ["samples", "features"],
      X!.rows,
      4,
      X!.data.map((_, k) => {
        const at = (j: number) => X!.data[4 * Math.floor(k / 4) + j]!;
        return 7 + 3 * [0.6 * at(0) - 0.8 * at(1), 0.8 * at(0) + 0.6 * at(1), at(3), -at(2)][k % 4]!;
      }) as Float64Array<ArrayBuffer>,
    );
    for (const debiased of [true, false]) expect(linearCka(X!, turned, { debiased })).toBeCloseTo(1, 12);
  });
  it("debiased is near 0 for sets of noise with more columns than stimuli, where the plain one is far from it", () => {
    const random = createRandom(5);
    const pairs = Array.from(
      { length: 40 },
      () => [samples(draw(random, 30, 200)), samples(draw(random, 30, 200))] as const,
    );
    expect(Math.abs(mean(pairs.map(([a, b]) => linearCka(a, b))))).toBeLessThan(0.03);
    expect(mean(pairs.map(([a, b]) => linearCka(a, b, { debiased: false })))).toBeGreaterThan(0.8);
  });
  it("is NaN for a constant side, and refuses too few or different stimuli", () => {
    expect(
      linearCka(
        fromRows(["samples", "features"], [[1], [1], [1], [1]]),
        samples(draw(createRandom(1), 4, 2)),
      ),
    ).toBeNaN();
    expect(() =>
      linearCka(samples(draw(createRandom(1), 3, 2)), samples(draw(createRandom(1), 3, 2))),
    ).toThrow(/at least 4 stimuli; got 3/);
    expect(() => linearCka(X!, samples(draw(createRandom(1), 5, 2)))).toThrow(
      /linearCka: X and Y must have the same samples/,
    );
  });
});
