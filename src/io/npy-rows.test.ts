import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { encodeNpy } from "./npy.ts";
import { beginRows, openRows } from "./npy-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-rows-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("rows appended in pieces make the file that the whole array makes", async () => {
  const path = join(folder, "a.npy");
  const draft = await beginRows(path, 3);
  await draft.append(Float32Array.from([1, 2, 3]));
  await draft.append(Float32Array.from([4, 5, 6, 7, 8, 9]));
  await expect(draft.append(new Float32Array(4))).rejects.toThrow("4 numbers are no rows of 3");
  expect(readdirSync(folder).filter((name) => !name.startsWith("."))).toEqual([]); // not there before it is whole
  await draft.finish();
  await draft.drop();
  expect(new Uint8Array(readFileSync(path))).toEqual(
    encodeNpy({ shape: [3, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]) }),
  );
});

it("a dropped draft leaves nothing", async () => {
  const before = readdirSync(folder);
  const draft = await beginRows(join(folder, "b.npy"), 2);
  await draft.append(new Float32Array(2));
  await draft.drop();
  expect(readdirSync(folder)).toEqual(before);
});

it("rows are read a few at a time, in the file's kind of numbers", async () => {
  const path = join(folder, "c.npy");
  const data = Uint8Array.from({ length: 24 }, (_, k) => k);
  writeFileSync(path, encodeNpy({ shape: [4, 3, 2], data }));
  const file = await openRows(path);
  expect(file.shape).toEqual([4, 3, 2]);
  expect(await file.read(1, 3)).toEqual(data.slice(6, 18));
  await file.close();
});

it("files that are cut off, apart or missing are refused in one line", async () => {
  const whole = encodeNpy({ shape: [2, 2], data: new Float32Array(4) });
  writeFileSync(join(folder, "cut.npy"), whole.subarray(0, whole.length - 2));
  await expect(openRows(join(folder, "cut.npy"))).rejects.toThrow(
    /cut\.npy: \[2, 2\] does not fit 142 bytes/,
  );
  const apart = Buffer.from(whole).toString("latin1").replace("False", "True ");
  writeFileSync(join(folder, "apart.npy"), Buffer.from(apart, "latin1"));
  await expect(openRows(join(folder, "apart.npy"))).rejects.toThrow("np.ascontiguousarray");
  await expect(openRows(join(folder, "nix.npy"))).rejects.toThrow(/cannot read .*nix\.npy/);
});
