import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom, EncodingError } from "../core/index.ts";
import { parseGifti } from "./gifti.ts";
import { gunzip, gunzipHead } from "./gunzip.ts";
import { openHdf5 } from "./hdf5.ts";
import type { NdArray } from "./ndarray.ts";
import { parseNifti } from "./nifti.ts";
import { parseNpy } from "./npy.ts";
import { parseNpz } from "./npz.ts";
import { parseTable, tableToMatrix } from "./table.ts";
import { decodeText } from "./text.ts";
import { parseTextGrid } from "./textgrid.ts";

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "fixtures");
const load = (name: string) => new Uint8Array(readFileSync(join(fixtures, name)));

/** Arrays of a damaged file, or null where it is refused with an error of ours; any other error fails the test. */
function outcome(read: () => readonly NdArray[]): readonly NdArray[] | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    expect(error.kind).toBe("format");
    expect(error.message.length).toBeGreaterThan(20);
    expect(error.message).not.toMatch(/\n|undefined|\[object/);
    return null;
  }
}

function expectConsistent(arrays: readonly NdArray[]): void {
  for (const { shape, data } of arrays) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
}

interface Case {
  readonly file: string;
  readonly read: (bytes: Uint8Array) => readonly NdArray[];
  /** Checksums guard the numbers: a flipped byte gives the same numbers or an error. */
  readonly checked?: boolean;
}
const cases: readonly Case[] = [
  { file: "npy/fortran-3d-big.npy", read: (bytes) => [parseNpy(bytes)] },
  { file: "npy/version-2.npy", read: (bytes) => [parseNpy(bytes)] },
  { file: "npz/stored.npz", read: (bytes) => Object.values(parseNpz(bytes)), checked: true },
  { file: "npz/deflated.npz", read: (bytes) => Object.values(parseNpz(bytes)), checked: true },
  { file: "npz/zip64.npz", read: (bytes) => Object.values(parseNpz(bytes)), checked: true },
  { file: "nifti/scaled-big-2.nii", read: (bytes) => [parseNifti(bytes)] },
  { file: "nifti/extension.nii", read: (bytes) => [parseNifti(bytes)] },
  { file: "nifti/gzipped.nii.gz", read: (bytes) => [parseNifti(bytes)], checked: true },
  { file: "gifti/base64binary.surf.gii", read: (bytes) => parseGifti(bytes).arrays },
  { file: "gifti/gzipbase64binary-big-column.surf.gii", read: (bytes) => parseGifti(bytes).arrays },
  { file: "gifti/ascii.surf.gii", read: (bytes) => parseGifti(bytes).arrays },
  { file: "gifti/curve.shape.gii.gz", read: (bytes) => parseGifti(bytes).arrays, checked: true },
];

describe.each(cases)("$file", ({ file, read, checked }) => {
  const good = load(file);
  const whole = read(good);

  it("cut off after any number of bytes is refused", () => {
    const step = Math.max(1, Math.floor(good.length / 500));
    const passed: number[] = [];
    const end = file.endsWith(".gii") ? good.length - 1 : good.length; // its last byte is a line feed
    for (let length = 0; length < end; length += step)
      if (outcome(() => read(good.subarray(0, length))) !== null) passed.push(length);
    expect(passed).toEqual([]);
  });

  it("with one byte changed is refused or gives arrays that fit their sizes", () => {
    const random = createRandom(1);
    let refused = 0;
    for (let k = 0; k < 300; k++) {
      const bytes = Uint8Array.from(good);
      const at = Math.floor(random.uniform() * bytes.length);
      bytes[at] = ((bytes[at] as number) + 1 + Math.floor(random.uniform() * 255)) % 256;
      const arrays = outcome(() => read(bytes));
      if (arrays === null) refused++;
      else if (checked && arrays.length > 0)
        for (const { data } of arrays) expect(whole.map((one) => one.data)).toContainEqual(data);
      else expectConsistent(arrays);
    }
    expect(refused).toBeGreaterThan(3);
  });

  it("with a stretch of random bytes does not crash", () => {
    const random = createRandom(2);
    for (let k = 0; k < 100; k++) {
      const bytes = Uint8Array.from(good);
      const at = Math.floor(random.uniform() * bytes.length);
      for (let j = at; j < Math.min(bytes.length, at + 24); j++)
        bytes[j] = Math.floor(random.uniform() * 256);
      expectConsistent(outcome(() => read(bytes)) ?? []);
    }
  });
});

