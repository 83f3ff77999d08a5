import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { encodeGifti } from "./encode-gifti.ts";
import { type GiftiArray, parseGifti } from "./gifti.ts";
import type { NdArray, Numbers } from "./ndarray.ts";
import { encodeNifti, parseNifti } from "./nifti.ts";
import { encodeNpy, parseNpy } from "./npy.ts";
import { encodeNpz, listNpz, parseNpz } from "./npz.ts";
import { encodeParquet } from "./parquet.ts";
import { encodeCsv, parseTable, tableToMatrix } from "./table.ts";

/** What we write, we read back bit by bit; numpy, nibabel and pandas were seen to read it too (the reports of issue 2). */
const runs = { seed: 20, numRuns: 60 };

const makers: readonly ((values: readonly number[]) => Numbers)[] = [
  (values) => Float32Array.from(values),
  (values) => Float64Array.from(values),
  (values) => Int8Array.from(values),
  (values) => Uint8Array.from(values),
  (values) => Int16Array.from(values),
  (values) => Uint16Array.from(values),
  (values) => Int32Array.from(values),
  (values) => Uint32Array.from(values),
];
const value = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY));
const array = (axes: { minLength: number; maxLength: number }, least = 0, kinds = makers) =>
  fc
    .tuple(fc.array(fc.integer({ min: least, max: 4 }), axes), fc.constantFrom(...kinds))
    .chain(([shape, make]) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return fc
        .array(value, { minLength: length, maxLength: length })
        .map((values): NdArray => ({ shape, data: make(values) }));
    });
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
/** Names that a table or an XML file can hold: neither control characters nor spaces at the ends. */
const plainName = fc
  .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 })
  .map((text) => text.trim())
  .filter((text) => text !== "");

describe("NPY", () => {
  it("gives back every array", () => {
    fc.assert(
      fc.property(array({ minLength: 0, maxLength: 4 }), (one) => {
        expect(parseNpy(encodeNpy(one))).toEqual(one);
      }),
      runs,
    );
  });

  it("takes a part of a buffer at any place", () => {
    const bytes = encodeNpy({ shape: [3], data: Float64Array.of(1, 2, 3) });
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(parseNpy(moved.subarray(3)).data).toEqual(Float64Array.of(1, 2, 3));
    expect(parseNpy(encodeNpy({ shape: [2], data: new Float32Array([9, 1, 2]).subarray(1) })).data).toEqual(
      Float32Array.of(1, 2),
    );
  });

  it("aligns its data to 64 bytes and refuses a shape that does not fit", () => {
    fc.assert(
      fc.property(array({ minLength: 0, maxLength: 6 }), (one) => {
        expect((encodeNpy(one).length - one.data.byteLength) % 64).toBe(0);
      }),
      runs,
    );
    expect(() => encodeNpy({ shape: [2], data: new Float32Array(6) })).toThrow(
      "encodeNpy: the shape [2] must say as many numbers as there are; got 6.",
    );
  });
});

describe("NPZ", () => {
  it("gives back every array under its name, and the same bytes each time", () => {
    const entries = fc.dictionary(
      name.filter((one) => one !== "__proto__"),
      array({ minLength: 0, maxLength: 3 }),
      { maxKeys: 4 },
    );
    fc.assert(
      fc.property(entries, (arrays) => {
        const bytes = encodeNpz(arrays);
        expect(parseNpz(bytes)).toEqual({ ...arrays });
        expect(encodeNpz(arrays)).toEqual(bytes);
      }),
      runs,
    );
  });

  it("lists names without reading, and reads only those asked for", () => {
    const bytes = encodeNpz({
      a: { shape: [1], data: Float32Array.of(1) },
      b: { shape: [1], data: Float32Array.of(2) },
    });
    expect(listNpz(bytes)).toEqual(["a", "b"]);
    expect(Object.keys(parseNpz(bytes, { names: ["b", "c"] }))).toEqual(["b"]);
  });
});

