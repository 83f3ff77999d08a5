import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseGifti, parseNifti, parseNpy, parseTable } from "../io/index.ts";
import { toFileNames } from "./file-name.ts";
import { makeSample } from "./sample-result.fixture.ts";
import { samples } from "./samples.fixture.ts";
import { reportFiles, writeReport } from "./write-report.ts";

const lab = samples.lab();
const surface = {
  coordinates: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1),
  triangles: Int32Array.of(0, 1, 2, 0, 1, 3),
  targetAt: Int32Array.of(0, 5, -1, 31),
};
let folder = "";
let written: readonly string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-report-"));
  written = (await writeReport(lab, folder, surface)).files;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (path: string) => readFileSync(join(folder, path));
const table = (path: string) => parseTable(bytes(path).toString());

describe("writeReport", () => {
  it("writes page, answer, tables, figures, maps and manifest, and returns what it wrote", () => {
    const onDisk = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    expect([...written]).toEqual(onDisk.sort());
    for (const path of [
      "report.html",
      "answer.txt",
      "cells.csv",
      "regions.csv",
      "scores.csv",
      "scores.parquet",
      "manifest.json",
      "figures/unique.svg",
      "maps/P01-r.npy",
      "maps/P01.func.gii",
      "maps/surface.surf.gii",
    ])
      expect(written).toContain(path);
  });
  it("gives the same bytes for the same record", () => {
    const again = reportFiles(lab, surface);
    for (const { path, bytes: data } of again)
      expect(Buffer.from(data as Uint8Array).equals(bytes(path))).toBe(true);
    expect(written).toHaveLength(again.length + 1);
  });
  it("lists every other file in the manifest with its true SHA-256 and size, and what the study was computed from", () => {
    const manifest = JSON.parse(bytes("manifest.json").toString()) as {
      files: { path: string; sha256: string; bytes: number }[];
    } & Record<string, unknown>;
    expect(manifest.files.map(({ path }) => path)).toEqual(
      written.filter((path) => path !== "manifest.json"),
    );
    for (const file of manifest.files) {
      expect(file.sha256).toBe(createHash("sha256").update(bytes(file.path)).digest("hex"));
      expect(file.bytes).toBe(bytes(file.path).length);
    }
    expect(manifest).toMatchObject({
      provenance: lab.provenance,
      tests: lab.tests,
      regions: lab.regions,
      participants: lab.participants,
    });
    expect(bytes("manifest.json").toString()).not.toMatch(/\/tmp|20\d\d-\d\d/); // neither place nor date
  });
  it("takes away drafts of a killed run and keeps other files", async () => {
    const other = mkdtempSync(join(tmpdir(), "simcortex-report-"));
    writeFileSync(join(other, "mine.txt"), "mine");
    await writeReport(makeSample({ regions: ["a"], spaces: ["x"] }), other);
    expect(readdirSync(other)).toContain("mine.txt");
    rmSync(other, { recursive: true });
  });
  it("says in one line that it cannot write", async () => {
    const blocked = join(folder, "answer.txt", "deeper"); // a file where a folder should be
    await expect(writeReport(lab, blocked)).rejects.toMatchObject({ kind: "file" });
  });
});

