import { describe, expect, it } from "vitest";
import {
  createRandom,
  type Features,
  type Matrix,
  matrix,
  type Random,
  type Responses,
  toDtype,
} from "../core/index.ts";
import { openLinalg } from "../linalg/index.ts";
import { divider } from "./divide.ts";
import { type BandedOptions, drawWeightings, fitBandedRidge, makeFolds, spaceAlphas } from "./index.ts";
import { inLanes } from "./lanes.ts";
import { chooseNodes } from "./nodes.ts";

const linalg = await openLinalg({ where: "here" });

type Make = (random: Random, rows: number, cols: number) => Float64Array<ArrayBuffer>;
const normals: Make = (random, rows, cols) =>
  Float64Array.from({ length: rows * cols }, () => random.normal());

/** Inputs that break solvers: [name, samples, features, X]. */
const inputs: readonly (readonly [string, number, number, Make])[] = [
  ["tall", 120, 14, normals],
  ["wide", 60, 150, normals],
  ["of falling variance", 90, 80, (r, n, p) => normals(r, n, p).map((v, k) => v / (1 + (k % p)) ** 1.5)],
  ["rank-deficient", 80, 40, (r, n, p) => lowRank(r, n, p, 5)],
  [
    "with duplicated columns",
    80,
    30,
    (r, n, p) => normals(r, n, p).map((v, k, all) => (k % p < p / 2 ? v : (all[k - p / 2] as number))),
  ],
  ["with constant columns", 80, 20, (r, n, p) => normals(r, n, p).map((v, k) => (k % p < 6 ? 3 : v))],
  ["badly scaled", 80, 20, (r, n, p) => normals(r, n, p).map((v, k) => v * 10 ** ((k % p) / 5 - 2))],
  ["far from zero", 80, 20, (r, n, p) => normals(r, n, p).map((v) => v + 50)],
];

function lowRank(random: Random, n: number, p: number, rank: number): Float64Array<ArrayBuffer> {
  const [a, b] = [normals(random, n, rank), normals(random, rank, p)];
  return Float64Array.from({ length: n * p }, (_, k) => {
    let sum = 0;
    for (let r = 0; r < rank; r++)
      sum += (a[Math.floor(k / p) * rank + r] as number) * (b[r * p + (k % p)] as number);
    return sum;
  });
}

function problem(
  name: string,
  n: number,
  p: number,
  make: Make,
): { X: Features; Y: Responses; options: BandedOptions } {
  const random = createRandom(5).stream(name);
  const X: Features = matrix(["samples", "features"], n, p, make(random, n, p));
  const targets = 20;
  const noise = normals(random, n, targets);
  const from = (t: number) => (t * 7) % p;
  const Y: Responses = matrix(
    ["samples", "targets"],
    n,
    targets,
    noise.map((v, k) => {
      const [i, t] = [Math.floor(k / targets), k % targets];
      const scale = Math.abs(X.data[from(t)] as number) + 0.1;
      return t === 0 ? 2 : v + (2 * (X.data[i * p + from(t)] as number)) / scale;
    }),
  );
  const half = Math.floor(p / 2);
  const options = {
    bands: [
      { name: "a", from: 0, to: half },
      { name: "b", from: half, to: p },
    ],
    weightings: drawWeightings(2, 6, createRandom(1)),
    alphas: spaceAlphas(1e-2, 1e5, 12),
    folds: makeFolds(new Int32Array(n), { folds: 4, gap: 1 }),
    linalg,
  };
  return { X, Y, options };
}

/** Largest difference of two losses, in units of the larger one and the target's variance. */
function worst(a: Matrix, b: Matrix): number {
  let most = 0;
  for (let k = 0; k < a.data.length; k++) {
    const [x, y] = [a.data[k] as number, b.data[k] as number];
    most = Math.max(most, Math.abs(x - y) / Math.max(1, Math.abs(y)));
  }
  return most;
}

describe.each(inputs)("features %s (%i × %i)", (name, n, p, make) => {
  const { X, Y, options } = problem(name, n, p, make);

  it.each(["primal", "dual"] as const)(
    "interpolated cvScores are those of solving every pair, %s form",
    async (form) => {
      const exact = await fitBandedRidge(X, Y, { ...options, form, tolerance: 0 });
      const quick = await fitBandedRidge(X, Y, { ...options, form, tolerance: 1e-6 });
      expect(worst(quick.cvScores, exact.cvScores)).toBeLessThan(1e-5);
      const [Xs, Ys] = [toDtype(X, "float32"), toDtype(Y, "float32")];
      const solved = await fitBandedRidge(Xs, Ys, { ...options, form, tolerance: 0 });
      const single = await fitBandedRidge(Xs, Ys, { ...options, form });
      expect(worst(single.cvScores, solved.cvScores)).toBeLessThan(1e-3);
      const rounding = worst(solved.cvScores, exact.cvScores); // of float32 itself, where the form does not fit the data
      expect(worst(single.cvScores, exact.cvScores)).toBeLessThan(1e-3 + 3 * rounding);
    },
  );

  it("primal and dual agree in float64", async () => {
    const primal = await fitBandedRidge(X, Y, { ...options, form: "primal" });
    const dual = await fitBandedRidge(X, Y, { ...options, form: "dual" });
    expect(worst(primal.cvScores, dual.cvScores)).toBeLessThan(1e-7);
    expect(primal.cvScores.data[0]).toBeCloseTo(0, 9); // the constant target has no error
  });
});

