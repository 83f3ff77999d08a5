import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BrainMap, openBrain } from "../simulator/index.ts";
import { parseSettings, type SolvedStudy, solveStudy } from "../study.ts";
import { blobStudy, clusterMapOf, everywhere, writeBlobs } from "./blob-study.fixture.ts";
import { packStudy } from "./pack-study.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-cluster-page-"));
  writeBlobs(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("clusterMapsOf", () => {
  it("shows on the page of a published study which voxels lie in clusters, beside the maps of whole regions", async () => {
    const shared = 'file: "bold/{participant}-shared.nii", mask: masks/all.nii.gz';
    const settings = parseSettings(blobStudy(2, shared, "exchange: blocks, clusters: {}"));
    const solved = await solveStudy(settings, { folder, store: join(folder, "store"), workers: 1 });
    const pack = async (given: SolvedStudy) => {
      const files = await packStudy(given, { settings, surface: null, why: "" });
      return openBrain(async (file) => files.get(file) as Uint8Array);
    };
    const brain = await pack(solved);
    const clusters = brain.manifest.maps.filter(({ id }) => id.startsWith("clusters/"));
    expect(clusters.map(({ id, title, group }) => [id, title, group])).toEqual([
      ["clusters/r2/joint", "R²: all feature spaces together, clusters", "score"],
      ["clusters/unique/sound", "unique variance: sound, clusters", "unique"],
      ["clusters/unique/meaning", "unique variance: meaning, clusters", "unique"],
      ["clusters/difference/sound/meaning", "sound minus meaning, clusters", "difference"],
    ]);
    for (const [k, name] of [
      "joint model",
      "unique: sound",
      "unique: meaning",
      "sound − meaning",
    ].entries()) {
      const { values, significant, test } = clusters[k] as BrainMap;
      const inside = [...(await brain.array(significant as NonNullable<typeof significant>))];
      const own = ["p0", "p1"].map((person) => clusterMapOf(solved.result, name, person));
      const small = own.flatMap(({ p }) => Array.from(p, (one) => (one <= 0.05 ? 1 : 0)));
      expect(inside).toEqual([...everywhere.map(() => 0), ...small]);
      const shown = [...(await brain.array(values))];
      expect(shown.slice(everywhere.length)).toEqual(
        own.flatMap(({ value }) => Array.from(value, (one) => expect.closeTo(one, 5))),
      );
      expect(test).toBe(
        "inside the line: clusters (TFCE), p ≤ 0.05 corrected over the map, each person alone; their mean is not tested",
      );
    }
    const { clusters: _, ...without } = solved.result;
    const bare = await pack({ ...solved, result: without });
    expect(bare.manifest.maps.map(({ id }) => id)).toEqual(
      brain.manifest.maps.map(({ id }) => id).filter((id) => !id.startsWith("clusters/")),
    );
  });
});
