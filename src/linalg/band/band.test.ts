import { afterAll, describe, expect, it } from "vitest";
import {
  createRandom,
  type Dtype,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
  toDtype,
  transpose,
} from "../../core/index.ts";
import { createReferenceLinalg } from "../index.ts";
import { blockSize, openBandGraphs } from "./graphs.ts";
import { joinReflectors, reflectPanel } from "./householder.ts";
import { openBandLoops, openPlain, openVectors } from "./loops.ts";
import { type Band, reduceToBand } from "./reduce.ts";
import { openTogether } from "./together.ts";
import { abreast } from "./vectors.ts";

const oracle = createReferenceLinalg();
const graphs = openBandGraphs(2);
const together = openTogether(2);
afterAll(async () => {
  await graphs.close();
  await together.close();
});

const N = "numbers" as const;
type Square = Matrix<typeof N, typeof N>;

function square(n: number, of: (i: number, j: number) => number, dtype: Dtype = "float64"): Square {
  const data = Float64Array.from({ length: n * n }, (_, k) => of(Math.floor(k / n), k % n));
  return toDtype(matrix([N, N], n, n, data), dtype);
}

/** X Xᵀ with as many columns, column k times (k + 1)^−fall. */
async function gram(n: number, columns: number, fall: number, dtype: Dtype): Promise<Square> {
  const random = createRandom(n + columns);
  const x = Float64Array.from(
    { length: n * columns },
    (_, k) => random.normal() * ((k % columns) + 1) ** -fall,
  );
  return toDtype(await oracle.syrkNT(matrix([N, "columns"], n, columns, x)), dtype);
}

function norm({ data }: Matrix): number {
  return Math.sqrt(Array.from(data).reduce((sum, v) => sum + v * v, 0));
}

function minus<R extends string, C extends string>(a: Matrix<R, C>, b: Matrix): Matrix<R, C> {
  return matrix(a.axes, a.rows, a.cols, a.data.map((v, k) => v - (b.data[k] as number)) as FloatArray);
}

async function reduce(a: Square, dtype: Dtype): Promise<Band> {
  const loops = openBandLoops(a.rows);
  return reduceToBand(graphs.runner(dtype), a, { loops, spare: openSpare() });
}

/** Q T Qᵀ and Q, in float64. */
async function putTogether({ diagonal, below, q }: Band, n: number) {
  const size = diagonal.length * blockSize;
  const t = square(size, () => 0);
  const place = (block: FloatArray, top: number, left: number) => {
    for (let i = 0; i < blockSize; i++)
      for (let j = 0; j < blockSize; j++)
        t.data[(top + i) * size + left + j] = block[i * blockSize + j] as number;
  };
  for (const [k, block] of diagonal.entries()) place(block, k * blockSize, k * blockSize);
  for (const [k, block] of below.entries()) {
    place(block, (k + 1) * blockSize, k * blockSize);
    const flipped = transpose(matrix(["a", "b"], blockSize, blockSize, block));
    place(flipped.data, k * blockSize, (k + 1) * blockSize);
  }
  const Q = toDtype(
    matrix([N, N], n, size, (q.data as FloatArray).slice(0, n * size) as FloatArray),
    "float64",
  );
  return { Q, back: await oracle.gemmNT(await oracle.gemm(Q, t), Q) };
}

describe.each(["float32", "float64"] as const)("reduceToBand, %s", (dtype) => {
  const rounding = dtype === "float32" ? 2e-6 : 2e-15;
  const kinds: [string, () => Promise<Square> | Square][] = [
    ["65 × 65, one number more than two blocks", () => gram(65, 80, 0, dtype)],
    ["96 × 96, whole blocks", () => gram(96, 100, 1, dtype)],
    ["97 × 97", () => gram(97, 60, 0.5, dtype)],
    ["300 × 300, several groups of panels", () => gram(300, 400, 0.5, dtype)],
    ["of rank 3", () => gram(150, 3, 0, dtype)],
    ["indefinite", () => square(130, (i, j) => Math.cos(i * j), dtype)],
    ["diagonal", () => square(200, (i, j) => (i === j ? i + 1 : 0), dtype)],
    ["of zeros", () => square(70, () => 0, dtype)],
    [
      "of very different scales",
      () => square(140, (i, j) => 10 ** (-(i + j) / 20) * (i === j ? 2 : 1), dtype),
    ],
  ];

  it.each(kinds)("a matrix %s: Q T Qᵀ is the matrix, Q is orthogonal", async (_, make) => {
    const a = await make();
    const { Q, back } = await putTogether(await reduce(a, dtype), a.rows);
    expect(norm(minus(back, a))).toBeLessThanOrEqual(10 * rounding * norm(a));
    const unit = await oracle.gemmNT(Q, Q);
    const off = minus(
      unit,
      square(a.rows, (i, j) => (i === j ? 1 : 0)),
    );
    expect(norm(off)).toBeLessThan(10 * rounding * Math.sqrt(a.rows));
  });

  it("gives NaN for NaN, whatever the block it is in", async () => {
    const a = await gram(130, 140, 0, dtype);
    a.data[100 * 130 + 90] = a.data[90 * 130 + 100] = Number.NaN;
    const { diagonal } = await reduce(a, dtype);
    expect(diagonal.some((block) => block.some(Number.isNaN))).toBe(true);
  });
});