describe("chooseNodes", () => {
  const smooth = Array.from({ length: 40 }, (_, p) =>
    Float64Array.from({ length: 60 }, (_, k) => 1 / (1 + k / 10 + p / 8)),
  );
  it("spans smooth functions with a few of them, each within the tolerance", () => {
    for (const tolerance of [1e-3, 1e-6, 1e-9]) {
      const { nodes, coefficients } = chooseNodes(smooth, tolerance);
      expect(nodes.length).toBeLessThan(12);
      for (const [p, f] of smooth.entries()) {
        let error = 0;
        for (let k = 0; k < f.length; k++) {
          let guess = 0;
          for (const [j, node] of nodes.entries())
            guess += (coefficients.data[j * 40 + p] as number) * (smooth[node]?.[k] as number);
          error += (guess - (f[k] as number)) ** 2;
        }
        expect(Math.sqrt(error)).toBeLessThan(10 * tolerance * Math.max(1, Math.hypot(...f)));
      }
    }
  });
  it("takes all of independent functions, and none of nothing", () => {
    const unit = Array.from({ length: 5 }, (_, p) =>
      Float64Array.from({ length: 5 }, (_, k) => (k === p ? 1 : 0)),
    );
    expect(chooseNodes(unit, 1e-6).nodes.length).toBe(5);
    expect(chooseNodes([new Float64Array(3)], 1e-6).nodes.length).toBe(0);
  });
});

describe("divider", () => {
  const system = (entries: readonly number[], dtype: "float32" | "float64") => {
    const n = Math.sqrt(entries.length);
    const kernel = toDtype(
      matrix(["components", "components"] as const, n, n, Float64Array.from(entries)),
      dtype,
    );
    return {
      kernel,
      left: toDtype(matrix(["samples", "components"] as const, 1, n, new Float64Array(n).fill(1)), dtype),
      active: null,
      lent: [],
    };
  };
  const divideOne = async (one: ReturnType<typeof system>, alpha: number) =>
    (await divider(one, linalg).divide([{ b: one.left, alpha }]))[0] as typeof one.left;
  it("solves by hand: (1 1) ((2 1) (1 2) + I)⁻¹ = (¼ ¼)", async () => {
    const one = system([2, 1, 1, 2], "float64");
    const { data } = await divideOne(one, 1);
    expect(data[0]).toBeCloseTo(0.25, 14);
    expect(data[1]).toBeCloseTo(0.25, 14);
  });
  it.each(["float32", "float64"] as const)(
    "takes a kernel that rounding made indefinite as singular, in %s",
    async (dtype) => {
      const one = system([1, 0, 0, -1e-3], dtype);
      const { data } = await divideOne(one, 1e-4);
      expect(data[0]).toBeCloseTo(1 / 1.0001, 5);
      expect(data[1]).toBeCloseTo(1e4, 0);
    },
  );
  it("decomposes such a kernel once for all alphas that need it, and solves the others as ever", async () => {
    const one = system([1, 0, 0, -1e-3], "float32");
    let decomposed = 0;
    const counting = {
      ...linalg,
      eigh: (...given: Parameters<typeof linalg.eigh>) => {
        decomposed++;
        return linalg.eigh(...given);
      },
    } as typeof linalg;
    const alphas = [1e-4, 1, 5e-4, 2];
    const divided = await divider(one, counting).divide(alphas.map((alpha) => ({ b: one.left, alpha })));
    expect(decomposed).toBe(1);
    for (const [k, alpha] of alphas.entries()) {
      const low = alpha > 1e-3 ? 1 / (alpha - 1e-3) : 1 / alpha;
      expect((divided[k]?.data[0] as number) * (1 + alpha)).toBeCloseTo(1, 5);
      expect((divided[k]?.data[1] as number) / low).toBeCloseTo(1, 5);
    }
  });
  it("goes to float64 where float32 cannot solve", async () => {
    const n = 12;
    const hilbert = Array.from({ length: n * n }, (_, k) => 1 / (Math.floor(k / n) + (k % n) + 1));
    const single = system(hilbert, "float32");
    const { data } = await divideOne(single, 1e-9);
    let image = 0; // (x (K + alpha I)) in the first component, which must be 1
    for (let j = 0; j < n; j++) image += (data[j] as number) * (single.kernel.data[j * n] as number);
    expect(image + 1e-9 * (data[0] as number)).toBeCloseTo(1, 2);
  });
});

describe("inLanes", () => {
  it("does everything once, begins in order, and throws the first error after the rest has ended", async () => {
    const done: number[] = [];
    await inLanes(7, 2, async (k) => void done.push(k));
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const begun: number[] = [];
    const failing = inLanes(9, 1, async (k) => {
      begun.push(k);
      if (k === 2) throw new Error("third");
    });
    await expect(failing).rejects.toThrow("third");
    expect(begun).toEqual([0, 1, 2]);
  });
});
