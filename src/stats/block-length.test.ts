import { describe, expect, it } from "vitest";
import { createRandom, matrix } from "../core/index.ts";
import {
  expectedLevel,
  expectedPairedLevel,
  suggestBlock,
  suggestPairedBlock,
  testBlockPermutation,
  testPairedBlocks,
} from "./index.ts";
import { drawAr1, drawNormal, drawSmooth } from "./null.fixture.ts";
import { normalCdf, normalQuantile } from "./student.ts";

const runLengths = [2000, 2000];

describe("expectedLevel", () => {
  it("is what the theory of AR(1) on both sides gives: V_b / V = 1 − m / b, m = 2 c / (1 − c²) · …", () => {
    // c(k) = φ^k with φ = .6 · .5: Σ k φ^k = φ / (1 − φ)², Σ φ^k = φ / (1 − φ)
    const random = createRandom(1);
    const [Y, P] = [drawAr1(random, 4000, 30, 0.6), drawAr1(random, 4000, 30, 0.5)];
    const phi = 0.3;
    const mean = (2 * phi) / (1 - phi) ** 2 / (1 + (2 * phi) / (1 - phi));
    for (const block of [10, 20, 40]) {
      const theory = normalCdf(normalQuantile(0.05) * Math.sqrt(1 - mean / block));
      expect(Math.abs(expectedLevel(Y, P, { runLengths, block }) - theory)).toBeLessThan(0.0006);
    }
  });
  it("is what the test measures: 2,000 null targets with noise of .6 and smooth predictions, blocks of 5", () => {
    const random = createRandom(2);
    let [passed, expected] = [0, 0];
    for (let k = 0; k < 20; k++) {
      const [Y, P] = [drawAr1(random, 240, 100, 0.6), drawSmooth(random, 240, 100)];
      const how = { runLengths: [240], block: 5 };
      passed +=
        testBlockPermutation(Y, P, { ...how, draws: 59, random }).p.filter((p) => p <= 0.05).length / 2000;
      expected += expectedLevel(Y, P, how) / 20;
    }
    expect(Math.abs(passed - expected)).toBeLessThan(3 * Math.sqrt((0.07 * 0.93) / 2000));
    expect(expected).toBeGreaterThan(0.062);
  });
  it("is the level itself for independent samples", () => {
    const random = createRandom(3);
    const [Y, P] = [drawNormal(random, 4000, 10), drawNormal(random, 4000, 10)];
    expect(expectedLevel(Y, P, { runLengths, block: 1 })).toBeCloseTo(0.05, 2);
    expect(expectedLevel(Y, P, { runLengths, block: 10, level: 0.01 })).toBeCloseTo(0.01, 2);
  });
});

describe("suggestBlock", () => {
  it("gives the shortest block that holds the level, longer for slower signals", () => {
    const random = createRandom(4);
    const Y = drawAr1(random, 4000, 20, 0.6);
    const lengths = [0, 0.5, 0.9].map((rho) => {
      const P = drawAr1(random, 4000, 20, rho);
      const { block, expected } = suggestBlock(Y, P, { runLengths, least: 1 });
      expect(expected).toBeLessThanOrEqual(0.055);
      if (block! > 1) expect(expectedLevel(Y, P, { runLengths, block: block! - 1 })).toBeGreaterThan(0.055);
      return block!;
    });
    expect(lengths[0]).toBeLessThan(4);
    expect(lengths[1]).toBeGreaterThan(8);
    expect(lengths[2]).toBeGreaterThan(25);
  });
  it("says null where half of the longest run is too short: shift instead", () => {
    const random = createRandom(5);
    const [Y, P] = [drawAr1(random, 60, 20, 0.9), drawAr1(random, 60, 20, 0.95)];
    const { block, expected } = suggestBlock(Y, P, { runLengths: [60] });
    expect(block).toBeNull();
    expect(expected).toBeGreaterThan(0.055);
  });
  it("skips constant targets, and refuses data without any that varies or runs that do not add up", () => {
    const random = createRandom(6);
    const [Y, P] = [drawAr1(random, 200, 1, 0.6), drawSmooth(random, 200, 1)];
    const wide = matrix(
      Y.axes,
      200,
      2,
      Float64Array.from({ length: 400 }, (_, k) => (k % 2 ? 1 : Y.data[k / 2]!)),
    );
    const both = matrix(
      P.axes,
      200,
      2,
      Float64Array.from({ length: 400 }, (_, k) => P.data[Math.floor(k / 2)]!),
    );
    const how = { runLengths: [200] };
    expect(suggestBlock(wide, both, how).block).toBe(suggestBlock(Y, P, how).block);
    const flat = matrix(Y.axes, 200, 1, new Float64Array(200));
    expect(() => suggestBlock(flat, P, how)).toThrow(/every side must vary in at least one target/);
    expect(() => suggestBlock(Y, P, { runLengths: [100] })).toThrow(
      /the runs have 100, the data 200 and 200/,
    );
  });
  it("is at least 10 TRs unless asked for less", () => {
    const random = createRandom(7);
    const [Y, P] = [drawNormal(random, 4000, 5), drawNormal(random, 4000, 5)];
    expect(suggestBlock(Y, P, { runLengths }).block).toBe(10);
    expect(suggestBlock(Y, P, { runLengths, least: 1 }).block).toBeLessThan(3);
  });
});

describe("expectedPairedLevel and suggestPairedBlock", () => {
  it("are what exchanging blocks of an AR(1) series measures: 2 Φ(−z √(1 − m / b))", () => {
    const random = createRandom(8);
    const saved = drawAr1(random, 4000, 60, 0.7);
    const mean = (2 * 0.7) / 0.3 ** 2 / (1 + (2 * 0.7) / 0.3);
    const theory = 2 * normalCdf(normalQuantile(0.025) * Math.sqrt(1 - mean / 12));
    expect(Math.abs(expectedPairedLevel(saved, { runLengths, block: 12 }) - theory)).toBeLessThan(0.006); // sampling error
    const { block, expected } = suggestPairedBlock(saved, { runLengths });
    expect(expected).toBeLessThanOrEqual(0.055);
    expect(expectedPairedLevel(saved, { runLengths, block: block! - 1 })).toBeGreaterThan(0.055);
    // measured: 2,000 series of 20 blocks
    let passed = 0;
    for (let k = 0; k < 20; k++) {
      const series = drawAr1(random, 240, 100, 0.7);
      const sums = matrix(["blocks", "targets"], 20, 100, new Float64Array(2000));
      for (const [j, value] of series.data.entries())
        sums.data[Math.floor(j / 1200) * 100 + (j % 100)]! += value;
      const none = matrix(["blocks", "targets"], 20, 100, new Float64Array(2000));
      const how = { alternative: "two-sided", random, draws: 199 } as const;
      passed += testPairedBlocks(none, sums, how).p.filter((p) => p <= 0.05).length / 2000;
    }
    expect(Math.abs(passed - theory)).toBeLessThan(3 * Math.sqrt((theory * (1 - theory)) / 2000));
  });
});
