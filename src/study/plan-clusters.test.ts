import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { encodeNpy, parseGifti, parseNifti, readArray } from "../io/index.ts";
import type { ClusterMap } from "../report/index.ts";
import { parseSettings, runStudy } from "../study.ts";
import {
  blobOf,
  blobRows,
  blobStudy,
  clusterMapOf,
  everywhere,
  maskOf,
  writeBlobs,
} from "./blob-study.fixture.ts";
import { type ClusterSpace, type ClusterSpaces, clusterSpacesOf } from "./cluster-space.ts";
import type { StudyData } from "./data.ts";
import { smallSurface } from "./story-study.fixture.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined; // each run takes a second of the processor

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-clusters-"));
  writeBlobs(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (text: string, name: string, onProgress?: (event: { step: string }) => void) =>
  runStudy(parseSettings(text), {
    folder,
    out: join(folder, name),
    store: join(folder, "store"),
    workers: 1,
    ...(onProgress && { onProgress }),
  });
const own = 'file: "bold/{participant}-own.nii", mask: "masks/{participant}.nii.gz"';
const labels = 'labels: "masks/{participant}.nii.gz", names: { 1: brain }';
/** Share of the voxels inside and outside of a blob that have a small p. */
function shares({ p }: ClusterMap, voxels: readonly number[], blob: ReadonlySet<number>) {
  const inside = [...p.keys()].filter((t) => blob.has(voxels[t] as number));
  const outside = [...p.keys()].filter((t) => !blob.has(voxels[t] as number));
  const share = (list: readonly number[]) =>
    list.filter((t) => (p[t] as number) <= 0.05).length / list.length;
  return [share(inside), share(outside)] as [number, number];
}

describe("a study with tests.clusters", () => {
  it.each(slow ? ["blocks", "shift"] : ["blocks"])(
    "finds the block of voxels of each person where people have their own (%s), and writes the maps in their space",
    async (exchange) => {
      const steps = new Set<string>();
      const text = blobStudy(2, own, `exchange: ${exchange}, clusters: {}`, labels);
      const result = await run(text, exchange, ({ step }) => steps.add(step));
      expect(steps).toContain("clusters");
      expect(result.clusters?.maps.map(({ name, participant }) => `${participant}: ${name}`)).toEqual(
        ["p0", "p1"].flatMap((person) =>
          ["joint model", "unique: sound", "unique: meaning", "sound − meaning"].map(
            (name) => `${person}: ${name}`,
          ),
        ),
      );
      for (const [p, person] of ["p0", "p1"].entries()) {
        const voxels = maskOf(p);
        for (const name of ["joint model", "unique: sound", "sound − meaning"]) {
          const [inside, outside] = shares(clusterMapOf(result, name, person), voxels, blobOf(p));
          expect(inside).toBeGreaterThan(0.85);
          expect(outside).toBeLessThan(0.12); // a cluster's rim: noise beside it
        }
        const silent = clusterMapOf(result, "unique: meaning", person);
        expect([silent.above, silent.below, silent.tested]).toEqual([0, 0, voxels.length]);
        expect(silent.value).toEqual(result.targets[p]?.unique[1]);
        const map = clusterMapOf(result, "unique: sound", person);
        const image = parseNifti(
          readFileSync(join(folder, exchange, "maps", `clusters-${person}-unique-sound-p.nii.gz`)),
        );
        expect(voxels.map((v) => image.data[v])).toEqual(Array.from(map.p, Math.fround));
        expect(image.data[everywhere.find((v) => !voxels.includes(v)) as number]).toBeNaN();
        const npy = await readArray(join(folder, exchange, "maps", `clusters-${person}-unique-sound-p.npy`));
        expect([...npy.data]).toEqual([...map.p]);
      }
      expect(clusterMapOf(result, "joint model", "p0").smallestP).toBe(1 / 500);
      expect(result.clusters?.test).toMatch(
        exchange === "shift"
          ? /^Each person alone, so that nothing is said of people in general: the squared error saved at each target, in units of unrelated courses, under circular shifts within 3 held-out stretches, 499 draws$/
          : /^Each person alone.*Student's t over \d+ blocks of \d+ held-out samples.*499 draws$/,
      );
      const page = readFileSync(join(folder, exchange, "report.html"), "utf8");
      expect(page).toContain('<section id="maps">');
      expect(page).toContain("It claims no single target, and not where the cluster ends.");
    },
  );
  it.runIf(slow)("tests over people where six share a mask: exact, one map for all", async () => {
    const shared = 'file: "bold/{participant}-shared.nii", mask: masks/all.nii.gz';
    const result = await run(blobStudy(6, shared, "clusters: { touch: 26 }"), "shared");
    expect(result.clusters?.maps.map(({ participant }) => participant)).toEqual([null, null, null, null]);
    expect(result.clusters?.test).toBe(
      "Student's t over 6 people at each target, under flipped signs of whole people, exact (64 in all)",
    );
    expect(result.clusters?.neighbours).toMatch(/a face, an edge or a corner/);
    const map = clusterMapOf(result, "unique: sound", null);
    expect(map.smallestP).toBe(1 / 64);
    expect(clusterMapOf(result, "sound − meaning", null).smallestP).toBe(2 / 64);
    const [inside, outside] = shares(map, everywhere, blobOf(0));
    expect(inside).toBeGreaterThan(0.9);
    expect(outside).toBeLessThan(0.12);
    expect(clusterMapOf(result, "unique: meaning", null).above).toBe(0);
    for (const t of [0, 17, 100]) {
      const mean = result.targets.reduce((sum, { unique }) => sum + (unique[0]?.[t] as number), 0) / 6;
      expect(map.value[t]).toBeCloseTo(mean, 12);
    }
    expect(readdirSync(join(folder, "shared", "maps"))).toContain("clusters-all-unique-sound-p.nii.gz");
  });
  it.runIf(slow)("tests vertices of a surface, by area, and writes a GIFTI file a hemisphere", async () => {
    const mesh = (side: string) => join(smallSurface, side === "left" ? "left.folded.surf.gii" : "rh.folded");
    const surface = `surface: { space: two ellipsoids, left: { folded: "${mesh("left")}" }, right: { folded: "${mesh("right")}" } }`;
    const settings = parseSettings(
      `${blobStudy(6, 'file: "vertices/{participant}.npy"', "clusters: {}")}${surface}`,
    );
    const count = (await loadCount(mesh("left"))) * 2;
    const people = Array.from({ length: 6 }, (_, p) => ({ id: `p${p}`, regionOf: new Int32Array(count) }));
    const spaces = await clusterSpacesOf(
      { people, regions: ["all"], truth: null } as unknown as StudyData,
      settings,
      folder,
    );
    expect(spaces?.shared).toBe(true);
    expect(spaces?.of[0]?.areas).toHaveLength(count);
    // the right hemisphere's vertices come after the left's, and touch none of them
    const { starts, list } = ((spaces as ClusterSpaces).of[0] as ClusterSpace).neighbours;
    const half = count / 2;
    for (let t = 0; t < half; t++)
      for (const other of list.subarray(starts[t], starts[t + 1])) expect(other).toBeLessThan(half);
    const random = createRandom(3).stream("vertices");
    const sound = (await readArray(join(folder, "sound.npy"))).data;
    const patch = new Set([5, ...list.subarray(starts[5], starts[6])]);
    for (const n of [...patch]) for (const other of list.subarray(starts[n], starts[n + 1])) patch.add(other);
    for (let p = 0; p < 6; p++) {
      const data = Float64Array.from(
        { length: blobRows * count },
        (_, k) =>
          (patch.has(k % count) ? 0.6 * (sound[Math.floor(k / count)] as number) : 0) + random.normal(),
      );
      writeFileSync(join(folder, "vertices", `p${p}.npy`), encodeNpy({ shape: [blobRows, count], data }));
    }
    writeFileSync(
      join(folder, "vertices", "labels.npy"),
      encodeNpy({ shape: [count], data: Int32Array.from({ length: count }, () => 1) }),
    );
    const text = blobStudy(
      6,
      'file: "vertices/{participant}.npy"',
      "clusters: {}",
      "labels: vertices/labels.npy, names: { 1: cortex }",
    );
    const result = await run(`${text}${surface}`, "surface");
    const map = clusterMapOf(result, "unique: sound", null);
    const [inside, outside] = shares(
      map,
      Array.from({ length: count }, (_, t) => t),
      patch,
    );
    expect(inside).toBeGreaterThan(0.9);
    expect(outside).toBeLessThan(0.1);
    const gifti = parseGifti(
      readFileSync(join(folder, "surface", "maps", "clusters-all-unique-sound-left.func.gii")),
    );
    expect(Array.from(gifti.arrays[1]?.data ?? [])).toEqual(Array.from(map.p.subarray(0, half), Math.fround));
  });
  it.runIf(slow)("gives the same files twice, and none where it is not asked for", async () => {
    const text = blobStudy(2, own, "clusters: {}", labels);
    await run(text, "twice");
    const file = join("maps", "clusters-p0-unique-sound-p.npy");
    const first = readFileSync(join(folder, "twice", file));
    rmSync(join(folder, "store"), { recursive: true, force: true });
    await run(text, "again");
    expect(readFileSync(join(folder, "again", file)).equals(first)).toBe(true);
    const without = await run(text.replace(", clusters: {}", ""), "without");
    expect(without.clusters).toBeUndefined();
    expect(
      readdirSync(join(folder, "without", "maps")).filter((name) => name.startsWith("clusters")),
    ).toEqual([]);
    expect(readFileSync(join(folder, "without", "report.html"), "utf8")).not.toContain('id="maps"');
  });
  it("is refused where targets have no neighbours, before anything is fitted, and where a touch is none", async () => {
    writeFileSync(
      join(folder, "vertices", "two.npy"),
      encodeNpy({ shape: [blobRows, 2], data: new Float64Array(2 * blobRows).map((_, k) => Math.sin(k)) }),
    );
    const text = blobStudy(2, "file: vertices/two.npy", "clusters: {}", "names: [a, b]");
    await expect(run(text, "none")).rejects.toThrow(
      "tests.clusters: targets have no neighbours; give responses.mask (NIfTI), or a surface without labels whose vertices they are.",
    );
    expect(() => parseSettings(blobStudy(2, own, "clusters: { touch: 8 }", labels))).toThrow(
      "tests.clusters.touch: must be one of 6, 18, 26.",
    );
  });
});

async function loadCount(path: string): Promise<number> {
  const { readMesh } = await import("../io/index.ts");
  return (await readMesh(path)).coordinates.length / 3;
}
