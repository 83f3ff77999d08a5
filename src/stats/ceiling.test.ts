import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Responses } from "../core/index.ts";
import {
  correlate,
  explainableVariance,
  interSubjectCeiling,
  reliabilityOfMean,
  spearmanBrown,
  splitHalf,
} from "./index.ts";
import { drawAr1, drawNormal, gap, mean, responses } from "./null.fixture.ts";

/** Answers of numpy and scipy (fixtures/make-references.py). */
const references = JSON.parse(readFileSync(new URL("./fixtures/references.json", import.meta.url), "utf8"));

const reference = references.repeats;
const repeats: Responses[] = reference.repeats.map((rows: number[][]) => responses(rows));
const slice = (m: Responses, from: number, to: number): Responses =>
  matrix(m.axes, to - from, m.cols, m.data.slice(from * m.cols, to * m.cols) as Float64Array<ArrayBuffer>);

/** Repeats of one stimulus in many targets: AR(1) signal of variance `snr`, AR(1) noise of variance 1. */
function simulate(
  seed: number,
  { n, samples, targets, snr }: Record<"n" | "samples" | "targets" | "snr", number>,
) {
  const random = createRandom(seed).stream("repeats");
  const signal = drawAr1(random, samples, targets, 0.3);
  const noisy = Array.from({ length: n }, () => {
    const noise = drawAr1(random, samples, targets, 0.3);
    return matrix(
      signal.axes,
      samples,
      targets,
      noise.data.map((v, k) => v + Math.sqrt(snr) * signal.data[k]!) as Float64Array<ArrayBuffer>,
    );
  });
  return { signal, noisy };
}
const averageOf = (list: readonly Responses[]) =>
  matrix(
    list[0]!.axes,
    list[0]!.rows,
    list[0]!.cols,
    list[0]!.data.map((_, k) => mean(list.map((one) => one.data[k]!))) as Float64Array<ArrayBuffer>,
  );

