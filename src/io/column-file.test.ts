import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { matrix } from "../core/index.ts";
import { beginColumns } from "./column-draft.ts";
import { hashFile } from "./hash-file.ts";
import { encodeNifti, encodeNpy, openColumns, parseNpy } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-columns-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

const numbers = Float32Array.from({ length: 4 * 7 }, (_, k) => k * 1.5 - 3);
writeFileSync(path("c.npy"), encodeNpy({ shape: [4, 7], data: numbers }));
const byColumn = Buffer.from(
  encodeNpy({
    shape: [4, 7],
    data: Float32Array.from({ length: 28 }, (_, k) => numbers[(k % 4) * 7 + Math.floor(k / 4)] as number),
  }),
);
byColumn.write("True ,", byColumn.indexOf("False,"), "latin1");
writeFileSync(path("f.npy"), byColumn);
const voxels = Float32Array.from({ length: 2 * 2 * 3 * 4 }, (_, k) => k / 4);
writeFileSync(
  path("image.nii"),
  encodeNifti(
    {
      shape: [2, 2, 3, 4],
      data: voxels,
      description: "",
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      voxelSizes: [1, 1, 1, 2],
    },
    { gzip: false },
  ),
);

describe("openColumns", () => {
  it.each(["c.npy", "f.npy"])("reads columns of %s as they stand in the whole", async (name) => {
    const file = await openColumns(path(name));
    expect([file.rows, file.cols, file.dtype]).toEqual([4, 7, "float32"]);
    const whole = parseNpy(readFileSync(path(name)));
    expect([...(await file.read(0, 7))]).toEqual([...numbers]);
    expect([...whole.data]).toEqual([...numbers]);
    const part = await file.read(2, 5);
    for (let i = 0; i < 4; i++)
      expect([...part.subarray(i * 3, i * 3 + 3)]).toEqual([...numbers.subarray(i * 7 + 2, i * 7 + 5)]);
    expect((await file.read(3, 3)).length).toBe(0);
    await file.close();
  });
  it("reads an image as volumes × voxels", async () => {
    const file = await openColumns(path("image.nii"));
    expect([file.rows, file.cols]).toEqual([4, 12]);
    expect([...(await file.read(10, 12))]).toEqual([0, 1, 2, 3].flatMap((v) => [v * 3 + 2.5, v * 3 + 2.75]));
    await file.close();
  });
  it("refuses columns that are not there, files that are cut off, and kinds it cannot read by columns", async () => {
    const file = await openColumns(path("c.npy"));
    await expect(file.read(5, 8)).rejects.toThrow(/columns \[5, 8\) lie outside the 7 of/);
    await file.close();
    writeFileSync(path("cut.npy"), readFileSync(path("c.npy")).subarray(0, 200));
    await expect(openColumns(path("cut.npy"))).rejects.toThrow(
      /cut\.npy is cut off: it should have 240 bytes and has 200/,
    );
    writeFileSync(path("row.npy"), encodeNpy({ shape: [7], data: numbers.slice(0, 7) }));
    await expect(openColumns(path("row.npy"))).rejects.toThrow(/must be samples × targets; got \[7\]/);
    await expect(openColumns(path("table.csv"))).rejects.toThrow(/cannot be read by columns; legal: \.npy/);
    await expect(openColumns(path("missing.npy"))).rejects.toThrow(/missing\.npy: there is no such file/);
  });
});

describe("hashFile", () => {
  it("is the SHA-256 of the bytes", async () => {
    writeFileSync(path("abc"), "abc");
    expect(await hashFile(path("abc"))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});

describe("beginColumns", () => {
  it("becomes an array file once every tile is in, in whatever order", async () => {
    const draft = await beginColumns(path("out.npy"), 4, 7);
    const tile = (from: number, to: number) =>
      matrix(
        ["features", "targets"],
        4,
        to - from,
        Float32Array.from(
          { length: 4 * (to - from) },
          (_, k) => numbers[Math.floor(k / (to - from)) * 7 + from + (k % (to - from))] as number,
        ),
      );
    await draft.write(tile(4, 7), 4);
    await draft.write(tile(0, 4), 0);
    expect(readdirSync(folder)).not.toContain("out.npy");
    await draft.finish();
    const { shape, data } = parseNpy(readFileSync(path("out.npy")));
    expect([shape, [...data]]).toEqual([[4, 7], [...numbers]]);
  });
  it("leaves nothing behind when it is dropped, and refuses what does not fit", async () => {
    const draft = await beginColumns(path("other.npy"), 2, 3);
    await expect(draft.write(matrix(["features", "targets"], 2, 2, new Float32Array(4)), 2)).rejects.toThrow(
      /2 × 2 at column 2 does not fit 2 × 3/,
    );
    await draft.drop();
    expect(readdirSync(folder).filter((name) => name.includes("other"))).toEqual([]);
    writeFileSync(path("file"), "");
    await expect(beginColumns(join(path("file"), "x.npy"), 1, 1)).rejects.toThrow(/cannot write .*x\.npy/);
  });
});
