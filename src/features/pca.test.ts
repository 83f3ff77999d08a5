import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { column, createRandom, type Features, fromRows, matrix, toDtype, transpose } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { applyPca, fitPca } from "./index.ts";

const linalg = createReferenceLinalg();
const X = fromRows(
  ["samples", "features"],
  [
    [2, 0, 1, 5],
    [1, 3, -1, 2],
    [0, 1, 4, -2],
    [3, 3, 3, 1],
    [-1, 2, 0, 0.5],
    [2, -2, 1, 1],
  ],
);
const draw = (seed: number, rows: number, cols: number): Features => {
  const random = createRandom(seed);
  return matrix(
    ["samples", "features"],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, (_, k) => (1 + (k % cols)) * random.normal() + 5),
  );
};
const expectClose = (got: ArrayLike<number>, wanted: readonly number[], digits = 10) => {
  expect(got.length).toBe(wanted.length);
  for (const [k, value] of wanted.entries()) expect(got[k]).toBeCloseTo(value, digits);
};

describe("fitPca", () => {
  it("agrees with the singular value decomposition of numpy 2.4, signs turned", async () => {
    const pca = await fitPca(X, 4, linalg);
    expectClose(
      pca.explained,
      [5.7969089579769095, 3.439179078014421, 2.356085951447515, 0.5536593458944966],
    );
    expect(pca.total).toBeCloseTo(12.145833333333334, 12);
    expectClose(
      pca.basis.data,
      [
        0.22892737430218393, -0.34016550880500906, 0.5973796740052036, 0.6892149222122034, -0.134896436035714,
        0.8168412908640488, 0.5596394784576177, -0.0371067545886532, -0.4813131444793163, -0.4639786454068836,
        0.5263659793138127, -0.5253573349434048, 0.8353040558930639, -0.04220839685864697, 0.2299565938566075,
        -0.49759978937403826,
      ],
    );
    expect(pca.warnings).toEqual([]);
    const scores = await applyPca(X, await fitPca(X, 2, linalg), linalg);
    expect([scores.rows, scores.cols, scores.axes]).toEqual([6, 2, ["samples", "features"]]);
    expectClose(
      scores.data.subarray(0, 4),
      [3.6409799117189148, -1.2400747030965293, 1.4640773505890294, 2.605197159690334],
    );
  });
  it("has orthonormal loadings, and scores whose variance is what it says, wide or tall", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 3, max: 14 }),
        fc.integer({ min: 2, max: 14 }),
        async (seed, rows, cols) => {
          const data = draw(seed, rows, cols);
          const k = Math.min(rows - 1, cols);
          const pca = await fitPca(data, k, linalg);
          const squares = await linalg.gemmTN(pca.basis, pca.basis);
          for (let i = 0; i < k * k; i++)
            expect(squares.data[i]).toBeCloseTo(Math.floor(i / k) === i % k ? 1 : 0, 7);
          const scores = await applyPca(data, pca, linalg);
          for (let c = 0; c < k; c++) {
            const s = column(scores, c);
            expect(s.reduce((a, x) => a + x * x, 0) / rows).toBeCloseTo(pca.explained[c] as number, 7);
            const loadings = column(pca.basis, c);
            expect(Math.max(...loadings)).toBeGreaterThanOrEqual(-Math.min(...loadings) - 1e-8);
          }
          expect(pca.explained.reduce((a, b) => a + b, 0)).toBeCloseTo(pca.total, 7);
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });
  it("gives all of X back when all components are kept", async () => {
    const data = draw(3, 5, 9); // Gram side
    const pca = await fitPca(data, 4, linalg);
    const scores = await applyPca(data, pca, linalg);
    const back = await linalg.gemmNT(matrix(["samples", "components"], 5, 4, scores.data), pca.basis);
    for (const [k, x] of data.data.entries())
      expect((back.data[k] as number) + (pca.mean[k % 9] as number)).toBeCloseTo(x, 8);
  });
  it("finds the same loadings from Gram matrix and covariance", async () => {
    const tall = draw(5, 9, 9);
    const wide = { ...tall, rows: 8, data: tall.data.subarray(0, 72) as Float64Array<ArrayBuffer> };
    const twice = matrix(["samples", "features"], 16, 9, Float64Array.of(...wide.data, ...wide.data)); // covariance side
    const [a, b] = [await fitPca(wide, 3, linalg), await fitPca(twice, 3, linalg)];
    expectClose(a.basis.data, [...b.basis.data], 7);
    expectClose(a.explained, [...b.explained], 7);
  });
  it("keeps only independent directions, and says so", async () => {
    const first = column(X, 0);
    const doubled = fromRows(
      ["samples", "features"],
      [...first].map((x, i) => [x, 2 * x, (i % 2) + x, 0.3]),
    );
    const pca = await fitPca(doubled, 4, linalg);
    expect(pca.basis.cols).toBe(2);
    expect(pca.warnings).toEqual([
      "fitPca: asked for 4 components, but 6 samples × 4 features have only 2 independent directions; kept 2.",
    ]);
    expect((await fitPca(draw(1, 3, 9), 9, linalg)).basis.cols).toBe(2); // samples − 1
  });
  it("keeps the dtype and computes in float64", async () => {
    const single = toDtype(X, "float32");
    const pca = await fitPca(single, 2, linalg);
    expect(pca.basis.data).toBeInstanceOf(Float32Array);
    expect((await applyPca(single, pca, linalg)).data).toBeInstanceOf(Float32Array);
    const double = await fitPca(X, 2, linalg);
    expectClose(pca.basis.data, [...double.basis.data], 6);
  });
  it("refuses what it cannot decompose", async () => {
    await expect(fitPca(X, 0, linalg)).rejects.toThrow(/components must be a whole number in \[1/);
    await expect(fitPca(draw(1, 1, 3), 1, linalg)).rejects.toThrow(/at least 2 samples .* got 1 samples × 3/);
    await expect(
      fitPca(
        fromRows(
          ["samples", "features"],
          [
            [1, 2],
            [1, 2],
          ],
        ),
        1,
        linalg,
      ),
    ).rejects.toThrow("fitPca: no feature varies over 2 samples × 2 features.");
    await expect(applyPca(draw(1, 2, 3), await fitPca(X, 1, linalg), linalg)).rejects.toThrow(
      "applyPca: the components were fitted on 4 features; got 2 samples × 3 features.",
    );
    // @ts-expect-error features × samples
    await expect(fitPca(transpose(X), 1, linalg)).resolves.toBeDefined();
  });
});
