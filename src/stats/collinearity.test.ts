import { describe, expect, it } from "vitest";
import { createRandom, type Features, matrix, type Random } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { linearOverlap, overlapOfSpaces } from "./index.ts";

const linalg = createReferenceLinalg();
const features = (random: Random, rows: number, cols: number): Features =>
  matrix(
    ["samples", "features"],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
const mix = (A: Features, noise: Features, share: number): Features =>
  matrix(
    A.axes,
    A.rows,
    A.cols,
    A.data.map(
      (v, k) => Math.sqrt(share) * v + Math.sqrt(1 - share) * noise.data[k]!,
    ) as Float64Array<ArrayBuffer>,
  );

describe("linearOverlap", () => {
  it("is 1 for the same features in another basis, level and scale", async () => {
    const A = features(createRandom(1), 60, 3);
    const turned = matrix(
      A.axes,
      60,
      3,
      A.data.map((_, k) => {
        const i = 3 * Math.floor(k / 3);
        const [a, b, c] = [A.data[i]!, A.data[i + 1]!, A.data[i + 2]!];
        return [100 + a + b, a - b + c, 1e-3 * (b + 2 * c)][k % 3]!;
      }) as Float64Array<ArrayBuffer>,
    );
    expect(await linearOverlap(A, turned, linalg)).toBeGreaterThan(0.999);
  });
  it("finds a planted share, and what chance gives: columns / samples", async () => {
    const random = createRandom(2);
    const A = features(random, 2000, 4);
    const B = mix(A, features(random, 2000, 4), 0.7);
    expect(Math.abs((await linearOverlap(A, B, linalg)) - 0.7)).toBeLessThan(0.03);
    const chance = await linearOverlap(features(random, 200, 5), features(random, 200, 20), linalg);
    expect(Math.abs(chance - 20 / 199)).toBeLessThan(0.05);
  });
  it("is not symmetric: a part lies wholly in the whole, the whole only partly in the part", async () => {
    const whole = features(createRandom(3), 500, 4);
    const part = matrix(
      whole.axes,
      500,
      1,
      Float64Array.from({ length: 500 }, (_, i) => whole.data[4 * i]!),
    );
    expect(await linearOverlap(part, whole, linalg)).toBeGreaterThan(0.999);
    expect(Math.abs((await linearOverlap(whole, part, linalg)) - 0.25)).toBeLessThan(0.01);
  });
  it("leaves constant columns out, and is NaN if all are", async () => {
    const A = features(createRandom(4), 50, 2);
    const held = matrix(A.axes, 50, 2, A.data.map((v, k) => (k % 2 ? 3 : v)) as Float64Array<ArrayBuffer>);
    expect(await linearOverlap(held, A, linalg)).toBeGreaterThan(0.999);
    const flat = matrix(A.axes, 50, 2, new Float64Array(100).fill(0.1));
    expect(await linearOverlap(flat, A, linalg)).toBeNaN();
    expect(await linearOverlap(A, flat, linalg)).toBeCloseTo(0, 12);
  });
  it("names both shapes when the rows differ", async () => {
    const random = createRandom(5);
    await expect(linearOverlap(features(random, 5, 1), features(random, 6, 1), linalg)).rejects.toThrow(
      /linearOverlap: A and B must have the same samples; got A 5 samples × 1 features and B 6/,
    );
  });
});

describe("overlapOfSpaces", () => {
  it("finds a space that no other holds alone but two hold together, and is near 0 for columns of noise", async () => {
    const random = createRandom(7);
    const [a, b, noise] = [features(random, 300, 2), features(random, 300, 2), features(random, 300, 40)];
    const spaces = [
      { name: "a", X: a },
      { name: "b", X: b },
      { name: "sum", X: mix(a, b, 0.5) },
      { name: "noise", X: noise },
    ];
    const overlaps = await overlapOfSpaces(spaces, linalg);
    const [, , sum, own] = overlaps;
    expect(overlaps.map(({ space }) => space)).toEqual(["a", "b", "sum", "noise"]);
    expect(sum!.withOthers).toBeGreaterThan(0.99);
    expect(Math.abs(sum!.withEach[0]! - 0.5)).toBeLessThan(0.1);
    expect(sum!.withEach[2]).toBe(1);
    // 40 of 300 columns would predict .13 by chance
    expect(await linearOverlap(a, noise, linalg)).toBeGreaterThan(0.08);
    expect(overlaps[0]!.withEach[3]).toBeLessThan(0.05);
    expect(own!.withOthers).toBeLessThan(0.03);
  });
  it("is undefined where the others have as many columns as there are samples, and refuses different rows", async () => {
    const random = createRandom(8);
    const wide = { name: "wide", X: features(random, 20, 20) };
    const slim = { name: "slim", X: features(random, 20, 1) };
    const [first, second] = await overlapOfSpaces([slim, wide], linalg);
    expect(first!.withOthers).toBeNaN();
    expect(second!.withOthers).not.toBeNaN();
    expect((await overlapOfSpaces([slim], linalg))[0]!.withOthers).toBe(0);
    await expect(overlapOfSpaces([slim, { name: "b", X: features(random, 19, 1) }], linalg)).rejects.toThrow(
      /linearOverlap: A and B must have the same samples/,
    );
    await expect(overlapOfSpaces([], linalg)).rejects.toThrow(/needs at least one feature space/);
  });
});
