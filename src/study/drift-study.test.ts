import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerStudy, type StudyResult } from "../report/index.ts";
import { parseSettings, runStudy } from "../study.ts";
import { drawSentences, writeDriftStudy } from "./drift-study.fixture.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;
let folder = "";
let yaml: ReturnType<typeof writeDriftStudy>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-controls-"));
  yaml = writeDriftStudy(folder, {
    sentences: drawSentences(40),
    people: 6,
    targets: 4,
    folds: 4,
    columns: 24,
    alphas: 7,
    seed: 2,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (text: string) =>
  runStudy(parseSettings(`${text}\ntests: { bootstrap: 100 }`), {
    folder,
    out: join(folder, "results"),
    store: join(folder, "store"),
    workers: 1,
  });
const rOf = ({ cells }: StudyResult, space: string) =>
  cells.filter((cell) => cell.space === space).map(({ aloneR }) => aloneR.mean);

describe("OASM with noise in its columns, so that what it predicts for a whole passage varies", () => {
  it.runIf(slow)(
    "has r within .02 of zero where passages are kept whole, and predicts where they are torn",
    async () => {
      const own = mkdtempSync(join(tmpdir(), "simcortex-noisy-"));
      try {
        const { noisy } = writeDriftStudy(own, {
          sentences: drawSentences(40),
          people: 8,
          targets: 20,
          folds: 4,
          columns: 24,
          alphas: 7,
        });
        const study = (text: string) =>
          runStudy(parseSettings(`${text}\ntests: { bootstrap: 100 }`), {
            folder: own,
            out: join(own, "results"),
            store: join(own, "store"),
            workers: 1,
          });
        const meanR = ({ regionScores }: StudyResult) =>
          regionScores.reduce((sum, { r }) => sum + r.mean, 0) / regionScores.length;
        const [whole, torn] = [await study(noisy.whole), await study(noisy.torn)];
        expect(Math.abs(meanR(whole))).toBeLessThan(0.02);
        expect(meanR(torn)).toBeGreaterThan(0.25);
        expect(whole.regionScores.some(({ significant }) => significant)).toBe(false);
      } finally {
        rmSync(own, { recursive: true, force: true });
      }
    },
  );
});

describe("a study whose responses hold no content, only a drift of each passage", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "is refused by name where passages are torn, and says that there is no win where that is overridden",
    async () => {
      await expect(run(yaml.refused)).rejects.toThrow(/^guard: split-groups: \d+ of 40 groups/);
      const torn = await run(yaml.torn);
      for (const r of rOf(torn, "OASM")) expect(r).toBeGreaterThan(0.3);
      for (const r of rOf(torn, "content")) expect(r).toBeGreaterThan(0.05);
      expect(torn.regionScores.map(({ significant }) => significant)).toEqual([true, true]);
      const { lead, predicted } = answerStudy(torn);
      expect(lead).toMatch(/^No win: .*not shown to .* than the controls? OASM/);
      expect(predicted).toMatch(
        /Of the controls .* these predict too, .*: OASM in A and B.* In A and B all feature spaces together are not shown to do better/,
      );
      expect(torn.warnings.join("\n")).toMatch(/The rule "split-groups" was overridden/);
    },
  );
  it.runIf(slow)(
    "finds nothing where passages are kept whole: OASM predicts the mean, so that its R² is 0 and its r undefined",
    async () => {
      const whole = await run(yaml.whole);
      expect(rOf(whole, "OASM")).toEqual([Number.NaN, Number.NaN]);
      expect(whole.cells.filter(({ space }) => space === "OASM").map(({ alone }) => alone.mean)).toEqual([
        0, 0,
      ]);
      for (const r of rOf(whole, "content")) expect(Math.abs(r)).toBeLessThan(0.1);
      expect(whole.cells.some(({ significant }) => significant)).toBe(false);
      expect(whole.controls.some(({ significant }) => significant)).toBe(false);
      const { lead, predicted } = answerStudy(whole);
      expect(lead).toMatch(/no evidence/);
      expect(lead).not.toMatch(/Unique variance is found/);
      expect(predicted).toMatch(
        /No evidence that the controls .*\(OASM, position and permuted pairs\) predict any region/,
      );
    },
  );
});