describe("NIfTI", () => {
  const image = fc.record({
    array: array({ minLength: 1, maxLength: 5 }, 1, makers.slice(0, 2)),
    affine: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 12, maxLength: 12 }),
    intent: fc.integer({ min: 0, max: 2000 }),
    description: fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => !text.includes("\0")),
    version: fc.constantFrom(1 as const, 2 as const),
    gzip: fc.boolean(),
  });
  it("gives back every image, of either version, gzipped or not", () => {
    fc.assert(
      fc.property(image, ({ array: one, affine, version, gzip, ...rest }) => {
        const data = one.data as Float32Array<ArrayBuffer>;
        const voxelSizes = one.shape.map((_, d) => d + 0.5);
        const written = { shape: one.shape, data, affine: [...affine, 0, 0, 0, 1], voxelSizes, ...rest };
        const read = parseNifti(encodeNifti(written, { version, gzip }));
        expect({ ...read, description: "" }).toEqual({ ...written, description: "", version });
        expect(rest.description.startsWith(read.description)).toBe(true);
      }),
      runs,
    );
  });

  it("refuses what it cannot hold", () => {
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const one = { shape: [2], data: Float32Array.of(1, 2), affine, voxelSizes: [1], description: "" };
    expect(() => encodeNifti({ ...one, shape: [3] })).toThrow("the shape [3] must say as many numbers");
    expect(() => encodeNifti({ ...one, shape: [1, 1, 1, 1, 1, 1, 1, 2] })).toThrow("holds 1 to 7 axes");
    expect(() => encodeNifti({ ...one, affine: affine.slice(4) })).toThrow("must be 16 finite numbers");
    const long = { ...one, shape: [40000], data: new Float32Array(40000) };
    expect(() => encodeNifti(long)).toThrow(
      "NIfTI-1 holds 1 to 7 axes of 1 to 32767; got [40000]. Write version 2.",
    );
    expect(parseNifti(encodeNifti(long, { version: 2 })).shape).toEqual([40000]);
  });

  it("cuts a description at 79 bytes, between letters", () => {
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const one = {
      shape: [1],
      data: Float32Array.of(1),
      affine,
      voxelSizes: [1],
      description: "ü".repeat(60),
    };
    expect(parseNifti(encodeNifti(one)).description).toBe("ü".repeat(39));
  });
});

describe("GIFTI", () => {
  it("gives back every array and label", () => {
    const arrays = fc.array(
      fc.tuple(array({ minLength: 1, maxLength: 3 }, 1), fc.option(plainName, { nil: undefined })).map(
        ([one, title]): GiftiArray => ({
          intent: "NIFTI_INTENT_NONE",
          ...one,
          ...(title !== undefined && { name: title }),
        }),
      ),
      { minLength: 1, maxLength: 3 },
    );
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    const labels = fc.array(
      fc.record({ key: fc.integer(), name: plainName, rgba: fc.tuple(part, part, part, part) }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(arrays, labels, (some, table) => {
        expect(parseGifti(encodeGifti({ arrays: some, labels: table }))).toEqual({
          arrays: some,
          labels: table.map((label) => ({ ...label, rgba: label.rgba.map((x) => x + 0) })),
        });
      }),
      runs,
    );
  });

  it("refuses a name that XML cannot hold, and a shape that does not fit", () => {
    const one = { intent: "NIFTI_INTENT_NONE", shape: [1], data: Float32Array.of(1) };
    expect(() => encodeGifti({ arrays: [{ ...one, name: "a\0" }] })).toThrow(
      "may not hold control characters",
    );
    expect(() => encodeGifti({ arrays: [{ ...one, name: "\ud800" }] })).toThrow("halves of letters");
    expect(() => encodeGifti({ arrays: [{ ...one, shape: [2] }] })).toThrow("the shape [2] must say");
    expect(() => encodeGifti({ arrays: [{ ...one, shape: [] }] })).toThrow("1 to 6 axes; got 0");
  });
});

describe("CSV", () => {
  it("gives back every number and every text", () => {
    const column = fc.array(value, { minLength: 3, maxLength: 3 });
    const text = fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(column, column, text, (a, b, words) => {
        const clean = words.map((word) => word.replace(/\r\n?/g, "\n"));
        const csv = encodeCsv([
          { name: "first, one", values: a },
          { name: 'b"', values: b },
          { name: "word", values: clean },
        ]);
        const table = parseTable(csv);
        expect(table.names).toEqual(["first, one", 'b"', "word"]);
        expect(table.rows.map((row) => row[2])).toEqual(clean);
        const { data } = tableToMatrix(table, { columns: ["first, one", 'b"'] });
        expect([...data]).toEqual(a.flatMap((x, k) => [x, b[k]]));
      }),
      runs,
    );
  });

  it("refuses columns of different length", () => {
    const columns = [
      { name: "a", values: [1] },
      { name: "b", values: [1, 2] },
    ];
    expect(() => encodeCsv(columns)).toThrow('encodeCsv: column "b" has 2 rows, the first has 1.');
  });
});

describe("Parquet", () => {
  it("is read by hyparquet with the same values", async () => {
    const row = fc.record({ x: value, n: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), s: name });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const bytes = encodeParquet([
          { name: "x", values: Float64Array.from(rows, ({ x }) => x) },
          { name: "n", values: Int32Array.from(rows, ({ n }) => n) },
          { name: "s", values: rows.map(({ s }) => s) },
        ]);
        const { buffer } = Uint8Array.from(bytes);
        expect(await parquetReadObjects({ file: buffer })).toEqual(rows);
      }),
      runs,
    );
  });

  it("refuses columns of different length, and one name twice", () => {
    const a = { name: "a", values: Int32Array.of(1) };
    expect(() => encodeParquet([a, { name: "b", values: ["x", "y"] }])).toThrow('column "b" has 2 rows');
    expect(() => encodeParquet([a, a])).toThrow('two columns have the name "a"');
  });
});