describe("openTogether", () => {
  const divided = async (sides: readonly { b: Matrix<"t", typeof N>; ridge: number }[], a: Square) => {
    const solved = await together.solve(sides, a);
    return Promise.all(
      solved.map(async (x, k) => {
        const { b, ridge } = sides[k] as (typeof sides)[number];
        const image = await oracle.gemm(x, a);
        const whole = matrix(
          x.axes,
          x.rows,
          x.cols,
          image.data.map((v, i) => v + ridge * (x.data[i] as number)) as FloatArray,
        );
        expect([x.rows, x.cols, x.axes]).toEqual([b.rows, b.cols, b.axes]);
        return norm(minus(whole, b)) / Math.max(1e-300, norm(b));
      }),
    );
  };
  const draw = (rows: number, n: number, seed: number) => {
    const random = createRandom(seed);
    return matrix(
      ["t", N],
      rows,
      n,
      Float64Array.from({ length: rows * n }, () => random.normal()),
    );
  };

  it.each([65, 128, 211])(
    "divides %i columns: sides of very different height, some twice, some empty",
    async (n) => {
      const a = await gram(n, n + 5, 0.5, "float64");
      const shared = draw(9, n, 1);
      const sides = [
        { b: shared, ridge: 0.1 },
        { b: draw(70, n, 2), ridge: 1 },
        { b: draw(1, n, 3), ridge: 3 },
        { b: shared, ridge: 10 },
        { b: draw(0, n, 4), ridge: 1 },
        { b: draw(33, n, 5), ridge: 100 },
      ];
      for (const residual of await divided(sides, a)) expect(residual).toBeLessThan(1e-11);
    },
  );

  it("solves one group after the other where solutions are large, and calls in turn", async () => {
    const n = 1300;
    const a = square(n, (i, j) => (i === j ? 2 : 1 / (1 + Math.abs(i - j))));
    const sides = [300, 700, 2500, 20].map((rows, k) => ({ b: draw(rows, n, k), ridge: k + 1 }));
    const other = await gram(70, 90, 0, "float64");
    const few = [1, 2, 3, 4].map((ridge) => ({ b: draw(2, 70, ridge), ridge }));
    const [large, small] = await Promise.all([together.solve(sides, a), together.solve(few, other)]);
    expect(large.map((x) => x.rows)).toEqual([300, 700, 2500, 20]);
    // a row of each against the matrix, not all of 3,520
    for (const [k, x] of large.entries()) {
      const { b, ridge } = sides[k] as (typeof sides)[number];
      for (const i of [0, x.rows - 1]) {
        const row = x.data.subarray(i * n, (i + 1) * n);
        for (const j of [0, 640, n - 1]) {
          let sum = ridge * (row[j] as number);
          for (let m = 0; m < n; m++) sum += (row[m] as number) * (a.data[m * n + j] as number);
          expect(Math.abs(sum - (b.data[i * n + j] as number))).toBeLessThan(1e-10);
        }
      }
    }
    for (const residual of await divided(few, other)) expect(residual).toBeLessThan(1e-12);
    expect(small.map((x) => x.rows)).toEqual([2, 2, 2, 2]);
  });

  it("takes ridges below 0 where the matrix stays positive definite, whole blocks or not", async () => {
    for (const n of [96, 101]) {
      const a = square(n, (i, j) => (i === j ? 10 + (i % 7) : 1 / (2 + Math.abs(i - j))));
      const sides = [-4, -2, 0, 1].map((ridge) => ({ b: draw(3, n, ridge + 9), ridge }));
      for (const residual of await divided(sides, a)) expect(residual).toBeLessThan(1e-13);
    }
  });

  it("marks what is not positive definite by numbers that are not finite, and solves the others", async () => {
    const a = square(100, (i, j) => (i === j ? (i === 77 ? -5 : 1) : 0));
    const b = draw(3, 100, 1);
    const solved = await together.solve(
      [1, 4.5, 6, 20].map((ridge) => ({ b, ridge })),
      a,
    );
    expect(solved.map(({ data }) => data.every(Number.isFinite))).toEqual([false, false, true, true]);
  });
});

