import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { takeCols } from "../../src/core/index.ts";
import { createReferenceLinalg } from "../../src/linalg/index.ts";
import { compareAnswers } from "./agreement.ts";
import { cases } from "./cases.ts";
import { readData, writeData } from "./data.ts";
import { fitCase } from "./fit-case.ts";
import { judgeChoices } from "./judge.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-solver-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const linalg = createReferenceLinalg();
const smoke = cases.find(({ name }) => name === "smoke");
if (smoke === undefined) throw new Error("the smoke case is gone");
await writeData(folder, smoke, linalg);
const data = readData(folder, smoke);

describe("writeData", () => {
  it("writes targets of mean 0 and variance 1, and kernels of centred features", () => {
    for (let t = 0; t < 3; t++) {
      const y = Float64Array.from(takeCols(data.Y, Int32Array.of(t)).data);
      expect(Math.abs(y.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-4);
      expect(y.reduce((sum, value) => sum + value * value, 0) / y.length).toBeCloseTo(1, 5);
    }
    const kernel = data.kernels[0];
    const row = kernel?.data.subarray(0, kernel.cols) as Float32Array;
    expect(Math.abs(row.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-3);
    expect(data.weightings.rows).toBe(5);
  });
});

describe("fitCase", () => {
  it("agrees with all pairs solved, and the judge tells choices that tie from others", async () => {
    const fast = await fitCase(smoke, data, linalg);
    const slow = await fitCase(smoke, data, linalg, 0);
    expect(slow.solved).toBe(100);
    expect(fast.solved).toBeLessThan(60);
    const answers = [fast, slow].map((fit) => ({ ...fit, cvScores: fit.cvScores.data }));
    const [a, b] = answers as [(typeof answers)[0], (typeof answers)[0]];
    const { largest, differing } = compareAnswers(a, b);
    expect(largest).toBeLessThan(1e-4);
    const shifted = { ...b, alphaIndex: b.alphaIndex.map((k) => Math.max(0, k - 1)) };
    const moved = compareAnswers(b, shifted).differing.slice(0, 3);
    expect(await judgeChoices(smoke, data, moved, [b, shifted], linalg)).toBeGreaterThan(1e-6);
    if (differing.length > 0)
      expect(await judgeChoices(smoke, data, differing, [a, b], linalg)).toBeLessThan(1e-4);
  });
});
