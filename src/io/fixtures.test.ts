import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isEncodingError } from "../core/index.ts";
import { readArray } from "./read-array.ts";
import { readGifti } from "./read-gifti.ts";
import type { ReadOptions } from "./read-options.ts";
import { readNifti } from "./read-volumes.ts";
import { parseTextGrid } from "./textgrid.ts";

/** Every file of ./fixtures that has a .json beside it is read and compared with it. They were made by numpy, nibabel, h5py and pandas
 * (./fixtures/make.py, make-zarr.py), which are the origin of the values. */
const folder = join(dirname(fileURLToPath(import.meta.url)), "fixtures");

type Word = number | "NaN" | "Infinity" | "-Infinity";
interface Expected {
  readonly options?: ReadOptions;
  readonly shape?: readonly number[];
  readonly data?: readonly Word[];
  readonly names?: readonly string[] | null;
  readonly image?: { readonly affine: readonly number[]; readonly voxelSizes: readonly number[] };
  readonly gifti?: {
    readonly arrays: readonly { readonly data: readonly Word[] }[];
    readonly labels: readonly unknown[];
  };
  readonly textgrid?: unknown;
  readonly error?: { readonly kind: string; readonly says: string };
}

const fixtures = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".json") && !/\.zarr[/\\]/.test(name)) // a Zarr store is a folder with JSON of its own
  .map((name) => name.slice(0, -5))
  .sort();

function read(path: string, options: ReadOptions | undefined) {
  if (path.endsWith(".TextGrid")) return Promise.resolve().then(() => parseTextGrid(readFileSync(path)));
  const mask = options?.mask && { mask: join(dirname(path), options.mask) };
  return readArray(path, { ...options, ...mask });
}

/** The values as JSON can hold them; -0 and 0 differ. */
function words(data: ArrayLike<number>): Word[] {
  return Array.from(data, (value) => (Number.isFinite(value) ? value : (String(value) as Word)));
}

describe("a file of the fixtures folder", () => {
  it("is there in every format", () => {
    const formats = new Set(fixtures.map((name) => dirname(name)));
    expect([...formats]).toEqual(["gifti", "hdf5", "nifti", "npy", "npz", "table", "textgrid", "zarr"]);
    expect(fixtures.length).toBeGreaterThan(250);
  });

  for (const name of fixtures) {
    const path = join(folder, name);
    const expected = JSON.parse(readFileSync(`${path}.json`, "utf8")) as Expected;
    if (expected.error) {
      const { kind, says } = expected.error;
      it(`${name} is refused: ${says}`, async () => {
        const error: unknown = await read(path, expected.options).then(
          () => null,
          (cause) => cause,
        );
        expect(isEncodingError(error) ? { kind: error.kind, message: error.message } : error).toEqual({
          kind,
          message: expect.stringContaining(says),
        });
        expect((error as Error).message).not.toMatch(/\n|undefined|\[object/);
        if (!name.endsWith(".TextGrid")) expect((error as Error).message).toContain(path);
      });
    } else if (expected.textgrid)
      it(`${name} gives its tiers`, async () => {
        expect(await read(path, undefined)).toEqual(expected.textgrid);
      });
    else if (expected.data)
      it(`${name} gives its numbers`, async () => {
        const array = await readArray(path, {
          ...expected.options,
          ...(expected.options?.mask && { mask: join(dirname(path), expected.options.mask) }),
        });
        expect({ shape: array.shape, data: words(array.data) }).toEqual({
          shape: expected.shape,
          data: expected.data,
        });
        expect(array.names).toEqual(expected.names ?? null);
      });
    if (expected.image) {
      const header = expected.image;
      it(`${name} gives its header`, async () => {
        const { data: _, ...image } = await readNifti(path);
        const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));
        expect(image).toEqual({
          ...header,
          affine: close(header.affine),
          voxelSizes: close(header.voxelSizes),
        });
      });
    }
    if (expected.gifti) {
      const { gifti } = expected;
      it(`${name} gives its arrays and labels`, async () => {
        const { arrays, labels } = await readGifti(path);
        expect(arrays.map((array) => ({ ...array, data: words(array.data) }))).toEqual(gifti.arrays);
        expect(labels).toEqual(gifti.labels);
      });
    }
  }

  it("without a .json beside it belongs to another", () => {
    const parts = /\.(dat|img|img\.gz)$|^make(-shared|-zarr)?\.py$|^shared-facts\.txt$/;
    const alone = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".json"))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .filter(
        (name) => !existsSync(join(folder, `${name}.json`)) && !parts.test(name) && !/\.zarr[/\\]/.test(name),
      );
    expect(alone).toEqual([]);
  });
});
