import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { encodeNifti, encodeNpy, parseNpy, readArray, readNifti, writeZarr } from "../io/index.ts";
import { type FitFilesOptions, fitFiles } from "./fit-files.ts";

/** 2,100 targets: more than a chunk may be wide that is read straight. */
const [samples, features, targets] = [60, 4, 2100];
const folder = mkdtempSync(join(tmpdir(), "simcortex-formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);
const draw = (name: string, count: number) => {
  const random = createRandom(3).stream(name);
  return Float32Array.from({ length: count }, () => random.normal());
};
const X = draw("X", samples * features);
const Y = draw("Y", samples * targets).map(
  (v, k) => v + (X[Math.floor(k / targets) * features + (k % features)] as number),
);

/** Half of a 15 × 15 × 20 volume is in the mask. */
const size = [15, 15, 20] as const;
const affine = [2, 0, 0, 1, 0, 2, 0, 1, 0, 0, 2, 1, 0, 0, 0, 1];
const voxels = 15 * 15 * 20;
const inside = Array.from({ length: voxels }, (_, v) => v)
  .filter((v) => v % 2 === 1)
  .slice(0, targets);

async function writeAll() {
  writeFileSync(path("X.npy"), encodeNpy({ shape: [samples, features], data: X }));
  writeFileSync(path("Y.npy"), encodeNpy({ shape: [samples, targets], data: Y }));
  await writeZarr(path("narrow.zarr"), { shape: [samples, targets], data: Y });
  mkdirSync(path("wide.zarr/group/bold"), { recursive: true });
  const meta = {
    zarr_format: 2,
    shape: [samples, targets],
    chunks: [7, targets],
    dtype: "<f4",
    compressor: null,
    fill_value: 0,
    order: "C",
    filters: null,
  };
  writeFileSync(path("wide.zarr/group/bold/.zarray"), JSON.stringify(meta));
  for (let top = 0; top < samples; top += 7) {
    const part = new Float32Array(7 * targets);
    part.set(Y.subarray(top * targets, (top + 7) * targets));
    writeFileSync(path(`wide.zarr/group/bold/${top / 7}.0`), new Uint8Array(part.buffer));
  }
  await writeHdf5();
  const mask = new Float32Array(voxels);
  for (const v of inside) mask[v] = 1;
  const image = { affine, voxelSizes: [2, 2, 2], description: "" };
  writeFileSync(path("mask.nii.gz"), encodeNifti({ ...image, shape: size, data: mask }));
  for (const [run, rows] of [
    [1, 40],
    [2, 20],
  ] as const) {
    const data = new Float32Array(rows * voxels).fill(9);
    for (let i = 0; i < rows; i++)
      for (const [k, v] of inside.entries())
        data[i * voxels + v] = Y[(i + (run === 1 ? 0 : 40)) * targets + k] as number;
    const shape = [...size, rows];
    const gzip = run === 1;
    writeFileSync(
      path(`run-${run}.nii${gzip ? ".gz" : ""}`),
      encodeNifti({ ...image, shape, data }, { gzip }),
    );
  }
}

async function writeHdf5() {
  const { default: h5wasm, File } = await import("h5wasm/node");
  await h5wasm.ready;
  const file = new File(path("Y.h5"), "w");
  const shape = [samples, targets];
  file.create_dataset({ name: "plain", data: Y, shape, dtype: "<f4" });
  file.create_dataset({ name: "narrow", data: Y, shape, dtype: "<f4", chunks: [9, 64], compression: 1 });
  file.create_dataset({ name: "wide", data: Y, shape, dtype: "<f4", chunks: [9, targets], compression: 1 });
  file.close();
}

const options = (change: Partial<FitFilesOptions> = {}): FitFilesOptions => ({
  features: [path("X.npy")],
  responses: [path("Y.npy")],
  test: [path("X.npy")],
  out: path("out"),
  store: path("store"),
  alphas: { from: 1, to: 1e3, count: 4 },
  weightings: 1,
  folds: 3,
  gap: 1,
  runLength: 20,
  dtype: "float32",
  coefficients: true,
  memory: 274e6, // several tiles
  threads: 1,
  seed: 1,
  ...change,
});
const results = ["alphas", "band_weights", "cv_scores", "predicted", "coefficients"];
const bytesOf = (out: string) => results.map((name) => readFileSync(join(out, `${name}.npy`)));

beforeAll(async () => {
  await writeAll();
  const { tile } = await fitFiles(options());
  expect(tile).toBeLessThan(targets);
});

describe("fitFiles", () => {
  const forms: Record<string, Partial<FitFilesOptions>> = {
    "a Zarr array of narrow chunks": { responses: [path("narrow.zarr")] },
    "a Zarr array whose chunks hold all targets": { responses: [path("wide.zarr/group/bold")] },
    "a Zarr array named in its store": { responses: [path("wide.zarr")], dataset: "group/bold" },
    "an HDF5 data set without chunks": { responses: [path("Y.h5")], dataset: "plain" },
    "an HDF5 data set of narrow chunks": { responses: [path("Y.h5")], dataset: "/narrow" },
    "an HDF5 data set whose chunks hold all targets": { responses: [path("Y.h5")], dataset: "wide" },
    "NIfTI runs and a mask": {
      responses: [path("run-1.nii.gz"), path("run-2.nii")],
      mask: path("mask.nii.gz"),
    },
  };
  it.each(Object.entries(forms))("gives of %s the bytes that it gives of NPY", async (name, form) => {
    const out = path(name);
    await fitFiles(options({ out, ...form }));
    for (const [k, bytes] of bytesOf(out).entries())
      expect(bytes.equals(bytesOf(path("out"))[k] as Buffer), results[k]).toBe(true);
  });

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "writes Zarr arrays with the numbers of the NPY files, and the same bytes after a stop",
    async () => {
      const stop = new AbortController();
      const cut = options({ out: path("group.zarr"), store: path("store 2"), signal: stop.signal });
      const onProgress = ({ step }: { step: string }) => step === "fit" && stop.abort();
      await expect(fitFiles({ ...cut, onProgress })).rejects.toThrow(/Stopped/);
      await fitFiles(options({ out: path("group.zarr"), store: path("store 2") }));
      await fitFiles(options({ out: path("plain"), format: "zarr" }));
      for (const name of results) {
        const want = parseNpy(readFileSync(path(`out/${name}.npy`)));
        expect(await readArray(path("group.zarr"), { dataset: name })).toEqual({ ...want, names: null });
        expect(await readArray(path(`plain/${name}.zarr`))).toEqual({ ...want, names: null });
        const chunk = want.shape.length === 1 ? "1" : "0.0";
        const [a, b] = [path(`group.zarr/${name}/${chunk}`), path(`plain/${name}.zarr/${chunk}`)];
        expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
      }
    },
  );

  it("takes each NIfTI file as one run, and maps alphas and scores into the space of the mask", async () => {
    const runs = { responses: [path("run-1.nii.gz"), path("run-2.nii")], mask: path("mask.nii.gz") };
    const out = path("maps");
    await fitFiles(options({ ...runs, out, runLength: null }));
    await fitFiles(options({ out: path("one run"), runLength: 40 }));
    expect(bytesOf(out)[2]?.equals(bytesOf(path("one run"))[2] as Buffer)).toBe(true);
    expect(bytesOf(out)[2]?.equals(bytesOf(path("out"))[2] as Buffer)).toBe(false);
    const map = await readNifti(join(out, "best_cv_score.nii.gz"));
    const scores = parseNpy(readFileSync(join(out, "cv_scores.npy"))).data;
    expect([map.shape, map.affine]).toEqual([[...size], affine]);
    expect(Array.from(inside, (v) => map.data[v])).toEqual(Array.from(scores, Math.fround));
    expect(map.data.filter((value) => !Number.isNaN(value)).length).toBe(targets);
  });

  it("says which samples differ, and that a mask is for images", async () => {
    await expect(fitFiles(options({ responses: [path("X.npy"), path("Y.npy")] }))).rejects.toThrow(
      /several files, and a mask, are for NIfTI images .*X\.npy/,
    );
    await expect(
      fitFiles(options({ responses: [path("run-1.nii.gz")], mask: path("mask.nii.gz") })),
    ).rejects.toThrow(/the same samples; got 60 and 40/);
  });
});
