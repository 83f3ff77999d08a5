import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EncodingError } from "../core/index.ts";
import { decodeArray, encodeArray } from "./array.ts";
import { openBrain } from "./brain.ts";
import type { ArrayType } from "./manifest-model.ts";
import { parseManifest } from "./parse-manifest.ts";

const ref = (type: ArrayType, shape: readonly number[]) => ({ file: "arrays/a.bin", type, shape });

describe("arrays", () => {
  it("are the numbers alone, little-endian", () => {
    expect([...encodeArray(ref("float32", [2]), [1, -2])]).toEqual([0, 0, 128, 63, 0, 0, 0, 192]);
    expect([...encodeArray(ref("uint16", [1]), [258])]).toEqual([2, 1]);
    expect([...encodeArray(ref("float16", [1]), [1])]).toEqual([0, 60]);
  });
  it("come back as they were, whatever numbers the type holds", () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 50 }), (numbers) => {
        const one = ref("float32", [numbers.length]);
        expect(decodeArray(one, encodeArray(one, numbers))).toEqual(numbers);
      }),
    );
    const whole = ref("int32", [3]);
    expect([...decodeArray(whole, encodeArray(whole, [-1, 0, 2 ** 30]))]).toEqual([-1, 0, 2 ** 30]);
  });
  it("refuse a file of another length", () => {
    expect(() => decodeArray(ref("float32", [2, 3]), new Uint8Array(20))).toThrow(
      /arrays\/a.bin must have 24 bytes .* got 20/,
    );
    expect(() => encodeArray(ref("uint8", [2]), [1])).toThrow(/1 numbers do not fill 2/);
  });
});

/** The least that a manifest must have. */
const least = {
  format: "simcortex-brain",
  version: 1,
  title: "t",
  question: "q",
  card: {},
  files: [],
  people: [],
  targets: {},
  regions: [],
  presentation: {},
  models: [],
  maskTest: "",
  intervals: {},
  maps: [],
  table: [],
  tableText: "",
  differences: [],
  unique: [],
  layers: [],
  bandWeights: [],
  reliability: {},
  library: {},
};
const parse = (changed: object) => parseManifest(JSON.stringify({ ...least, ...changed }));

describe("parseManifest", () => {
  it("reads what has all fields, and ignores fields that it does not know", () => {
    expect(parse({ later: 1 }).title).toBe("t");
  });
  it("refuses other formats, later versions and files that were cut off", () => {
    expect(() => parse({ format: "zip" })).toThrow(/format must be "simcortex-brain"; got "zip"/);
    expect(() => parse({ version: 2 })).toThrow(/reads version 1; got 2/);
    expect(() => parse({ models: undefined })).toThrow(/models missing/);
    expect(() => parseManifest(JSON.stringify(least).slice(0, 40))).toThrow(
      /no JSON text. Was the file cut off/,
    );
    expect(() => parseManifest("[]")).toThrow(/must be a JSON object/);
  });
  it("refuses every path that leads out of the folder", () => {
    for (const file of [
      "../x",
      "a/../../x",
      "/etc/passwd",
      "http://x/y",
      "a\\b",
      "",
      "a//b",
      "./a",
      "a?b",
      "file:x",
    ])
      expect(() => parse({ maps: [{ values: { file, type: "uint8", shape: [1] } }] }), file).toThrow(
        /maps\[0\].values.file must be a path inside the folder/,
      );
  });
  it("refuses array types and shapes that are none", () => {
    const values = { file: "a.bin", type: "float128", shape: [1] };
    expect(() => parse({ maps: [{ values }] })).toThrow(/type must be one of float32/);
    expect(() => parse({ maps: [{ values: { ...values, type: "uint8", shape: [-1] } }] })).toThrow(
      /shape must be/,
    );
  });
});

describe("openBrain", () => {
  it("reads an array once, and again after a failed download", async () => {
    let calls = 0;
    const brain = await openBrain(async (file) => {
      if (file === "manifest.json") return new TextEncoder().encode(JSON.stringify(least));
      calls++;
      if (calls === 1) throw new EncodingError("file", "offline");
      return Uint8Array.of(7);
    });
    const one = { file: "a.bin", type: "uint8", shape: [1] } as const;
    await expect(brain.array(one)).rejects.toThrow("offline");
    expect([...(await brain.array(one))]).toEqual([7]);
    expect([...(await brain.array(one))]).toEqual([7]);
    expect(calls).toBe(2);
  });
});