describe("explainableVariance and reliabilityOfMean", () => {
  it("are numpy's mean covariance between repeats over their mean variance, and Cronbach's alpha", () => {
    expect(gap(explainableVariance(repeats), reference.explainable)).toBeLessThan(1e-13);
    expect(gap(reliabilityOfMean(repeats), reference.cronbachAlpha)).toBeLessThan(1e-13);
  });
  it("are 1 for equal repeats, and obey Spearman–Brown for repeats of equal variance", () => {
    const same = [repeats[0]!, repeats[0]!, repeats[0]!];
    expect(gap(explainableVariance(same), [1, 1, 1])).toBeLessThan(1e-12);
    const { noisy } = simulate(1, { n: 4, samples: 4000, targets: 3, snr: 0.5 });
    const single = explainableVariance(noisy);
    expect(
      gap(
        reliabilityOfMean(noisy),
        single.map((r) => (4 * r) / (1 + 3 * r)),
      ),
    ).toBeLessThan(1e-12);
  });
  it("do not change with level and scale of the responses, nor with the order of repeats", () => {
    const moved = repeats.map((one) =>
      matrix(one.axes, one.rows, one.cols, one.data.map((v) => 1e4 + 50 * v) as Float64Array<ArrayBuffer>),
    );
    expect(gap(explainableVariance(moved), explainableVariance(repeats))).toBeLessThan(1e-9);
    expect(gap(reliabilityOfMean([...repeats].reverse()), reliabilityOfMean(repeats))).toBeLessThan(1e-12);
  });
  it.each([0, 0.1, 0.35, 1, 3])("are unbiased at a simulated signal-to-noise ratio of %f", (snr) => {
    for (const n of [2, 4]) {
      const targets = 700;
      const { noisy } = simulate(2, { n, samples: 120, targets, snr });
      const spread = (xs: Float64Array) => Math.sqrt(mean(xs.map((x) => (x - mean(xs)) ** 2)) / targets);
      const single = explainableVariance(noisy);
      expect(Math.abs(mean(single) - snr / (1 + snr))).toBeLessThan(4 * spread(single) + 0.004); // ratio bias of order 1 / samples
      if (snr === 0) expect(single.filter((v) => v < 0).length / targets).toBeGreaterThan(0.4); // kept, not floored
      // without the correction, noise alone looks explainable: var(mean) / var(single) is 1 / n at no signal
      if (snr === 0) {
        const whole = averageOf(noisy);
        const power = (m: Responses) => mean(m.data.map((v) => v * v));
        expect(power(whole) / power(noisy[0]!)).toBeGreaterThan(0.9 / n);
      }
      if (snr >= 0.35)
        expect(Math.abs(mean(reliabilityOfMean(noisy)) - snr / (snr + 1 / n))).toBeLessThan(0.02);
    }
  });
  it("give the ceiling that the true signal reaches: its r² with the mean over repeats", () => {
    const { signal, noisy } = simulate(3, { n: 3, samples: 200, targets: 600, snr: 0.4 });
    const reached = mean(correlate(averageOf(noisy), signal).map((r) => r * r));
    expect(Math.abs(mean(reliabilityOfMean(noisy)) - reached)).toBeLessThan(0.01);
    expect(Math.abs(reached - 0.4 / (0.4 + 1 / 3))).toBeLessThan(0.01);
    // CC_norm of the truth is 1: r over the root of the ceiling
    const normed = mean(correlate(averageOf(noisy), signal)) / Math.sqrt(mean(reliabilityOfMean(noisy)));
    expect(Math.abs(normed - 1)).toBeLessThan(0.01);
  });
  it("average over segments, each about its own mean", () => {
    const halves = [
      explainableVariance(repeats.map((m) => slice(m, 0, 20))),
      explainableVariance(repeats.map((m) => slice(m, 20, 40))),
    ];
    const both = explainableVariance(repeats, {
      segments: [
        [0, 20],
        [20, 40],
      ],
    });
    expect(
      gap(
        both,
        halves[0]!.map((v, t) => (v + halves[1]![t]!) / 2),
      ),
    ).toBeLessThan(1e-13);
  });
  it("by hand: 0, 2 and 0, 4 share 4 of 5", () => {
    // variances 2 and 8, covariance 4
    const two = [responses([[0], [2]]), responses([[0], [4]])];
    expect(explainableVariance(two)[0]).toBeCloseTo(4 / 5, 14);
    expect(reliabilityOfMean(two)[0]).toBeCloseTo(4 / 4.5, 14);
    // opposite repeats: nothing is common; the mean has no variance that could have a reliability
    const opposite = [responses([[1], [-1]]), responses([[-1], [1]])];
    expect(explainableVariance(opposite)[0]).toBe(-1);
    expect(reliabilityOfMean(opposite)[0]).toBeNaN();
  });
  it("are NaN for constant targets of any level", () => {
    const flat = [1, 2, 3].map((k) => responses(Array.from({ length: 11 }, () => [0.1 * k])));
    expect(explainableVariance(flat)[0]).toBeNaN();
    expect(reliabilityOfMean(flat)[0]).toBeNaN();
  });
  it("refuse one repeat and repeats of different shape", () => {
    expect(() => explainableVariance([repeats[0]!])).toThrow(
      /explainableVariance: needs at least two sets of responses to the same stimulus; got 1/,
    );
    expect(() => reliabilityOfMean([repeats[0]!, slice(repeats[1]!, 0, 9)])).toThrow(
      /reliabilityOfMean: all sets need the same shape; got 40 × 3 and 9 × 3/,
    );
  });
});

