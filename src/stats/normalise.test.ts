import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Responses } from "../core/index.ts";
import {
  correlate,
  explainableVariance,
  normaliseR,
  normaliseR2,
  reliabilityOfMean,
  rSquared,
} from "./index.ts";
import { drawAr1, gap, mean } from "./null.fixture.ts";

const combine = (A: Responses, a: number, B: Responses, b: number): Responses =>
  matrix(A.axes, A.rows, A.cols, A.data.map((v, k) => a * v + b * B.data[k]!) as Float64Array<ArrayBuffer>);

describe("normaliseR and normaliseR2", () => {
  it("by hand: .3 under a ceiling of .36 is .5; .09 is a quarter of it", () => {
    expect(gap(normaliseR([0.3, -0.3, 0.9], [0.36, 0.36, 0.36]), [0.5, -0.5, 1.5])).toBeLessThan(1e-15);
    expect(gap(normaliseR2([0.09, -0.09], [0.36, 0.36]), [0.25, -0.25])).toBeLessThan(1e-15);
  });
  it.each([0.15, 0.5, 2])(
    "give back what a model knows of the signal, at a signal-to-noise ratio of %f, for the mean and for single presentations",
    (snr) => {
      // the model holds .6 of the variance of the signal, and nothing else
      const random = createRandom(1).stream(String(snr));
      const [samples, targets, known] = [300, 200, 0.6];
      const [signal, other] = [
        drawAr1(random, samples, targets, 0.4),
        drawAr1(random, samples, targets, 0.4),
      ];
      const model = combine(signal, known, other, Math.sqrt(known * (1 - known)));
      const repeats = [0, 1, 2].map(() =>
        combine(signal, Math.sqrt(snr), drawAr1(random, samples, targets, 0.4), 1),
      );
      const whole = combine(combine(repeats[0]!, 1 / 3, repeats[1]!, 1 / 3), 1, repeats[2]!, 1 / 3);
      const scaled = combine(model, Math.sqrt(snr), model, 0);
      const summary = (scores: Float64Array, ceiling: Float64Array) =>
        [normaliseR(scores, ceiling), normaliseR2(scores, ceiling)].map((own) =>
          mean(own.filter(Number.isFinite)),
        );
      // a mean ceiling of all targets: a ratio of noisy numbers one by one is biased where the ceiling is small
      const level = (ceiling: Float64Array) => new Float64Array(ceiling.length).fill(mean(ceiling));
      const [r] = summary(correlate(whole, model), level(reliabilityOfMean(repeats)));
      const [single] = summary(correlate(repeats[0]!, model), level(explainableVariance(repeats)));
      const [, r2] = summary(rSquared(whole, scaled), level(reliabilityOfMean(repeats)));
      expect(Math.abs(r! - Math.sqrt(known))).toBeLessThan(0.02);
      expect(Math.abs(single! - Math.sqrt(known))).toBeLessThan(0.02);
      expect(Math.abs(r2! - known)).toBeLessThan(0.02);
      // without the ceiling the same model looks as poor as the noise is large
      expect(mean(correlate(repeats[0]!, model))).toBeLessThan(
        0.95 * Math.sqrt((known * snr) / (1 + snr)) + 0.05,
      );
    },
  );
  it("are undefined where nothing can be explained, and refuse lists that do not fit", () => {
    expect([...normaliseR([0.1, 0.1, 0.1], [0, -0.1, Number.NaN])]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(() => normaliseR2([0.1], [0.1, 0.2])).toThrow(
      /normaliseR2: every target needs a ceiling; got 1 scores and 2 ceilings/,
    );
  });
});
