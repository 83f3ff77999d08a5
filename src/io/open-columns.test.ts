import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { matrix } from "../core/index.ts";
import { encodeNifti, hashFile, openColumns, readArray, removeDrafts, writeZarr } from "./index.ts";
import { openZarr } from "./zarr.ts";
import { crc32c } from "./zarr-codec.ts";
import { beginZarr } from "./zarr-draft.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-open-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);
const fixture = (name: string) => join(import.meta.dirname, "fixtures/zarr", name);

const [rows, cols] = [11, 2500];
const numbers = Float32Array.from({ length: rows * cols }, (_, k) => Math.fround(Math.sin(k)));
const columns = (from: number, to: number) =>
  Array.from({ length: rows }, (_, i) => [...numbers.subarray(i * cols + from, i * cols + to)]).flat();

function writeWide(name: string, tall: number) {
  mkdirSync(path(name));
  const meta = { zarr_format: 2, shape: [rows, cols], chunks: [tall, cols], dtype: "<f4", compressor: null };
  writeFileSync(
    join(path(name), ".zarray"),
    JSON.stringify({ ...meta, fill_value: 0, order: "C", filters: [] }),
  );
  for (let top = 0; top < rows; top += tall) {
    const part = new Float32Array(tall * cols);
    part.set(numbers.subarray(top * cols, (top + tall) * cols));
    writeFileSync(join(path(name), `${top / tall}.0`), new Uint8Array(part.buffer));
  }
}

beforeAll(async () => {
  writeWide("wide.zarr", 3);
  await writeZarr(path("narrow.zarr"), { shape: [rows, cols], data: numbers });
  const { default: h5wasm, File } = await import("h5wasm/node");
  await h5wasm.ready;
  const file = new File(path("Y.h5"), "w");
  const set = { data: numbers, shape: [rows, cols], dtype: "<f4" };
  file.create_dataset({ ...set, name: "plain" });
  file.create_dataset({ ...set, name: "narrow", chunks: [4, 100], compression: 1 });
  file.create_dataset({ ...set, name: "wide", chunks: [4, cols], compression: 1 });
  file.create_dataset({
    name: "whole",
    data: Int32Array.of(2 ** 30 + 1, 2, 3, 4),
    shape: [2, 2],
    dtype: "<i4",
  });
  file.close();
});

describe("openColumns", () => {
  it.each([
    ["wide.zarr", {}],
    ["wide.zarr", { turned: "turned" }],
    ["narrow.zarr", {}],
    ["Y.h5", { dataset: "plain" }],
    ["Y.h5", { dataset: "narrow" }],
    ["Y.h5", { dataset: "wide" }],
    ["Y.h5", { dataset: "wide", turned: "turned 2" }],
  ] as const)("gives of %s %j any range of columns as they stand in the whole", async (name, options) => {
    const turned = "turned" in options ? path(options.turned) : undefined;
    const file = await openColumns(path(name), { ...options, turned });
    expect([file.rows, file.cols, file.dtype]).toEqual([rows, cols, "float32"]);
    const ends = fc
      .tuple(fc.nat(cols), fc.nat(cols))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    await fc.assert(
      fc.asyncProperty(ends, async ([from, to]) => {
        expect([...(await file.read(from, to))]).toEqual(columns(from, to));
      }),
      { seed: 1, numRuns: 8 },
    );
    await expect(file.read(5, cols + 1)).rejects.toThrow(/columns \[5, 2501\) lie outside the 2500/);
    await file.close();
  });

  it("turns once: a turned file that is whole is read in place of its source, one that is not is made again", async () => {
    const turned = path("kept");
    await (await openColumns(path("wide.zarr"), { turned })).close();
    const bytes = readFileSync(turned);
    writeFileSync(turned, Buffer.alloc(bytes.length));
    const kept = await openColumns(path("wide.zarr"), { turned });
    expect([...(await kept.read(600, 602))].every((value) => value === 0)).toBe(true);
    await kept.close();
    writeFileSync(turned, bytes.subarray(4));
    const again = await openColumns(path("wide.zarr"), { turned });
    expect([...(await again.read(600, 602))]).toEqual(columns(600, 602));
    await again.close();
  });

  it("leaves no turned file where the source is damaged", async () => {
    writeWide("cut.zarr", 3);
    writeFileSync(path("cut.zarr/2.0"), "short");
    await expect(openColumns(path("cut.zarr"), { turned: path("none") })).rejects.toThrow(
      /cut\.zarr\/2\.0: the chunk must hold 30000 bytes and holds 5/,
    );
    expect(readdirSync(folder).filter((name) => name.includes("none"))).toEqual([]);
  });

  it("keeps 32-bit integers whole, where float32 would round them", async () => {
    const file = await openColumns(path("Y.h5"), { dataset: "whole" });
    expect([file.dtype, [...(await file.read(0, 1))]]).toEqual(["float64", [2 ** 30 + 1, 3]]);
    await file.close();
  });

  it("reads MATLAB's matrices as they stand in MATLAB", async () => {
    const matlab = join(import.meta.dirname, "fixtures/hdf5/matlab.mat");
    const whole = await readArray(matlab);
    const file = await openColumns(matlab);
    expect([file.rows, file.cols]).toEqual(whole.shape);
    expect([...(await file.read(0, file.cols))]).toEqual([...whole.data]);
    await file.close();
  });

  it("reads NIfTI runs as the study's reader does, scaled and masked, gzipped or not", async () => {
    const image = {
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      voxelSizes: [1, 1, 1],
      description: "",
    };
    const draw = (count: number) => Float32Array.from({ length: count }, (_, k) => Math.cos(k));
    const a = Buffer.from(encodeNifti({ ...image, shape: [2, 3, 2, 3], data: draw(36) }, { gzip: false }));
    a.writeFloatLE(0.5, 112);
    a.writeFloatLE(3, 116);
    writeFileSync(path("a.nii"), a);
    writeFileSync(path("b.nii.gz"), encodeNifti({ ...image, shape: [2, 3, 2, 2], data: draw(24) }));
    const inside = Float32Array.from({ length: 12 }, (_, v) => (v % 5 === 1 ? 1 : v === 4 ? Number.NaN : 0));
    const mask = path("mask.nii");
    writeFileSync(mask, encodeNifti({ ...image, shape: [2, 3, 2], data: inside }, { gzip: false }));
    const file = await openColumns([path("a.nii"), path("b.nii.gz")], { mask });
    const want = await Promise.all(["a.nii", "b.nii.gz"].map((name) => readArray(path(name), { mask })));
    expect([file.rows, file.cols, file.runs, file.dtype]).toEqual([5, 3, [3, 2], "float64"]);
    expect([...(await file.read(0, 3))]).toEqual(want.flatMap(({ data }) => [...data]));
    writeFileSync(path("cut.nii.gz"), readFileSync(path("b.nii.gz")).subarray(0, -20));
    await expect((await openColumns(path("cut.nii.gz"))).read(0, 1)).rejects.toThrow(
      /cut\.nii\.gz is (damaged or )?cut off/,
    );
    writeFileSync(
      path("c.nii"),
      encodeNifti({ ...image, shape: [2, 3, 1, 2], data: draw(12) }, { gzip: false }),
    );
    await expect(openColumns([path("a.nii"), path("c.nii")])).rejects.toThrow(
      /2 × 3 × 2 and .*c\.nii 2 × 3 × 1/,
    );
  });
});

