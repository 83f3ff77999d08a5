import { describe, expect, it } from "vitest";
import { createRandom, type Matrix, matrix } from "../../src/core/index.ts";
import { createReferenceLinalg } from "../../src/linalg/index.ts";
import { copyDecomposed, countFlops, measureSpeed } from "./flops.ts";

const random = createRandom(1);
const filled = <R extends string, C extends string>(
  axes: readonly [R, C],
  rows: number,
  cols: number,
): Matrix<R, C> =>
  matrix(
    axes,
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );

describe("countFlops", () => {
  it("counts a product as 2 m n k and a symmetric one as n (n + 1) k", async () => {
    const { linalg, tally } = countFlops(createReferenceLinalg());
    const a = filled(["i", "k"], 3, 4);
    await linalg.gemm(a, filled(["k", "j"], 4, 5));
    expect(tally.flops).toBe(2 * 3 * 4 * 5);
    await linalg.gemmNT(a, filled(["j", "k"], 5, 4));
    await linalg.gemmTN(a, filled(["i", "j"], 3, 5));
    expect(tally.flops).toBe(3 * 2 * 3 * 4 * 5);
    await linalg.syrkTN(a);
    expect(tally.flops).toBe(3 * 2 * 3 * 4 * 5 + 4 * 5 * 3);
  });

  it("counts predictions, and their inner products as 2 a pair of blocks and column", async () => {
    const { linalg, tally } = countFlops(createReferenceLinalg());
    const sums = filled(["t", "sums"], 7, 6);
    await linalg.addGrams(
      sums,
      filled(["t", "k"], 7, 3),
      filled(["predictions", "k"], 2 * 5, 3),
      filled(["t", "w"], 7, 5),
      1,
    );
    expect(tally.flops).toBe(2 * 7 * 3 * 10 + 7 * 3 * 4 * 5);
  });

  it("counts a solution as its factor and 2 n² a row, and keeps the factors by size", async () => {
    const { linalg, tally } = countFlops(createReferenceLinalg());
    const a = await linalg.syrkTN(filled(["k", "i"], 9, 6));
    const before = tally.flops;
    await linalg.solveRight(filled(["row", "i"], 4, 6), a, 0.5);
    expect(tally.flops - before).toBe(6 ** 3 / 3 + 2 * 36 * 4);
    expect(tally.factorFlops).toBe(72);
    expect([...tally.factors]).toEqual([["6 float64", 1]]);
    const sides = [1, 2].map((ridge) => ({ b: filled(["row", "i"], 4, 6), ridge }));
    await linalg.solveRights(sides, a as Matrix<"i", "i">);
    expect([...tally.factors]).toEqual([["6 float64", 3]]);
  });

  it("counts systems that a backend solves together as if alone, but as no factors that could be timed", async () => {
    const { linalg, tally } = countFlops({ ...createReferenceLinalg(), together: 20 });
    const a = await linalg.syrkTN(filled(["k", "i"], 9, 6));
    const before = tally.flops;
    const sides = [1, 2].map((ridge) => ({ b: filled(["row", "i"], 4, 6), ridge }));
    await linalg.solveRights(sides, a as Matrix<"i", "i">);
    expect(tally.flops - before).toBe(2 * (6 ** 3 / 3 + 2 * 36 * 4));
    expect([tally.factorFlops, tally.factors.size]).toEqual([0, 0]);
  });

  it("gives the answers of the backend that it counts", async () => {
    const bare = createReferenceLinalg();
    const [a, b] = [filled(["i", "k"], 3, 4), filled(["k", "j"], 4, 5)];
    expect((await countFlops(bare).linalg.gemm(a, b)).data).toEqual((await bare.gemm(a, b)).data);
  });
});

describe("measureSpeed", () => {
  it("gives times above 0, none for no decompositions", async () => {
    const { linalg, tally } = countFlops(createReferenceLinalg());
    const how = { n: 60, tries: 2 };
    const first = await measureSpeed(linalg, "float64", tally, new Map(), how);
    expect(first.rate).toBeGreaterThan(0);
    expect(first.cpuRate).toBeGreaterThan(0);
    const none = { seconds: 0, cpuSeconds: 0 };
    expect([first.factors, first.eigh]).toEqual([none, none]);
    const gram = await linalg.syrkTN(filled(["k", "i"], 20, 12));
    await linalg.solveRight(filled(["row", "i"], 1, 12), gram);
    await linalg.eigh(gram);
    expect([...tally.eigh]).toEqual([["12 float64", 1]]);
    const copies = await copyDecomposed(linalg, tally, (copying) => copying.eigh(gram));
    expect([...copies].map(([size, { data }]) => [size, data])).toEqual([["12 float64", gram.data]]);
    const { factors, eigh } = await measureSpeed(linalg, "float64", tally, copies, how);
    expect(factors.seconds).toBeGreaterThan(0);
    expect(eigh.seconds).toBeGreaterThan(0);
  });
});