describe("the loops", () => {
  const fillAll = (memory: readonly Float64Array[]) => {
    const random = createRandom(8);
    for (const one of memory) for (let k = 0; k < one.length; k++) one[k] = random.normal();
  };
  const pair = (rows: number) => {
    const vectors = openVectors(rows);
    if (vectors === null) throw new Error("This machine runs no WebAssembly vectors.");
    const plain = openPlain(rows);
    for (const { panel, sums } of [plain, vectors]) fillAll([panel, sums]);
    return { plain, vectors };
  };

  it.each([
    [40, 0, 40],
    [41, 6, 42],
    [333, 30, 334],
  ])("in vectors are the plain ones to the last bit, %i rows from %i to %i", (rows, from, to) => {
    const { plain, vectors } = pair(rows);
    expect(vectors.stride).toBe(plain.stride);
    for (const loops of [plain, vectors]) loops.takeAway(5, 8, from, to);
    expect(vectors.panel).toEqual(plain.panel);
    for (const loops of [plain, vectors]) loops.dots(31, from, to);
    expect(vectors.sums).toEqual(plain.sums);
  });

  it("invert the factors of four systems at once, to the last bit as plain loops do", () => {
    const { plain, vectors } = pair(40);
    const random = createRandom(2);
    const systems = Array.from({ length: abreast }, (_, s) =>
      square(blockSize, (i, j) => (i === j ? 3 + s + random.uniform() : 1 / (1 + Math.abs(i - j)))),
    );
    for (const loops of [plain, vectors]) {
      for (const [s, { data }] of systems.entries())
        for (const [k, value] of data.entries()) loops.factors[abreast * k + s] = value;
      loops.invert();
    }
    expect(vectors.inverses).toEqual(plain.inverses);
    for (const [s, { data }] of systems.entries()) {
      const w = (i: number, j: number) =>
        j > i ? 0 : (plain.inverses[abreast * (j * blockSize + i) + s] as number);
      for (const [i, j] of [
        [0, 0],
        [31, 0],
        [31, 31],
        [17, 16],
      ] as const) {
        let sum = 0; // W S Wᵀ = I
        for (let k = 0; k <= i; k++)
          for (let m = 0; m <= j; m++) sum += w(i, k) * (data[k * blockSize + m] as number) * w(j, m);
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });

  it.each([32, 33, 90])("reflect a panel of %i rows: (I − V T Vᵀ) [R; 0] is the panel", (rows) => {
    const loops = openBandLoops(rows + 1);
    const random = createRandom(rows);
    const panel = square(rows, (_, j) => (j < blockSize ? random.normal() : 0)); // columns beyond the panel stay 0
    for (let j = 0; j < blockSize; j++) {
      for (let i = 0; i < rows; i++) loops.panel[j * loops.stride + i] = panel.data[i * rows + j] as number;
      loops.panel[j * loops.stride + rows] = 0;
    }
    const { t, r, taus } = reflectPanel(loops, rows);
    const v = (i: number, k: number) => loops.panel[k * loops.stride + i] as number;
    for (let j = 0; j < blockSize; j += 7) {
      const seen = Array.from({ length: blockSize }, (_, k) => {
        let sum = 0; // Vᵀ [R; 0], column j
        for (let i = 0; i <= j; i++) sum += v(i, k) * (r[i * blockSize + j] as number);
        return sum;
      });
      for (let i = 0; i < rows; i++) {
        let value = i <= j ? (r[i * blockSize + j] as number) : 0;
        for (let k = 0; k < blockSize; k++)
          for (let m = k; m < blockSize; m++)
            value -= v(i, k) * (t[k * blockSize + m] as number) * (seen[m] as number);
        expect(value).toBeCloseTo(panel.data[i * rows + j] as number, 11);
      }
    }
    const inner = new Float64Array(blockSize * blockSize);
    for (let k = 0; k < blockSize; k++)
      for (let m = 0; m < blockSize; m++)
        for (let i = 0; i < rows; i++)
          inner[k * blockSize + m] = (inner[k * blockSize + m] as number) + v(i, k) * v(i, m);
    for (const [k, value] of joinReflectors(inner, taus).entries())
      expect(value).toBeCloseTo(t[k] as number, 12);
  });
});
