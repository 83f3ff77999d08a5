import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { encodeNpy, parseFreeSurfer, readMesh, readVertexLabels, readVertexMap } from "../io/index.ts";
import { loadSurface } from "./load-surface.ts";
import { smallSurface } from "./story-study.fixture.ts";

interface Facts {
  readonly vertices: number;
  readonly faces: number;
  readonly "flat faces": number;
  readonly "points of 5": readonly number[];
  readonly "triangle 7": readonly number[];
  readonly "sulc of 9": number;
  readonly names: readonly string[];
  readonly "vertices a label": readonly number[];
  readonly "flat of patch": readonly number[];
  readonly "vertex of patch": number;
}
const file = (name: string) => join(smallSurface, name);
const facts = JSON.parse(readFileSync(file("facts.json"), "utf8")) as Facts;
const folder = mkdtempSync(join(tmpdir(), "simcortex-surface-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const regions = ["front", "back", "silent"];
const left = {
  folded: "left.folded.surf.gii",
  inflated: "left.inflated.surf.gii",
  flat: "left.flat.surf.gii",
  sulcus: "left.sulc.shape.gii",
};
const right = { folded: "rh.folded", inflated: "rh.inflated", flat: "rh.patch.flat", sulcus: "rh.sulc" };
const both = { space: "test", left, right };
const load = (surface: NonNullable<Parameters<typeof loadSurface>[0]["surface"]>, targets: number[] = []) =>
  loadSurface({ surface, data: "." }, smallSurface, { regions, targets });

describe("FreeSurfer files", () => {
  it("are read as nibabel reads them: mesh, map, annotation", async () => {
    const { coordinates, triangles } = await readMesh(file("rh.folded"));
    expect([coordinates.length / 3, triangles.length / 3]).toEqual([facts.vertices, facts.faces]);
    expect([...coordinates.slice(15, 18)]).toEqual(facts["points of 5"].map((x) => expect.closeTo(x, 3)));
    expect([...triangles.slice(21, 24)]).toEqual(facts["triangle 7"]);
    expect((await readVertexMap(file("rh.sulc")))[9]).toBe(facts["sulc of 9"]);
    const { labels, names } = await readVertexLabels(file("rh.parts.annot"));
    expect(Object.values(names)).toEqual(facts.names);
    expect(facts.names.map((_, k) => labels.filter((label) => label === k).length)).toEqual(
      facts["vertices a label"],
    );
  });
  it("hold the numbers of GIFTI files of the other side", async () => {
    const [gifti, other] = await Promise.all([readMesh(file(left.inflated)), readMesh(file(right.inflated))]);
    expect(other.triangles).toEqual(gifti.triangles);
    expect(other.coordinates).toEqual(gifti.coordinates);
    expect(await readVertexMap(file(right.sulcus))).toEqual(await readVertexMap(file(left.sulcus)));
  });
  it.each([
    ["rh.folded", 400, /it says .* entries; \d+ bytes are left\. Is it cut off\?/],
    ["rh.folded", 12, /do not end/],
    ["rh.sulc", 40, /it says .* entries/],
    ["rh.parts.annot", 300, /it says .* entries/],
    ["rh.patch.flat", 60, /it says .* entries/],
    ["facts.json", 4000, /FreeSurfer: it says/],
  ])("%s cut after %i bytes is refused in one line", (name, length, says) => {
    expect(() => parseFreeSurfer(new Uint8Array(readFileSync(file(name))).subarray(0, length))).toThrow(says);
  });
  it("of another kind are refused with what is needed", async () => {
    await expect(readMesh(file("rh.sulc"))).rejects.toThrow(
      /rh\.sulc: .*a mesh is needed; the file is a map/,
    );
    await expect(readVertexLabels(file("rh.folded"))).rejects.toThrow(/an annotation is needed/);
    await expect(readMesh(file(left.sulcus))).rejects.toThrow(
      /a mesh has coordinates and triangles; the file has SHAPE/,
    );
  });
});

describe("loadSurface", () => {
  it("is null where no surface is named", async () => {
    expect(await loadSurface({ data: "." }, smallSurface, { regions, targets: [1] })).toBeNull();
  });
  it("without labels makes every vertex a target, the left ones first", async () => {
    const { vertices } = facts;
    const loaded = await load(both, [2 * vertices]);
    expect(loaded?.shows).toBe("targets");
    const [one, two] = loaded?.surface.hemispheres ?? [];
    expect([one?.name, one?.target[5], two?.name, two?.target[5]]).toEqual([
      "left",
      5,
      "right",
      vertices + 5,
    ]);
    await expect(load(both, [vertices])).rejects.toThrow(
      new RegExp(`has ${2 * vertices} vertices .* the people have ${vertices} targets. Give .labels.`),
    );
  });
  it("spreads flat maps in two coordinates, whatever the file says in the third; a patch leaves its cut open", async () => {
    const [one, two] = (await load(both, [2 * facts.vertices]))?.surface.hemispheres ?? [];
    const v = facts["vertex of patch"];
    expect([...(two?.flat?.slice(2 * v, 2 * v + 2) ?? [])]).toEqual(
      facts["flat of patch"].map((x) => expect.closeTo(x, 3)),
    );
    // the left side is the right one's mirror image, and both files hold the same triangles
    expect([one?.flatFaces?.length, two?.flatFaces?.length]).toEqual([
      3 * facts["flat faces"],
      3 * facts["flat faces"],
    ]);
  });
  it("finds regions by the names of labels, by their numbers, and in one file for both sides", async () => {
    const named = await load({
      ...both,
      left: { ...left, labels: "left.parts.label.gii" },
      right: { ...right, labels: "rh.parts.annot" },
      names: { middle: "silent" },
    });
    expect(named?.shows).toBe("regions");
    const count = (side: number, region: number) =>
      named?.surface.hemispheres[side]?.target.filter((g) => g === region).length;
    const [, back, middle, front] = facts["vertices a label"];
    expect([count(1, 0), count(1, 1), count(1, 2)]).toEqual([front, back, middle]);
    const all = Int32Array.from(named?.surface.hemispheres.flatMap(({ target }) => [...target]) ?? []);
    writeFileSync(
      join(folder, "labels.npy"),
      encodeNpy({ shape: [all.length], data: all.map((g) => g + 1) }),
    );
    const numbered = await load({
      ...both,
      labels: join(folder, "labels.npy"),
      names: { 1: "front", 2: "back", 3: "silent" },
    });
    expect(numbered?.surface.hemispheres.flatMap(({ target }) => [...target])).toEqual([...all]);
  });
  it("refuses files that do not fit each other, and labels that are no regions", async () => {
    writeFileSync(join(folder, "few.npy"), encodeNpy({ shape: [3], data: Int32Array.of(1, 2, 3) }));
    const few = join(folder, "few.npy");
    await expect(load({ space: "test", left: { ...left, labels: few } })).rejects.toThrow(
      /surface\.left: .*few\.npy has 3 labels for \d+ vertices/,
    );
    await expect(load({ space: "test", left: { ...left, sulcus: few } })).rejects.toThrow(
      /has 3 vertices; left\.folded/,
    );
    const unnamed = {
      space: "test",
      left: { ...left, labels: "left.parts.label.gii" },
      names: { back: "nowhere" },
    };
    await expect(
      loadSurface({ surface: unnamed, data: "." }, smallSurface, { regions: ["north"], targets: [] }),
    ).rejects.toThrow(/no label is a region\. Regions: north\. Labels: .*back/);
  });
});
