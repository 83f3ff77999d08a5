import { afterAll, describe, expect, it } from "vitest";
import {
  allocate,
  createRandom,
  type Dtype,
  dtypeOf,
  fromRows,
  type Matrix,
  matrix,
  takeCols,
  toDtype,
  transpose,
  zeros,
} from "../core/index.ts";
import { createReferenceLinalg, type Linalg, openLinalg, packedIndex, packedLength } from "./index.ts";

const machine = await openLinalg({ backend: "auto", where: "here" });
const hasBlas = machine.name === "openblas" || machine.name === "accelerate";
const oracle = createReferenceLinalg();
const opened: [string, Linalg | null][] = [
  ["reference", oracle],
  ["onnx here", await openLinalg({ backend: "onnx", where: "here" })],
  ["onnx in a worker", await openLinalg({ backend: "onnx" })],
  ["the machine's BLAS", hasBlas ? machine : null],
  [
    "the machine's BLAS, calls side by side",
    hasBlas ? await openLinalg({ where: "here", threads: 2 }) : null,
  ],
];
afterAll(() => Promise.all(opened.map(([, linalg]) => linalg?.close())));

function draw<R extends string, C extends string>(
  axes: readonly [R, C],
  rows: number,
  cols: number,
  dtype: Dtype,
) {
  const random = createRandom(rows * 1000 + cols);
  const m = matrix(
    axes,
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
  return toDtype(m, dtype);
}

function gap(a: Matrix, b: Matrix): number {
  expect([a.rows, a.cols, ...a.axes]).toEqual([b.rows, b.cols, ...b.axes]);
  return Array.from(a.data).reduce((most, v, k) => Math.max(most, Math.abs(v - (b.data[k] as number))), 0);
}

const S = "samples" as const;
const F = "features" as const;

describe.each(opened)("%s", (_, maybe) => {
  describe.skipIf(maybe === null).each(["float32", "float64"] as const)("%s", (dtype) => {
    const linalg = maybe as Linalg;
    const close = dtype === "float64" ? 1e-10 : 2e-4;

    it("multiplies as the plain loops do, whichever side is transposed", async () => {
      const a = draw([S, F], 33, 20, dtype);
      const b = draw([F, "targets"], 20, 17, dtype);
      expect(gap(await linalg.gemm(a, b), await oracle.gemm(a, b))).toBeLessThan(close);
      const at = transpose(a);
      const bt = transpose(b);
      expect(gap(await linalg.gemmTN(at, b), await oracle.gemm(a, b))).toBeLessThan(close);
      expect(gap(await linalg.gemmNT(a, bt), await oracle.gemm(a, b))).toBeLessThan(close);
      expect(dtypeOf(await linalg.gemm(a, b))).toBe(dtype);
    });

    it("multiplies with some columns of a matrix as with a copy of them", async () => {
      const a = draw([S, F], 9, 20, dtype);
      const b = draw([F, "targets"], 20, 17, dtype);
      const columns = { from: 3, to: 14 };
      const picked = Array.from({ length: 11 }, (_, k) => k + 3);
      const into = allocate(dtype, 9 * 11);
      const wanted = await oracle.gemm(a, takeCols(b, picked));
      expect(gap(await linalg.gemm(a, b, into, columns), wanted)).toBeLessThan(close);
      const turned = await linalg.gemmTT(b, a, undefined, columns);
      expect(gap(turned, await oracle.gemm(transpose(takeCols(b, picked)), transpose(a)))).toBeLessThan(
        close,
      );
      const all = await linalg.gemmTT(b, a);
      expect(gap(all, await oracle.gemm(transpose(b), transpose(a)))).toBeLessThan(close);
      const gram = await linalg.syrkNT(b, columns);
      expect(gram.data).toEqual(transpose(gram).data);
      expect(gap(gram, await oracle.syrkNT(takeCols(b, picked)))).toBeLessThan(close);
      for (const wrong of [
        { from: -1, to: 3 },
        { from: 4, to: 18 },
        { from: 5, to: 4 },
        { from: 0.5, to: 2 },
      ]) {
        const message = `columns [${wrong.from}, ${wrong.to}) are not within 20 features × 17 targets`;
        const calls = [
          () => linalg.gemm(a, b, undefined, wrong),
          () => linalg.gemmTT(b, a, undefined, wrong),
          () => linalg.syrkNT(b, wrong),
        ];
        for (const call of calls) await expect(call()).rejects.toThrow(message);
      }
    });

    it("makes Gram matrices that are exactly symmetric", async () => {
      const a = draw([S, F], 30, 12, dtype);
      const gram = await linalg.syrkTN(a);
      expect(gram.data).toEqual(transpose(gram).data);
      expect(gap(gram, await oracle.syrkTN(a))).toBeLessThan(close);
      expect(gap(await linalg.syrkNT(a), await oracle.syrkNT(a))).toBeLessThan(close);
    });

    it("finds the eigenvalues of the second-difference matrix, 2 − 2 cos(kπ / (n + 1))", async () => {
      const n = 24;
      const a = zeros([F, F], n, n, dtype);
      for (let i = 0; i < n; i++) {
        a.data[i * n + i] = 2;
        if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1;
      }
      const { values } = await linalg.eigh(a);
      for (let k = 0; k < n; k++)
        expect(
          Math.abs((values[k] as number) - (2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)))),
        ).toBeLessThan(dtype === "float64" ? 1e-13 : 1e-5);
    });

    it.each([1, 2, 40])(
      "puts a matrix of size %i together again from orthonormal eigenvectors",
      async (n) => {
        const a = await oracle.syrkTN(draw([S, F], n + 5, n, dtype));
        const { values, vectors, residual } = await linalg.eigh(a);
        const scaled = matrix(
          vectors.axes,
          n,
          n,
          vectors.data.map((v, k) => v * (values[Math.floor(k / n)] as number)) as typeof vectors.data,
        );
        expect(gap(await oracle.gemmTN(scaled, vectors), a)).toBeLessThan(close * n);
        const unit = await oracle.gemmNT(vectors, vectors);
        for (let i = 0; i < n; i++) expect(unit.data[i * n + i]).toBeCloseTo(1, 4);
        expect(residual).toBeLessThan(5e-5);
        expect([...values]).toEqual([...values].sort((x, y) => x - y));
      },
    );

    it("decomposes a singular kernel: its null space has eigenvalues at rounding level", async () => {
      const k = await oracle.syrkNT(draw([S, F], 30, 4, dtype));
      const { values, residual } = await linalg.eigh(k);
      expect(Math.abs(values[0] as number)).toBeLessThan(close);
      expect(values.filter((v) => v > 0.1).length).toBe(4);
      expect(residual).toBeLessThan(5e-5);
    });

    it("solves positive definite systems and names the pivot of others", async () => {
      const a = await oracle.syrkTN(draw([S, F], 40, 8, dtype));
      const x = draw([F, "targets"], 8, 3, dtype);
      const solved = await linalg.solveCholesky(a, await oracle.gemm(a, x));
      expect(gap(solved, x)).toBeLessThan(dtype === "float64" ? 1e-10 : 1e-3);
      const bad = fromRows(
        [F, F],
        [
          [1, 0, 0],
          [0, -2, 0],
          [0, 0, 1],
        ],
        dtype,
      );
      await expect(linalg.solveCholesky(bad, zeros([F, "targets"], 3, 1, dtype))).rejects.toThrow(
        /not positive definite; pivot 1 of 3/,
      );
    });

    it.each([1, 40, 65, 192, 530])(
      "divides several right sides by a matrix of size %i under ridges of their own; null where one is not positive definite",
      async (n) => {
        const u = draw([F, "one"], n, 1, dtype).data;
        const numbers = Float64Array.from({ length: n * n }, (_, k) => {
          const [i, j] = [Math.floor(k / n), k % n];
          return (u[i] as number) * (u[j] as number) + (i === j ? 1 + (i % 5) : 0);
        });
        const a = toDtype(matrix([F, F], n, n, numbers), dtype);
        const sides = [0.5, 3, -100 * n, 20].map((ridge, k) => ({
          b: draw(["targets", F], k + 1, n, dtype),
          ridge,
        }));
        const solved = await linalg.solveRights(sides, a);
        expect(solved.map((x) => x?.rows ?? null)).toEqual([1, 2, null, 4]);
        for (const [k, { b, ridge }] of sides.entries()) {
          const x = solved[k];
          if (!x) continue;
          const image = await oracle.gemm(x, a);
          const back = image.data.map((v, i) => v + ridge * (x.data[i] as number)) as typeof x.data;
          const close = dtype === "float64" ? 1e-10 : 1e-3;
          expect(gap(matrix(x.axes, x.rows, x.cols, back), b)).toBeLessThan(close);
        }
        const wrong = [{ b: zeros(["targets", F], 2, n + 1, dtype), ridge: 1 }];
        await expect(linalg.solveRights(wrong, a)).rejects.toThrow(/inner sizes/);
      },
    );

    it.each([1, 7, 96, 130, 250])(
      "divides by a positive definite matrix of size %i from the right",
      async (n) => {
        const a = await oracle.syrkTN(draw([S, F], 2 * n + 2, n, dtype));
        const x = draw(["targets", F], 5, n, dtype);
        const ridged = matrix(
          a.axes,
          n,
          n,
          a.data.map((v, k) => v + (k % (n + 1) === 0 ? 3 : 0)) as typeof a.data,
        );
        const b = await oracle.gemm(x, ridged);
        expect(gap(await linalg.solveRight(b, a, 3), x)).toBeLessThan(dtype === "float64" ? 1e-10 : 3e-4);
        a.data[n * n - 1] = -1e4;
        await expect(linalg.solveRight(b, a, 3)).rejects.toThrow(
          `solveRight: the matrix is not positive definite; pivot ${n - 1} of ${n} fails`,
        );
        await expect(linalg.solveRight(zeros(["targets", F], 2, n + 1, dtype), a)).rejects.toThrow(
          /inner sizes/,
        );
      },
    );

    it.each([2, 3])("adds inner products among %i predictions of each target, packed", async (height) => {
      const a = draw(["targets", F], 4, 6, dtype);
      const b = draw(["predictions", F], height * 5, 6, dtype);
      const last = draw(["targets", "blocks"], 4, 5, dtype);
      const n = height + 1;
      const before = draw(["targets", "sums"], 4, packedLength(n), dtype);
      const predictions = await oracle.gemmNT(a, b);
      const sums = await linalg.addGrams(before, a, b, last, 0.5);
      expect([sums.rows, sums.cols]).toEqual([4, packedLength(n)]);
      const places = new Set<number>();
      const started = draw(["targets", "sums"], 4, packedLength(n), dtype);
      for (let t = 0; t < 4; t++) {
        const block = matrix([S, F], n, 5, allocate(dtype, n * 5));
        block.data.set(predictions.data.subarray(t * height * 5, (t + 1) * height * 5));
        block.data.set(last.data.subarray(t * 5, t * 5 + 5), height * 5);
        const expected = await oracle.gemmNT(block, block);
        for (let i = 0; i < n; i++)
          for (let j = 0; j <= i; j++) {
            const at = t * packedLength(n) + packedIndex(n, i, j);
            places.add(at);
            const wanted = (started.data[at] as number) + 0.5 * (expected.data[i * n + j] as number);
            expect(Math.abs((sums.data[at] as number) - wanted)).toBeLessThan(10 * close);
          }
      }
      expect(places.size).toBe(sums.data.length);
      await expect(
        linalg.addGrams(started, a, draw(["predictions", F], height * 5 + 1, 6, dtype), last, 1),
      ).rejects.toThrow(/addGrams: B must hold whole blocks of 5 rows/);
      await expect(
        linalg.addGrams(started, a, draw(["predictions", F], height * 5, 5, dtype), last, 1),
      ).rejects.toThrow(/inner sizes/);
      const bare = zeros(["targets", F], 4, 0, dtype); // no columns: predicts 0
      const empty = zeros(["predictions", F], 5, 0, dtype);
      const zero = await linalg.addGrams(zeros(["targets", "sums"], 4, 3, dtype), bare, empty, last, 1);
      expect(zero.data[packedIndex(2, 0, 0)]).toBe(0);
    });

    it.each([
      [20, 6],
      [6, 6],
      [3, 1],
    ])("takes a %i × %i matrix apart into orthonormal columns and a triangle", async (m, n) => {
      const a = draw([S, F], m, n, dtype);
      const { q, r } = await linalg.qr(a);
      expect(gap(await oracle.gemm(q, r), a)).toBeLessThan(close);
      const inner = await oracle.gemmTN(q, q);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          expect(Math.abs((inner.data[i * n + j] as number) - (i === j ? 1 : 0))).toBeLessThan(close);
          if (j < i) expect(r.data[i * n + j]).toBe(0);
        }
    });

    it("takes apart columns that depend on each other", async () => {
      const a = draw([S, F], 7, 3, dtype);
      for (let i = 0; i < 7; i++)
        a.data[i * 3 + 2] = (a.data[i * 3] as number) - (a.data[i * 3 + 1] as number);
      const { q, r } = await linalg.qr(a);
      expect(gap(await oracle.gemm(q, r), a)).toBeLessThan(close);
      await expect(linalg.qr(draw([S, F], 2, 3, dtype))).rejects.toThrow(
        "qr: needs at least as many rows as columns; got 2 samples × 3 features.",
      );
    });

    it.each([
      [20, 6],
      [6, 20],
      [1, 3],
    ])("takes a %i × %i matrix apart into singular vectors and back", async (m, n) => {
      const a = draw([S, F], m, n, dtype);
      const { u, s, v } = await linalg.svd(a);
      expect([...s]).toEqual([...s].sort((x, y) => y - x));
      const scaled = matrix(
        u.axes,
        u.rows,
        u.cols,
        u.data.map((x, k) => x * (s[k % s.length] as number)) as typeof u.data,
      );
      expect(gap(await oracle.gemmNT(scaled, v), a)).toBeLessThan(close);
      const unit = await oracle.gemmTN(v, v);
      for (let i = 0; i < unit.rows; i++) expect(unit.data[i * unit.rows + i]).toBeCloseTo(1, 4);
    });

    it("never changes its operands, and takes empty ones", async () => {
      const a = await oracle.syrkTN(draw([S, F], 9, 5, dtype));
      const before = a.data.slice();
      await linalg.eigh(a);
      await linalg.svd(a);
      await linalg.solveCholesky(a, a);
      expect(a.data).toEqual(before);
      const none = await linalg.gemm(zeros([S, F], 0, 5, dtype), draw([F, "targets"], 5, 2, dtype));
      expect([none.rows, none.cols, none.data.length]).toEqual([0, 2, 0]);
    });

    it("refuses sizes that do not fit, mixed dtypes and NaN", async () => {
      const a = draw([S, F], 4, 3, dtype);
      await expect(linalg.gemm(a, draw([F, "targets"], 4, 2, dtype))).rejects.toThrow(
        "gemm: inner sizes must agree; got 4 samples × 3 features and 4 features × 2 targets.",
      );
      const other = dtype === "float32" ? "float64" : "float32";
      await expect(linalg.gemm(a, draw([F, "targets"], 3, 2, other))).rejects.toThrow(/one dtype/);
      const nan = zeros([F, F], 2, 2, dtype);
      nan.data[2] = Number.NaN;
      await expect(linalg.eigh(nan)).rejects.toThrow(/A must be finite/);
      await expect(linalg.svd(nan)).rejects.toThrow(/A must be finite/);
      await expect(linalg.solveCholesky(nan, nan)).rejects.toThrow(/A must be finite/);
    });
  });
});

describe("openLinalg", () => {
  it("refuses unknown backends, and says how to get a missing library", async () => {
    // @ts-expect-error: no such backend
    await expect(openLinalg({ backend: "mkl" })).rejects.toThrow(/backend must be one of auto, openblas/);
    const before = process.env.SIMCORTEX_BLAS;
    process.env.SIMCORTEX_BLAS = "/nowhere/libblas.so";
    if (!hasBlas)
      await expect(openLinalg({ backend: "openblas", where: "here" })).rejects.toThrow(
        /\/nowhere\/libblas\.so.*To get one/,
      );
    if (before === undefined) delete process.env.SIMCORTEX_BLAS;
    else process.env.SIMCORTEX_BLAS = before;
    expect(machine.version.length).toBeGreaterThan(3);
  });
  it("does not take a matrix of the wrong axes", () => {
    const a = zeros([S, F] as const, 2, 2);
    // @ts-expect-error: samples × features cannot be multiplied with itself
    const wrong = () => oracle.gemm(a, a);
    expect(wrong).toBeTypeOf("function");
  });
});
