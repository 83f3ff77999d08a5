import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeNifti } from "../io/index.ts";
import type { StudyData } from "./data.ts";
import { parseSettings } from "./read-settings.ts";
import { volumesOf } from "./volumes.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-volumes-"));
  const mask = {
    shape: [2, 3, 2],
    data: Float32Array.of(0, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0, 1),
    description: "",
  };
  const affine = [3, 0, 0, -90, 0, 3, 0, -126, 0, 0, 3, -72, 0, 0, 0, 1];
  writeFileSync(join(folder, "p1.nii.gz"), encodeNifti({ ...mask, affine, voxelSizes: [3, 3, 3] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings = (responses: string) =>
  parseSettings(
    `title: t\nquestion: q\ntr: 2\nparticipants: [p1]\nruns: [{ id: a, samples: 9 }, { id: b, role: test, samples: 9 }]\nresponses: ${responses}\nregions: { names: [v] }\nfeatures: { x: { ready: { file: x.npy } } }\n`,
  );
const people = (targets: number) =>
  ({ people: [{ id: "p1", regionOf: new Int32Array(targets) }] }) as unknown as StudyData;

describe("volumesOf", () => {
  it("places every target in its voxel of the person's mask, with the mask's affine", async () => {
    const [volume] = await volumesOf(
      settings('{ file: y.nii, mask: "{participant}.nii.gz" }'),
      people(4),
      folder,
    );
    expect([...(volume?.voxelOf ?? [])]).toEqual([1, 2, 8, 11]);
    expect(volume?.shape).toEqual([2, 3, 2]);
    expect(volume?.affine.slice(0, 4)).toEqual([3, 0, 0, -90]);
  });
  it("follows the columns that the responses take", async () => {
    const chosen = settings('{ file: y.nii, mask: "{participant}.nii.gz", columns: [3, 0] }');
    const [volume] = await volumesOf(chosen, people(2), folder);
    expect([...(volume?.voxelOf ?? [])]).toEqual([11, 1]);
  });
  it("has none for responses without a mask, and refuses a mask of another size", async () => {
    expect(await volumesOf(settings("{ file: y.npy }"), people(4), folder)).toEqual([]);
    const masked = settings('{ file: y.nii, mask: "{participant}.nii.gz" }');
    await expect(volumesOf(masked, people(5), folder)).rejects.toThrow(
      /mask of p1 has 4 voxels; its responses have 5 targets/,
    );
  });
});
