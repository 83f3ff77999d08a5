import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EncodingError } from "../core/index.ts";
import { openHdf5 } from "./hdf5.ts";
import type { NdArray } from "./ndarray.ts";
import { parseNifti } from "./nifti.ts";
import { readArray } from "./read-array.ts";
import { readGifti } from "./read-gifti.ts";
import { readNifti } from "./read-volumes.ts";
import { parseTable } from "./table.ts";
import { decodeText } from "./text.ts";
import { parseTextGrid } from "./textgrid.ts";

/** Files that other software wrote, in the optional data folder; what they hold was found out by nibabel and h5py
 * (./fixtures/make-shared.py). */
const data = resolve(process.env.SIMCORTEX_DATA ?? "../shared/data");
const formats = join(data, "formats");
const here = dirname(fileURLToPath(import.meta.url));

interface Facts {
  readonly shape: readonly number[];
  readonly ends: readonly (number | string)[];
  readonly sum: number;
  readonly weighted: number;
  readonly nan: number;
}
const facts = JSON.parse(readFileSync(join(here, "fixtures/shared-facts.txt"), "utf8")) as {
  nifti: Record<string, Facts & { affine: readonly number[] }>;
  gifti: Record<string, { arrays: readonly (Facts & { intent: string })[]; labels: Record<string, string> }>;
  hdf5: Record<string, Record<string, Facts>>;
};

function factsOf({ shape, data: values }: NdArray): Facts {
  const word = (x: number | undefined) => (Number.isFinite(x) ? (x as number) : String(x));
  const finite = Array.from(values, (x) => (Number.isFinite(x) ? x : 0));
  return {
    shape,
    ends: [...Array.from(values.slice(0, 3)), ...Array.from(values.slice(-2))].map(word),
    sum: finite.reduce((a, b) => a + b, 0),
    weighted: finite.reduce((a, b, k) => a + b * ((k % 7) + 1), 0),
    nan: values.length - Array.from(values).filter((x) => !Number.isNaN(x)).length,
  };
}

/** Sums in another order differ in their last digits. */
function expectFacts(array: NdArray, wanted: Facts): void {
  const got = factsOf(array);
  const scale = Array.from(array.data, (x) => (Number.isFinite(x) ? Math.abs(x) : 0)).reduce(
    (a, b) => a + b,
    0,
  );
  expect({ ...got, sum: 0, weighted: 0 }).toEqual({ ...wanted, sum: 0, weighted: 0 });
  expect(Math.abs(got.sum - wanted.sum)).toBeLessThanOrEqual(1e-12 * scale);
  expect(Math.abs(got.weighted - wanted.weighted)).toBeLessThanOrEqual(1e-11 * scale);
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => ending.test(path) && statSync(path).isFile());
}

