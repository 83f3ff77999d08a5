import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerStudy } from "../report/index.ts";
import { checkStudy, readSettings, runStudy, type StudySettings } from "../study.ts";

/** Haxby et al. 2001, one slice of one person (data/README.md of the optional data folder). Decoding the category reaches .73 there; that is not
 * what an encoding study measures. Here: how much of a voxel's course the category predicts in the next run. */
const source = resolve(process.env.SIMCORTEX_DATA ?? "../shared/data", "haxby-slice");
const slow = process.env.SIMCORTEX_SLOW !== undefined;

describe.skipIf(!existsSync(source))("examples/haxby", () => {
  let folder = "";
  let settings: StudySettings;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "simcortex-haxby-"));
    execFileSync(process.execPath, ["--import", "tsx", "examples/haxby/prepare.ts", source, folder]);
    settings = { ...(await readSettings("examples/haxby/study.yaml")), data: folder };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps every rule that the guard can see", async () => {
    const verdicts = await checkStudy(settings, ".");
    expect(verdicts.filter(({ state }) => state === "refused")).toEqual([]);
    expect(verdicts.filter(({ state }) => state === "kept").map(({ rule }) => rule)).toContain(
      "split-repeats",
    );
  });
  it.runIf(slow)(
    "predicts runs from category, names its controls, and says that one person was measured",
    {
      timeout: 240_000,
    },
    async () => {
      const small: StudySettings = {
        ...settings,
        outer: { folds: 4, gap: 0, shuffle: "none" },
        fit: {
          ...settings.fit,
          weightings: 3,
          alphas: { from: 10, to: 10000, count: 4 },
          inner: { folds: 3, gap: 0 },
        },
        tests: { ...settings.tests, bootstrap: 100, permutations: 999, clusters: { touch: 6 } },
      };
      const result = await runStudy(small, {
        folder: ".",
        out: join(folder, "out"),
        store: join(folder, "store"),
        workers: 2,
      });
      const cell = (space: string) => result.cells.find((own) => own.space === space);
      expect(cell("category")?.significant).toBe(true);
      expect(result.regionScores[0]?.r.mean).toBeGreaterThan(0.15);
      expect(cell("OASM")?.aloneR.mean).toBeNaN();
      expect(Math.abs(cell("permuted pairs")?.aloneR.mean ?? 1)).toBeLessThan(0.03);
      expect(result.controls.some(({ significant }) => significant)).toBe(false);
      expect(answerStudy(result).lead).toMatch(
        /^In the one person measured \(subject-1\), unique variance is found in slice/,
      );
      // 530 voxels of one slice: clusters that follow the category lie in ventral temporal cortex; what a picture adds to it is nowhere
      const map = (name: string) => result.clusters?.maps.find((own) => own.name === name);
      expect(map("unique: category")).toMatchObject({ tested: 530, participant: "subject-1" });
      expect(map("unique: category")?.above).toBeGreaterThan(20);
      expect(map("unique: category")?.above).toBeLessThan(265);
      expect(result.clusters?.test).toMatch(/^One person: Student's t over \d+ blocks/);
      expect(result.designNotes.join("\n")).toMatch(
        /Blocks have \d+ samples, the shortest that keep the paired test/,
      );
    },
  );
});
