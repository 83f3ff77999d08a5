import { describe, expect, it } from "vitest";
import { createRandom, matrix, noSpare, transpose } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { dualProblems, type Kernel } from "./dual.ts";
import { makeFolds } from "./folds.ts";
import type { Problem } from "./problem.ts";

const random = createRandom(11);
const [n, p] = [24, 7];
const kernels = await Promise.all(
  [0, 1].map(async (): Promise<Kernel> => {
    const X = matrix(
      ["samples", "features"],
      n,
      p,
      Float32Array.from({ length: n * p }, () => random.normal()),
    );
    const { data } = await createReferenceLinalg().syrkNT(X);
    return matrix(["samples", "kernel"], n, n, data);
  }),
);
const folds = makeFolds(new Int32Array(n), { folds: 4 });

describe.each([{ intercept: false }, { intercept: true }])("dualProblems with %o", (how) => {
  it("makes the same systems from what folds share as for each fold by itself, to the last bit", () => {
    const open = () => dualProblems(kernels, folds, how);
    const sharing = open();
    const numbersOf = (problem: Problem, weights: number[], shared: boolean) => {
      const { kernel, left } = problem.system(weights, noSpare, shared);
      expect(kernel.data).toEqual(transpose(kernel).data);
      return [...kernel.data, ...left.data];
    };
    for (const weights of [
      [0.3, 0.7],
      [0.9, 0.1],
      [1, 0],
      [0.5, 0.5], // the first is let go
      [0.3, 0.7],
    ])
      for (const k of [...folds.keys(), "whole"] as const) {
        const pick = ({ folds, whole }: ReturnType<typeof open>) =>
          k === "whole" ? whole : (folds[k] as Problem);
        expect(numbersOf(pick(sharing), weights, k !== "whole")).toEqual(
          numbersOf(pick(open()), weights, false),
        );
      }
  });

  it("lends no memory that others read", () => {
    const problems = dualProblems(kernels, folds, how);
    for (const weights of [
      [0.3, 0.7],
      [1, 0],
    ]) {
      const before = [...(problems.folds[0] as Problem).system(weights, noSpare, true).kernel.data];
      for (const problem of [problems.whole, ...problems.folds])
        for (const memory of problem.system(weights, noSpare, true).lent) memory.fill(7);
      expect([...(problems.folds[0] as Problem).system(weights, noSpare, true).kernel.data]).toEqual(before);
    }
  });
});