describe.skipIf(!existsSync(formats))("files of other software (data folder)", () => {
  it.each(Object.entries(facts.nifti))("%s holds what nibabel says", async (name, { affine, ...wanted }) => {
    const image = await readNifti(join(formats, name));
    expectFacts(image, wanted);
    for (const [k, value] of image.affine.entries()) expect(value).toBeCloseTo(affine[k] as number, 4);
  });

  it.each(Object.entries(facts.gifti))("%s holds what nibabel says", async (name, wanted) => {
    const { arrays, labels } = await readGifti(join(formats, name));
    expect(arrays).toHaveLength(wanted.arrays.length);
    for (const [k, { intent, ...one }] of wanted.arrays.entries()) {
      expect(arrays[k]?.intent).toBe(intent);
      expectFacts(arrays[k] as NdArray, one);
    }
    expect(Object.fromEntries(labels.map(({ key, name: label }) => [String(key), label]))).toEqual(
      wanted.labels,
    );
  });

  it.each(Object.entries(facts.hdf5))("%s holds what h5py says", async (name, wanted) => {
    const file = await openHdf5(join(formats, name));
    try {
      const listed = new Set(file.datasets().map((dataset) => dataset.path));
      for (const [path, one] of Object.entries(wanted)) {
        expect(listed).toContain(path);
        if (path.endsWith("lzf")) {
          const read = attempt(() => file.read(path)); // h5py's own filter, but some chunks are stored unpacked
          if (read instanceof Error) expect(read.message).toContain("packed by a filter that is not there");
          else expectFacts(read, one);
          continue;
        }
        const whole = file.read(path);
        expectFacts(whole, one);
        const rows = one.shape[0] ?? 0;
        if (rows < 3) continue;
        const part = file.read(path, { from: 1, to: rows - 1 });
        const width = whole.data.length / rows;
        const wantedPart = whole.data.subarray(width, width * (rows - 1));
        expect(part.data.length).toBe(wantedPart.length);
        expect(part.data.every((value, k) => Object.is(value, wantedPart[k]))).toBe(true);
      }
    } finally {
      file.close();
    }
  });

  it("that are no arrays are refused in one line, and none crashes", async () => {
    const all = filesUnder(formats, /\.(npy|npz|mat|nii|hdr|gii|h5|hdf5|nc|mgz|HEAD|img|gz)$/);
    const paths = all.filter((path) => !path.includes("tiny_huge")); // 2 GiB of zeros in 2 MB: valid, and slow
    expect(paths.length).toBeGreaterThan(200);
    const outcomes = { read: 0, refused: 0 };
    for (const path of paths) {
      const error: unknown = await readArray(path).then(
        () => null,
        (cause) => cause,
      );
      if (error !== null) expect(error, path).toBeInstanceOf(EncodingError);
      if (error !== null) expect((error as Error).message).not.toMatch(/\n|undefined|\[object/);
      outcomes[error === null ? "read" : "refused"]++;
    }
    expect(outcomes.read).toBeGreaterThan(10);
  });

  it("older MATLAB files, Analyze headers, headers without their image and empty files say so", async () => {
    const mat = join(formats, "scipy-mat/matlab/tests/data");
    await expect(readArray(join(mat, "testdouble_7.1_GLNX86.mat"))).rejects.toThrow('save(…, "-v7.3")');
    const nibabel = join(formats, "nibabel/tests/data");
    await expect(readArray(join(nibabel, "nifti1.hdr"))).rejects.toThrow(/cannot read .*nifti1\.img/);
    await expect(readArray(join(nibabel, "analyze.hdr"))).rejects.toThrow(/analyze\.(hdr|img)/);
    const bytes = new Uint8Array(readFileSync(join(nibabel, "nifti1.hdr")));
    expect(() => parseNifti(bytes)).toThrow("this header belongs to a .img file");
    const empty = filesUnder(join(formats, "bids"), /bold\.nii\.gz$/).find(
      (path) => statSync(path).size === 0,
    );
    await expect(readArray(empty as string)).rejects.toThrow("not a NIfTI file");
  });

  it("BIDS tables are read", () => {
    const paths = filesUnder(join(formats, "bids"), /\.tsv$/).filter((path) => statSync(path).size > 0);
    expect(paths.length).toBeGreaterThan(40);
    for (const path of paths) {
      const table = parseTable(decodeText("Table", readFileSync(path)), { separator: "\t" });
      expect(table.names, path).not.toBeNull();
      expect(table.rows.length, path).toBeGreaterThan(0);
    }
  });
});

describe.skipIf(!existsSync(join(data, "alice")))("the Alice transcript (data folder)", () => {
  it("has 2,423 word intervals", () => {
    const [path] = filesUnder(join(data, "alice"), /\.TextGrid$/);
    const { tiers } = parseTextGrid(readFileSync(path as string));
    const intervals = tiers.flatMap((tier) => tier.intervals);
    expect(intervals).toHaveLength(2423);
  });
});

describe.skipIf(!existsSync(join(data, "surfaces")))("fsaverage5 (data folder)", () => {
  it("has 10,242 vertices a hemisphere in every file", async () => {
    const paths = filesUnder(join(data, "surfaces"), /\.gii(\.gz)?$/);
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const { arrays } = await readGifti(path);
      expect(arrays[0]?.shape[0], path).toBe(10242);
      const faces = arrays.find(({ intent }) => intent === "NIFTI_INTENT_TRIANGLE");
      if (faces) expect(Math.max(...faces.data), path).toBe(10241);
    }
  });
});