describe("the tables beside the page", () => {
  it("scores.parquet, read by another program, equals scores.csv, undefined values too", async () => {
    const holes = lab.targets.map((own, k) =>
      k === 0 ? { ...own, r: own.r.map((value, t) => (t === 2 ? Number.NaN : value)) } : own,
    );
    const files = reportFiles({ ...lab, targets: holes });
    const raw = files.find(({ path }) => path === "scores.parquet")?.bytes as Uint8Array;
    const rows = await parquetReadObjects({
      file: raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength) as ArrayBuffer,
    });
    const csv = parseTable(files.find(({ path }) => path === "scores.csv")?.bytes as string);
    expect(rows).toHaveLength(8 * 32);
    expect(Object.keys(rows[0] ?? {})).toEqual(csv.names);
    for (const [i, row] of rows.entries())
      for (const [j, name] of (csv.names ?? []).entries()) {
        const text = csv.rows[i]?.[j] as string;
        const value = row[name] as number | string;
        if (typeof value === "string") expect(text).toBe(value);
        else if (Number.isNaN(value)) expect(text).toBe("");
        else expect(Number(text)).toBe(value); // to the last bit
      }
    expect(rows[2]?.r).toBeNaN();
    const last = lab.targets[7];
    for (const [t, row] of rows.slice(-32).entries()) {
      expect(row).toMatchObject({
        participant: "P08",
        target: t,
        region: lab.regions[last?.region[t] ?? -1],
      });
      expect([row.r, row.r2, row.ceiling, row.alpha]).toEqual([
        last?.r[t],
        last?.r2[t],
        last?.ceiling[t],
        last?.alpha[t],
      ]);
      for (const [s, { name }] of lab.spaces.entries())
        expect([
          row[`unique_${name}`],
          row[`alone_${name}`],
          row[`split_${name}`],
          row[`weight_${name}`],
        ]).toEqual([
          last?.unique[s]?.[t],
          last?.alone[s]?.[t],
          last?.split[s]?.[t],
          last?.bandWeight[s]?.[t],
        ]);
    }
  });
  it("cells.csv and regions.csv hold the numbers of the record, bare and unrounded", () => {
    const cells = table("cells.csv");
    const at = (i: number, name: string) => cells.rows[i]?.[cells.names?.indexOf(name) ?? -1];
    for (const [i, cell] of lab.cells.entries()) {
      expect([at(i, "region"), at(i, "space")]).toEqual([cell.region, cell.space]);
      expect(Number(at(i, "unique_r2"))).toBe(cell.unique.mean);
      expect(Number(at(i, "unique_r2_low"))).toBe(cell.unique.low);
      expect(Number(at(i, "p_corrected"))).toBe(cell.pCorrected);
      expect(Number(at(i, "unique_r2_P03"))).toBe(cell.perPerson[2]);
      expect(at(i, "found")).toBe(cell.significant ? "1" : "0");
    }
    const regions = table("regions.csv");
    expect(regions.rows.map((row) => Number(row[regions.names?.indexOf("r") ?? -1]))).toEqual(
      lab.regionScores.map(({ r }) => r.mean),
    );
  });
  it("comparisons.csv is there where models were compared, with what else differs", () => {
    const files = reportFiles(samples.compared());
    const csv = parseTable(files.find(({ path }) => path === "comparisons.csv")?.bytes as string);
    expect(csv.rows).toHaveLength(8);
    expect(csv.rows[0]?.[csv.names?.indexOf("unmatched") ?? -1]).toBe("not known");
    expect(written).not.toContain("comparisons.csv");
  });
});

describe("maps", () => {
  it("read again from NPY are the scores, bit for bit", () => {
    for (const own of lab.targets) {
      expect(parseNpy(bytes(`maps/${own.participant}-r.npy`)).data).toEqual(own.r);
      expect(parseNpy(bytes(`maps/${own.participant}-r2.npy`)).data).toEqual(own.r2);
      expect(parseNpy(bytes(`maps/${own.participant}-unique-word-form.npy`)).data).toEqual(own.unique[3]);
    }
  });
  it("read again from GIFTI are the scores at the vertices in float32, NaN outside, named", () => {
    const { arrays } = parseGifti(bytes("maps/P02.func.gii"));
    expect(arrays.map(({ name }) => name)).toEqual([
      "r",
      "R2",
      ...lab.spaces.map(({ name }) => `unique R2: ${name}`),
    ]);
    const own = lab.targets[1];
    const want = [0, 5, -1, 31].map((t) => Math.fround(own?.r[t] ?? Number.NaN));
    expect([...(arrays[0]?.data ?? [])]).toEqual(want);
    const mesh = parseGifti(bytes("maps/surface.surf.gii")).arrays;
    expect([...(mesh[0]?.data ?? [])]).toEqual([...surface.coordinates]);
    expect([...(mesh[1]?.data ?? [])]).toEqual([...surface.triangles]);
  });
  it("read again from NIfTI are the scores at the voxels in float32, NaN outside, in the space of the mask", () => {
    const small = makeSample({ people: 2, regions: ["a"], spaces: ["x/y"], targets: 3 });
    const affine = [2, 0, 0, -10, 0, 2, 0, -20, 0, 0, 2, -30, 0, 0, 0, 1];
    const volume = { shape: [2, 2, 2], affine, voxelSizes: [2, 2, 2], voxelOf: Int32Array.of(7, 0, 3) };
    const files = reportFiles(small, undefined, [volume, volume]);
    const image = parseNifti(
      files.find(({ path }) => path === "maps/P02-unique-x-y.nii.gz")?.bytes as Uint8Array,
    );
    const own = small.targets[1]?.unique[0] ?? new Float64Array();
    const want = new Array<number>(8).fill(Number.NaN);
    for (const [t, voxel] of [7, 0, 3].entries()) want[voxel] = Math.fround(own[t] as number);
    expect([...image.data]).toEqual(want);
    expect(image).toMatchObject({ shape: [2, 2, 2], affine, description: "unique R2: x/y" });
    expect(files.filter(({ path }) => path.endsWith(".nii.gz"))).toHaveLength(2 * 3);
  });
  it("have safe file names: no slash, never hidden, never two the same", () => {
    expect(toFileNames(["a/b", "a b", "../../etc", ".x", "", "Ä", "A-B"])).toEqual([
      "a-b",
      "a-b-2",
      "etc",
      "x",
      "unnamed",
      "Ä",
      "A-B-3",
    ]);
  });
});
