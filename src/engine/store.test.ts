import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { matrix } from "../core/index.ts";
import { codeVersion, decodeContainer, encodeContainer, hashValue, keepStep, openStore } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const value = {
  list: [1, Number.NaN, Number.NEGATIVE_INFINITY, -0, null, "ä\n"],
  fits: [matrix(["samples", "targets"], 2, 2, Float32Array.of(1, 2, 3, 4))],
  index: Int32Array.of(-1, 5),
  flags: new Uint8Array(3),
  deep: { empty: {}, none: [], float: Float64Array.of(Number.NaN, 1e-300) },
};

describe("containers", () => {
  it("give back what was put in, with types, NaN and signs", () => {
    const back = decodeContainer(encodeContainer(value)) as typeof value;
    expect(back).toEqual(value);
    expect(Object.is(back.list[3], -0)).toBe(true);
    expect(back.fits[0]?.data).toBeInstanceOf(Float32Array);
  });
  it("are the same bytes for the same value", () => {
    expect(encodeContainer(value)).toEqual(encodeContainer(structuredClone(value)));
  });
  it("refuse every flipped byte and every cut", () => {
    const bytes = encodeContainer(value);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = bytes.slice();
        bad[at] = (bad[at] as number) ^ flip;
        expect(() => decodeContainer(bad)).toThrow(/damaged or cut off/);
        expect(() => decodeContainer(bytes.subarray(0, at))).toThrow(/damaged or cut off/);
      }),
      { seed: 2, numRuns: 100 },
    );
  });
  it("hold plain data only", () => {
    expect(() => encodeContainer({ f: () => 1 })).toThrow(/cannot store a function/);
    expect(() => encodeContainer([1n])).toThrow(/cannot store a bigint/);
  });
});

describe("hashValue", () => {
  it("does not depend on the order of keys or on undefined ones", () => {
    expect(hashValue({ a: 1, b: [2] })).toBe(hashValue({ b: [2], c: undefined, a: 1 }));
  });
  it("is the SHA-256 of this text and these bytes: a change here makes every kept result unknown", () => {
    // by hand: an object is {count:"key"=value, keys sorted; an array [count:items; typed arrays name[bytes]: and their bytes
    const bytes = Buffer.concat([
      Buffer.from('{2:"a"=1;"x"=[2:null;Float32Array[4]:'),
      Buffer.from(Float32Array.of(0.5).buffer),
    ]);
    expect(hashValue({ x: [null, Float32Array.of(0.5)], a: 1 })).toBe(
      createHash("sha256").update(bytes).digest("hex"),
    );
  });
  it("is the same for every order of keys, over seeded draws, and another for another value", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.infiniteStream(fc.nat()),
        (value, order) => {
          const keys = Object.keys(value).map((key) => ({ key, rank: order.next().value as number }));
          const shuffled = keys.sort((a, b) => a.rank - b.rank).map(({ key }) => [key, value[key]] as const);
          expect(hashValue(Object.fromEntries(shuffled))).toBe(hashValue(value));
          const key = keys[0]?.key as string;
          expect(hashValue({ ...value, [key]: [value[key]] })).not.toBe(hashValue(value));
        },
      ),
      { seed: 3, numRuns: 100 },
    );
  });
  it("sees a part of a larger buffer as the numbers it shows", () => {
    expect(hashValue(Float64Array.of(9, 1, 2, 9).subarray(1, 3))).toBe(hashValue(Float64Array.of(1, 2)));
  });
  it("tells types, shapes, signs and nesting apart", () => {
    const different = [
      1,
      "1",
      [1],
      [[1]],
      { a: 1 },
      null,
      true,
      -0,
      0,
      Number.NaN,
      "NaN",
      Float32Array.of(1),
      Float64Array.of(1),
      Int32Array.of(1),
      [Float32Array.of(1), Float32Array.of(2)],
      Float32Array.of(1, 2),
    ];
    expect(new Set(different.map(hashValue)).size).toBe(different.length);
  });
  it("refuses what has no bytes", () => {
    expect(() => hashValue({ at: new Date(0) })).toThrow(/only plain data can be hashed; got Date/);
  });
});

describe("openStore", () => {
  it("keeps a value under its key, for the same code only", async () => {
    const store = await openStore(join(folder, "a"), { code: "1" });
    const key = store.key("fit", { x: 1 });
    expect(await store.get(key)).toBeUndefined();
    await store.put(key, value);
    expect(await store.get(key)).toEqual(value);
    const other = await openStore(join(folder, "a"), { code: "2" });
    expect(await other.get(other.key("fit", { x: 1 }))).toBeUndefined();
  });
  it("takes a damaged file for a missing one, and leaves no drafts", async () => {
    const store = await openStore(join(folder, "b"), { code: "1" });
    const key = store.key("fit", 1);
    await store.put(key, value);
    const file = join(folder, "b", key.slice(0, 2), `${key.slice(2)}.scx`);
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    expect(await store.get(key)).toBeUndefined();
    let computed = 0;
    const again = () => keepStep(store, "fit", 1, () => ++computed);
    expect(await again()).toEqual({ value: 1, cached: false });
    expect(await again()).toEqual({ value: 1, cached: true });
    expect(readdirSync(join(folder, "b", key.slice(0, 2)))).toEqual([`${key.slice(2)}.scx`]);
  });
  it("says in one line that a folder cannot be made", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await expect(openStore(join(file, "store"), { code: "1" })).rejects.toThrow(
      /cannot make the folder .*a part of the path is a file, not a folder. Name another with --store/,
    );
  });
});

describe("codeVersion", () => {
  it("is one hash of the program's files", async () => {
    expect(await codeVersion()).toMatch(/^[0-9a-f]{64}$/);
    expect(await codeVersion()).toBe(await codeVersion());
  });
});
