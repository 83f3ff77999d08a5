import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, type Features, matrix, type Responses, toDtype } from "../core/index.ts";
import { type Linalg, openLinalg } from "../linalg/index.ts";
import { fitRidge, makeFolds, spaceAlphas } from "./index.ts";
import { planNodes } from "./plan-nodes.ts";
import { primalProblems } from "./primal.ts";
import type { Problem, Problems } from "./problem.ts";
import { decompose, takeDecomposed } from "./spectrum.ts";
import { planSpectrum } from "./spectrum-plan.ts";

const linalg = await openLinalg({ where: "here" });

describe("planSpectrum", () => {
  it("spans 1/(λ + alpha) of every alpha in each group, relative to its own size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 25 }),
        fc.double({ min: -6, max: 2, noNaN: true }),
        fc.double({ min: 1, max: 9, noNaN: true }),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        (count, low, decades, fall) => {
          const alphas = spaceAlphas(10 ** low, 10 ** (low + decades), count);
          const top = 10 ** (low + decades / 2);
          const values = Float64Array.from({ length: 200 }, (_, k) => top * ((k + 1) / 200) ** (3 * fall));
          const plan = planSpectrum(values, alphas, 1e-5);
          for (const value of [0, ...values.filter((_, k) => k % 7 === 0), top]) {
            const group = plan.edges.findIndex((edge) => value < edge);
            for (const [p, alpha] of alphas.entries()) {
              let guess = 0;
              for (const [j, node] of plan.nodes.entries())
                if (plan.groups[j] === group)
                  guess +=
                    (plan.coefficients.data[j * count + p] as number) / (value + (alphas[node] as number));
              expect(Math.abs(guess * (value + alpha) - 1)).toBeLessThan(2e-4);
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it("needs fewer nodes a component than alphas, where it matters", () => {
    const values = Float64Array.from({ length: 1000 }, (_, k) => 40 / (1000 - k));
    const { edges, groups } = planSpectrum(values, spaceAlphas(1e-3, 1e3, 20), 2e-5);
    let nodes = 0;
    for (const value of values) {
      const group = edges.findIndex((edge) => value < edge);
      nodes += groups.filter((g) => g === group).length;
    }
    expect(nodes / values.length).toBeLessThan(6);
  });
});

describe("one weighting", () => {
  const random = createRandom(7);
  const [n, p, targets] = [150, 40, 12];
  const X: Features = matrix(
    ["samples", "features"],
    n,
    p,
    Float64Array.from({ length: n * p }, (_, k) => random.normal() / (1 + (k % p))),
  );
  const Y: Responses = matrix(
    ["samples", "targets"],
    n,
    targets,
    Float64Array.from(
      { length: n * targets },
      (_, k) => random.normal() + (X.data[Math.floor(k / targets) * p] as number),
    ),
  );
  const folds = makeFolds(new Int32Array(n), { folds: 3, gap: 1 });
  const single = toDtype(X, "float32") as Features;
  const one = matrix(["weightings", "bands"] as const, 1, 1, new Float64Array([1]));
  const open = () =>
    primalProblems(single, folds, {
      bands: [{ name: "all", from: 0, to: p }],
      intercept: true,
      linalg,
    });
  const plan = async (alphas: Float64Array, problems?: Problems, own = linalg) => {
    const given = problems ?? (await open());
    const tile = () => given.tile(toDtype(Y, "float32") as Responses);
    return planNodes(given, one, alphas, { tile, tolerance: 2e-5, linalg: own });
  };

  it("is decomposed once, and gives the scores of solving every alpha", async () => {
    const alphas = spaceAlphas(1e-2, 1e4, 16);
    expect((await plan(alphas))[0]?.spectrum).not.toBeNull();
    for (const form of ["primal", "dual"] as const) {
      const exact = await fitRidge(X, Y, { alphas, folds, linalg, form, tolerance: 0 });
      const quick = await fitRidge(X, Y, { alphas, folds, linalg, form, tolerance: 1e-9 });
      for (const [t, score] of exact.cvScores.data.entries())
        expect(Math.abs((quick.cvScores.data[t] as number) - score)).toBeLessThan(1e-9);
      expect(quick.alphaIndex).toEqual(exact.alphaIndex);
    }
  });

  it("is solved pair by pair where float32 cannot hold alpha beside the eigenvalues", async () => {
    const choices = await plan(spaceAlphas(1e-7, 1e4, 16));
    expect(choices.every(({ spectrum }) => spectrum === null)).toBe(true);
  });

  it("has other folds decomposed while it is planned where calls run side by side, and leaves them where the plan fails", async () => {
    const side: Linalg = { ...linalg, parallel: 2 };
    const problems = await open();
    const next = problems.folds[1] as Problem;
    await plan(spaceAlphas(1e-2, 1e4, 16), problems, side);
    const ahead = await takeDecomposed(next, [1]);
    const alone = await decompose(next, [1], linalg);
    expect(ahead?.values).toEqual(alone.values);
    expect(ahead?.basis.data).toEqual(alone.basis.data);
    expect(takeDecomposed(next, [1])).toBeUndefined();
    await plan(spaceAlphas(1e-7, 1e4, 16), problems, side);
    for (const problem of problems.folds) expect(takeDecomposed(problem, [1])).toBeUndefined();
  });
});