describe("openZarr", () => {
  it("reads only the chunks that hold a part", async () => {
    const array = await openZarr(fixture("bad-v2-raw-cut.zarr")); // chunk 1.1 is cut: rows 2 … 3, columns 3 … 5
    expect([...(await array.read({ from: [0, 0], to: [5, 3] })).data].length).toBe(15);
    await expect(array.read({ from: [0, 0], to: [5, 4] })).rejects.toThrow(
      /1\.1: the chunk must hold 24 bytes/,
    );
    await expect(array.read({ from: [0], to: [5] })).rejects.toThrow(/lies outside the \[5, 7\]/);
  });
  it("takes an array by its path, by its name in the store, and by no name that leads out", async () => {
    const right = await readArray(fixture("group.zarr/bold/right"));
    expect(await readArray(fixture("group.zarr"), { dataset: "/bold/right" })).toEqual(right);
    await expect(readArray(fixture("group.zarr"), { dataset: "../v2-raw.zarr" })).rejects.toThrow(
      /is no array of/,
    );
    await expect(readArray(fixture("v2-wrong.zarr"))).rejects.toThrow(
      /v2-wrong\.zarr: there is no such file.*Near it/,
    );
    writeFileSync(path("packed.zarr"), "PK");
    await expect(readArray(path("packed.zarr"))).rejects.toThrow(/is a file; a store is a folder/);
  });
});

describe("beginZarr", () => {
  it("gives the same bytes for any widths and order of columns", async () => {
    const draft = await beginZarr(path("tiles.zarr"), [rows, cols]);
    for (const [from, to] of [
      [1900, 2500],
      [0, 7],
      [7, 1900],
    ] as const)
      await draft.write(matrix(["a", "b"], rows, to - from, Float32Array.from(columns(from, to))), from);
    expect(existsSync(path("tiles.zarr"))).toBe(false);
    await draft.finish();
    expect(await hashFile(path("tiles.zarr"))).toBe(await hashFile(path("narrow.zarr")));
    expect([...(await readArray(path("tiles.zarr"))).data]).toEqual([...numbers]);
  });
  it("takes the place of an older array, and what a killed writer left can be removed", async () => {
    await writeZarr(path("twice.zarr"), { shape: [3], data: Float64Array.of(1, 2, 3) });
    await writeZarr(path("twice.zarr"), { shape: [2], data: Float64Array.of(4, 5) });
    expect([...(await readArray(path("twice.zarr"))).data]).toEqual([4, 5]);
    await beginZarr(path("left.zarr"), [2, 2]);
    const drafts = () => readdirSync(folder).filter((name) => name.endsWith(".part"));
    expect(drafts().length).toBe(1);
    await removeDrafts(folder, { olderThan: 0 });
    expect(drafts()).toEqual([]);
  });
});

describe("crc32c", () => {
  it("gives the values of RFC 3720", () => {
    const swap = (value: number) => Buffer.from(Uint32Array.of(value).buffer).toString("hex");
    expect(swap(crc32c(new Uint8Array(32)))).toBe("aa36918a");
    expect(swap(crc32c(new Uint8Array(32).fill(255)))).toBe("43aba862");
  });
});
