import { describe, expect, it } from "vitest";
import { createRandom, type Features, fromRows, matrix } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { applyProjection, drawProjection } from "./index.ts";

const linalg = createReferenceLinalg();

describe("drawProjection", () => {
  it("keeps squared lengths on average, with the spread that theory says", async () => {
    const random = createRandom(7);
    const [n, p, k] = [200, 40, 64];
    const X: Features = matrix(
      ["samples", "features"],
      n,
      p,
      Float64Array.from({ length: n * p }, random.normal),
    );
    const projected = await applyProjection(X, drawProjection(createRandom(1), p, k), linalg);
    const ratios = Array.from(
      { length: n },
      (_, i) => squares(projected, i) / squares(X, i), // a chi-square of k degrees over k, shared draws
    );
    const mean = ratios.reduce((a, b) => a + b, 0) / n;
    expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(2 / (k * p))); // ‖P‖²/p is a mean of p·k squares
    expect(Math.max(...ratios)).toBeLessThan(1 + 5 * Math.sqrt(2 / k));
    expect(Math.min(...ratios)).toBeGreaterThan(1 - 5 * Math.sqrt(2 / k));
  });
  it("is fixed by the stream, and rows do not depend on how many features follow", () => {
    const a = drawProjection(createRandom(3).stream("p"), 5, 4);
    const b = drawProjection(createRandom(3).stream("p"), 9, 4);
    expect(b.data.subarray(0, 20)).toEqual(a.data);
    expect(drawProjection(createRandom(3), 2, 2, { dtype: "float32" }).data).toBeInstanceOf(Float32Array);
  });
  it("follows X's dtype and is linear, by hand", async () => {
    const P = fromRows(["features", "components"], [[1], [-2]]);
    const out = await applyProjection(
      fromRows(
        ["samples", "features"],
        [
          [3, 1],
          [0, 1],
        ],
        "float32",
      ),
      P,
      linalg,
    );
    expect([...out.data]).toEqual([1, -2]);
    expect(out.data).toBeInstanceOf(Float32Array);
  });
  it("refuses sizes that do not fit", async () => {
    const P = drawProjection(createRandom(0), 3, 2);
    await expect(applyProjection(fromRows(["samples", "features"], [[1]]), P, linalg)).rejects.toThrow(
      "the projection was drawn for 3 features; got 1 samples × 1 features.",
    );
    expect(() => drawProjection(createRandom(0), 0, 2)).toThrow(/features must be a whole number in \[1/);
  });
});

function squares(m: Features, i: number): number {
  let sum = 0;
  for (let j = 0; j < m.cols; j++) sum += (m.data[i * m.cols + j] as number) ** 2;
  return sum;
}