describe("a damaged HDF5 file", () => {
  const folder = mkdtempSync(join(tmpdir(), "simcortex-damage-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let made = 0;
  // a name of its own for each: the library remembers files that it could not close
  const readDamaged = async (bytes: Uint8Array) => {
    const path = join(folder, `${made++}.h5`);
    writeFileSync(path, bytes);
    const file = await openHdf5(path);
    try {
      return file.datasets().map((one) => file.read(one.path));
    } finally {
      file.close();
    }
  };
  const settle = async (bytes: Uint8Array) => {
    const result = await readDamaged(bytes).catch((error: unknown) => error);
    if (!Array.isArray(result)) expect(result).toBeInstanceOf(EncodingError);
    return Array.isArray(result) ? (result as NdArray[]) : null;
  };
  const good = load("hdf5/one.h5");

  it("is refused where it is cut off", async () => {
    for (let length = 0; length < good.length; length += 149)
      expect(await settle(good.subarray(0, length)), `${length} bytes`).toBeNull();
  });

  it("is refused where a chunk fails its checksum, and the next file is read well", async () => {
    const bytes = Uint8Array.from(good);
    bytes[1845] = 217;
    await expect(readDamaged(bytes)).rejects.toThrow(/a read failed: a checksum is wrong/);
    const [array] = await readDamaged(good);
    expect(array?.data).toEqual(Float64Array.from({ length: 200 }, (_, k) => k));
  });

  it("is refused, or gives arrays that fit their sizes, with one byte changed", async () => {
    const random = createRandom(3);
    for (let k = 0; k < 150; k++) {
      const bytes = Uint8Array.from(good);
      bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
      expectConsistent((await settle(bytes)) ?? []);
    }
  });
});

/** Starts and ends of all intervals, as an array. */
function readTimes(bytes: Uint8Array): readonly NdArray[] {
  return parseTextGrid(bytes).tiers.map(({ intervals }) => ({
    shape: [intervals.length, 2],
    data: Float64Array.from(intervals.flatMap(({ start, end }) => [start, end])),
  }));
}

describe("damaged text", () => {
  const texts = {
    "table/quoted.csv": (bytes: Uint8Array) => {
      const { data, rows, cols } = tableToMatrix(parseTable(decodeText("Table", bytes)));
      return [{ shape: [rows, cols], data }];
    },
    "textgrid/long.TextGrid": readTimes,
    "textgrid/short-utf-16-little.TextGrid": readTimes,
  };
  it.each(Object.entries(texts))("%s with bytes changed or cut off is read or refused", (file, read) => {
    const good = load(file);
    const random = createRandom(4);
    for (let length = 0; length < good.length; length++)
      expectConsistent(outcome(() => read(good.subarray(0, length))) ?? []);
    for (let k = 0; k < 300; k++) {
      const bytes = Uint8Array.from(good);
      bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
      expectConsistent(outcome(() => read(bytes)) ?? []);
    }
  });

  it("of a TextGrid that is cut off is refused at every place before its last entry", () => {
    const good = load("textgrid/short.TextGrid");
    for (let length = 0; length < good.length - 1; length++)
      expect(outcome(() => readTimes(good.subarray(0, length)))).toBeNull();
  });

  it("takes time in proportion to its length", () => {
    const began = performance.now();
    expect(() => parseTable(`a,b\n${'"'.repeat(500_001)}`)).toThrow(EncodingError);
    expect(() => parseTextGrid(`"ooTextFile" "TextGrid" ${'"a" '.repeat(100_000)}"`)).toThrow(EncodingError);
    expect(() => parseGifti(`<GIFTI>${"<a>".repeat(50_000)}`)).toThrow(EncodingError);
    expect(parseTable("1,2\n".repeat(100_000)).rows).toHaveLength(100_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("gunzip", () => {
  it("unpacks no more than it may", () => {
    const bomb = gzipSync(new Uint8Array(2 ** 26));
    expect(() => gunzip("NIfTI", bomb, { most: 1000 })).toThrow(
      "NIfTI: unpacks to more than the 1000 bytes that it should hold. Is it damaged?",
    );
    expect(gunzipHead(bomb, 544).length).toBeLessThan(4 * 2 ** 20);
  });

  it("gives the head of a file, whole or cut off", () => {
    const packed = gzipSync(Uint8Array.from({ length: 5000 }, (_, k) => (k * k) % 251));
    expect(gunzipHead(packed, 544).length).toBeGreaterThanOrEqual(544);
    expect(gunzipHead(packed.subarray(0, 900), 544)[2]).toBe(4);
    expect(gunzipHead(Uint8Array.of(1, 2), 544)).toEqual(Uint8Array.of(1, 2));
  });
});