describe("splitHalf", () => {
  it("gives numpy's correlation of halves stepped up to all repeats, four or five", () => {
    expect(gap(splitHalf(repeats.slice(0, 4)), reference.splitHalfOfFour)).toBeLessThan(1e-12);
    expect(gap(splitHalf(repeats), reference.splitHalfOfFive)).toBeLessThan(1e-12);
  });
  it("agrees on average with the reliability of the mean, for odd and even numbers of repeats", () => {
    for (const n of [4, 5]) {
      const { noisy } = simulate(4, { n, samples: 300, targets: 400, snr: 0.5 });
      expect(Math.abs(mean(splitHalf(noisy)) - mean(reliabilityOfMean(noisy)))).toBeLessThan(0.01);
    }
  });
  it("over random halves is less noisy than odd against even, has the same expectation and the simulated value", () => {
    const snr = 0.5;
    const { noisy } = simulate(14, { n: 6, samples: 100, targets: 200, snr });
    const spread = (xs: Float64Array) => Math.sqrt(mean(xs.map((x) => (x - snr / (snr + 1 / 6)) ** 2)));
    const many = splitHalf(noisy, { splits: 20, random: createRandom(1) });
    const [one, all] = [splitHalf(noisy), reliabilityOfMean(noisy)];
    expect(Math.abs(mean(many) - snr / (snr + 1 / 6))).toBeLessThan(0.012);
    expect(spread(many)).toBeLessThan(0.97 * spread(one));
    expect(spread(all)).toBeLessThan(1.05 * spread(many));
    const both = (seed: number) => splitHalf(noisy, { splits: 3, random: createRandom(seed) });
    expect(both(2)).toEqual(both(2));
    expect(() => splitHalf(noisy, { splits: 0, random: createRandom(1) })).toThrow(
      /splitHalf: splits .* got 0/,
    );
  });
  it("by hand: .5 twice as long is 2/3; a reliability stepped up and down again is itself", () => {
    expect(spearmanBrown(0.5, 2)).toBeCloseTo(2 / 3, 15);
    expect(spearmanBrown(spearmanBrown(0.3, 5), 1 / 5)).toBeCloseTo(0.3, 15);
    expect(spearmanBrown(-0.6, 3)).toBeNaN();
  });
  it("is NaN where no reliability has so negative a correlation", () => {
    expect(splitHalf([responses([[1], [-1]]), responses([[-1], [1]])])[0]).toBeNaN();
    expect(() => splitHalf([])).toThrow(/splitHalf: needs at least two sets .* got 0/);
  });
});

describe("interSubjectCeiling", () => {
  it("gives scipy's r of each person with the mean of the others", () => {
    const rs = interSubjectCeiling(repeats);
    for (const [k, own] of rs.entries()) expect(gap(own, reference.leaveOneOut[k])).toBeLessThan(1e-13);
  });
  it("has the expectation of a common signal in independent noise, and 0 without one", () => {
    const [n, snr] = [6, 0.5];
    const { noisy } = simulate(5, { n, samples: 300, targets: 300, snr });
    const expected = snr / Math.sqrt((snr + 1) * (snr + 1 / (n - 1)));
    for (const own of interSubjectCeiling(noisy)) expect(Math.abs(mean(own) - expected)).toBeLessThan(0.02);
    const random = createRandom(6);
    const alone = interSubjectCeiling([1, 2, 3].map(() => drawNormal(random, 100, 300)));
    for (const own of alone) expect(Math.abs(mean(own))).toBeLessThan(4 / Math.sqrt(100 * 300));
  });
  it("is no use of the person himself: a person of pure noise is near 0 though the others agree", () => {
    const { noisy } = simulate(7, { n: 4, samples: 400, targets: 50, snr: 20 });
    const rs = interSubjectCeiling([...noisy, drawNormal(createRandom(8), 400, 50)]);
    expect(mean(rs[0]!)).toBeGreaterThan(0.9);
    expect(Math.abs(mean(rs[4]!))).toBeLessThan(0.03);
  });
  it("averages segments through Fisher's z, and is NaN for a constant person", () => {
    const parts = [
      [0, 20],
      [20, 40],
    ] as const;
    const both = interSubjectCeiling(repeats, { segments: parts })[1]![0]!;
    const each = parts.map(([a, b]) => interSubjectCeiling(repeats.map((m) => slice(m, a, b)))[1]![0]!);
    expect(both).toBeCloseTo(Math.tanh((Math.atanh(each[0]!) + Math.atanh(each[1]!)) / 2), 13);
    const flat = responses(Array.from({ length: 40 }, () => [1, 2, 3]));
    expect(interSubjectCeiling([repeats[0]!, repeats[1]!, flat])[2]).toEqual(
      new Float64Array(3).fill(Number.NaN),
    );
  });
  it("refuses one person", () => {
    expect(() => interSubjectCeiling([repeats[0]!])).toThrow(/interSubjectCeiling: needs at least two sets/);
  });
});
