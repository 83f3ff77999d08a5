import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom, EncodingError } from "../core/index.ts";
import type { NdArray } from "./ndarray.ts";
import { openSafetensors, writeSafetensors } from "./open-safetensors.ts";
import { encodeSafetensors, parseSafetensors } from "./safetensors.ts";
import { fromShortFloats, shortFloats, toShortFloats } from "./short-float.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const glue = (pieces: Iterable<Uint8Array>) => new Uint8Array(Buffer.concat([...pieces]));

/** A file with this header and so many bytes after it. */
function file(header: unknown, bytes: Uint8Array | number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return glue([length, text, typeof bytes === "number" ? new Uint8Array(bytes) : bytes]);
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof EncodingError && error.kind === "format") return error.message;
    throw error;
  }
  return "accepted";
}

describe("16-bit floats", () => {
  it("have the published values", () => {
    // IEEE 754-2019, binary16: 1, −2, largest, smallest normal, largest and smallest subnormal, 1/3; bfloat16 of π is 0x4049
    const half = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x3555];
    const values = [1, -2, 65504, 2 ** -14, 2 ** -14 - 2 ** -24, 2 ** -24, 0.333251953125];
    expect([...fromShortFloats(Uint16Array.from(half), shortFloats.F16)]).toEqual(values);
    expect([...toShortFloats(values, shortFloats.F16)]).toEqual(half);
    expect([...toShortFloats([Math.PI, -0, 3.4e38, Number.NaN], shortFloats.BF16)]).toEqual([
      0x4049, 0x8000, 0x7f80, 0x7fc0,
    ]);
    expect([...fromShortFloats(Uint16Array.of(0x4049, 0xff80), shortFloats.BF16)]).toEqual([
      3.140625,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it.each(["F16", "BF16"] as const)("keep all 65,536 patterns of %s there and back", (name) => {
    const all = Uint16Array.from({ length: 65536 }, (_, k) => k);
    const values = fromShortFloats(all, shortFloats[name]);
    const back = toShortFloats(values, shortFloats[name]);
    expect(all.filter((bits, k) => back[k] !== bits && !Number.isNaN(values[k]))).toHaveLength(0);
  });

  it.each(["F16", "BF16"] as const)(
    "round to the nearest of %s, ties to the even pattern, from float64 at once",
    (name) => {
      const format = shortFloats[name];
      const grid = fromShortFloats(
        Uint16Array.from({ length: 0x7c00 }, (_, k) => k),
        format,
      ); // all finite ≥ 0 of F16, most of BF16
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 0x7bfe }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          (k, part) => {
            const [low, high] = [grid[k] as number, grid[k + 1] as number];
            const x = low + (high - low) * part;
            const middle = (low + high) / 2;
            const wanted = x < middle || (x === middle && k % 2 === 0) ? k : k + 1;
            expect(toShortFloats([x, -x, middle], format)).toEqual(
              Uint16Array.of(wanted, wanted | 0x8000, k + (k % 2)),
            );
          },
        ),
        { seed: 1, numRuns: 500 },
      );
      const nearTie = 1 + 2 ** -11 + 2 ** -40; // float32 would make it a tie, and the tie would go down
      expect(toShortFloats([nearTie], shortFloats.F16)[0]).toBe(0x3c01);
      expect(toShortFloats([65519.99, 65520], shortFloats.F16)).toEqual(Uint16Array.of(0x7bff, 0x7c00));
    },
  );
});

describe("encodeSafetensors", () => {
  it("writes the bytes of the published format, wide kinds first", () => {
    const bytes = glue(
      encodeSafetensors({
        b: { shape: [2], data: Float32Array.of(1, 2) },
        a: { shape: [1], data: Uint8Array.of(7) },
      }),
    );
    const header =
      '{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}';
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + bytes[0]!)).trimEnd()).toBe(header);
    expect(bytes[0]! % 8).toBe(0);
    expect([...bytes.subarray(8 + bytes[0]!)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64, 7]);
  });

  it("gives back what was written, in every kind, and the same bytes in whatever order", () => {
    const random = createRandom(3);
    const draw = (n: number) => Float64Array.from({ length: n }, () => 100 * random.normal());
    const tensors: Record<string, NdArray> = {
      "a/64": { shape: [2, 3], data: draw(6) },
      "ü.32": { shape: [4], data: Float32Array.from(draw(4)) },
      scalar: { shape: [], data: Int32Array.of(-5) },
      empty: { shape: [0, 3], data: new Float32Array(0) },
      bytes: { shape: [3], data: Uint8Array.of(1, 2, 255) },
      short: { shape: [2], data: Int16Array.of(-1, 300) },
    };
    const bytes = glue(encodeSafetensors(tensors, { metadata: { format: "pt" } }));
    const back = parseSafetensors(bytes);
    expect(back.metadata).toEqual({ format: "pt" });
    expect(new Map(Object.entries(back.tensors))).toEqual(new Map(Object.entries(tensors)));
    const turned = Object.fromEntries(Object.entries(tensors).reverse());
    expect(glue(encodeSafetensors(turned, { metadata: { format: "pt" } }))).toEqual(bytes);
  });

  it("stores floats as 16 bits if asked to, and leaves whole numbers", () => {
    const data = Float64Array.of(1 / 3, -2, 1e5);
    const tensors = { x: { shape: [3], data }, n: { shape: [1], data: Int32Array.of(70000) } };
    const half = parseSafetensors(glue(encodeSafetensors(tensors, { floats: "F16" }))).tensors;
    expect([...half.x!.data]).toEqual([0.333251953125, -2, Number.POSITIVE_INFINITY]);
    expect([...half.n!.data]).toEqual([70000]);
    const brain = parseSafetensors(glue(encodeSafetensors(tensors, { floats: "BF16" }))).tensors;
    expect([...brain.x!.data]).toEqual([0.333984375, -2, 99840]);
  });

  it("refuses a shape that its numbers do not fill", () => {
    expect(() => [...encodeSafetensors({ x: { shape: [2, 2], data: new Float32Array(3) } })]).toThrow(
      'encodeSafetensors: "x" has 3 numbers, its shape is [2, 2].',
    );
  });
});

describe("parseSafetensors", () => {
  const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = "F32") => ({
    dtype,
    shape,
    data_offsets: [from, to],
  });

  it("reads kinds that only others write", () => {
    const bytes = Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 128, 1, 0);
    const header = { n: entry(0, 8, [1], "I64"), b: entry(8, 10, [2], "BOOL") };
    expect(() => parseSafetensors(file(header, bytes))).toThrow("has no exact float64");
    bytes[7] = 0;
    const { n, b } = parseSafetensors(file(header, bytes)).tensors;
    expect([[...n!.data], [...b!.data]]).toEqual([[5], [1, 0]]);
  });

  it("says of a hostile or damaged file what is wrong", () => {
    const cases: readonly [Uint8Array, string][] = [
      [new Uint8Array(3), "a file has 8 bytes at least; got 3"],
      [
        Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255),
        "cannot have 18446744073709552000 bytes in a file of 8",
      ],
      [file("{}", 0).fill(9, 0, 1), "cannot have 9 bytes in a file of 10"],
      [file("[1, 2]", 0), "the header must be a JSON object"],
      [file("{x", 0), "the header is no JSON text"],
      [file({ x: null }, 0), 'the tensor "x" must have dtype, shape and data_offsets; got "null"'],
      [file({ x: entry(0, 8, [2.5]) }, 8), "must have dtype, shape and data_offsets"],
      [file({ x: entry(0, 8, [-2]) }, 8), "must have dtype, shape and data_offsets"],
      [file({ x: entry(0, 8, [3]) }, 8), '"x", "F32" [3], must have 12 bytes; its place [0, 8) has 8'],
      [file({ x: entry(0, 8, [2 ** 52, 2 ** 52]) }, 8), "its place [0, 8) has 8"],
      [file({ x: entry(8, 0, [2]) }, 8), "its place [8, 0) has -8"],
      [
        file({ x: entry(0, 8), y: entry(4, 12) }, 12),
        'the tensor "y" must begin at byte 124, where the one before it ends; it begins at 120',
      ],
      [file({ x: entry(0, 4), y: entry(8, 12) }, 12), 'the tensor "y" must begin at byte'],
      [file({ x: entry(0, 8) }, 12), "the tensors end at byte 70, the file at 74. Is it cut off?"],
      [file({ x: entry(0, 8) }, 4), "the tensors end at byte 70, the file at 66. Is it cut off?"],
      [file({ __metadata__: { a: 1 } }, 0), "__metadata__ must hold texts only"],
      [
        file({ x: entry(0, 8, [16], "F4") }, 8),
        'the numbers of "x" are "F4", which cannot be read; legal: F64, F32',
      ],
    ];
    expect(cases.map(([bytes]) => refusal(() => parseSafetensors(bytes)))).toEqual(
      cases.map(([, message]) => expect.stringContaining(message)),
    );
  });

  it("keeps names that are special in JavaScript", () => {
    const text = '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    expect(Object.keys(parseSafetensors(file(text, Uint8Array.of(3))).tensors)).toEqual(["__proto__"]);
  });

  it("refuses every file that is cut off, and never crashes on a changed byte", () => {
    const good = glue(
      encodeSafetensors({
        x: { shape: [3], data: Float32Array.of(1, 2, 3) },
        y: { shape: [2, 2], data: new Int16Array(4) },
      }),
    );
    for (let length = 0; length < good.length; length++)
      expect(refusal(() => parseSafetensors(good.subarray(0, length)))).not.toBe("accepted");
    const random = createRandom(5);
    let refused = 0;
    for (let k = 0; k < 1000; k++) {
      const bytes = good.slice();
      bytes[random.integer(bytes.length)]! ^= 1 + random.integer(255);
      if (refusal(() => parseSafetensors(bytes)) !== "accepted") refused++;
    }
    expect(refused).toBeGreaterThan(300);
  });
});

describe("openSafetensors", () => {
  it("reads one tensor at a time, of a file and of shards", async () => {
    const [first, second] = [join(folder, "model-1.safetensors"), join(folder, "model-2.safetensors")];
    await writeSafetensors(first, { "a.weight": { shape: [2], data: Float32Array.of(1, 2) } });
    await writeSafetensors(
      second,
      { "b.weight": { shape: [1], data: Float64Array.of(3) } },
      { floats: "F16" },
    );
    const index = join(folder, "model.safetensors.index.json");
    writeFileSync(
      index,
      JSON.stringify({
        weight_map: { "a.weight": "model-1.safetensors", "b.weight": "model-2.safetensors" },
      }),
    );
    const shards = await openSafetensors(index);
    expect([...shards.tensors.keys()]).toEqual(["a.weight", "b.weight"]);
    expect((await shards.read("b.weight")).data).toEqual(Float32Array.of(3));
    expect((await shards.read("a.weight")).data).toEqual(Float32Array.of(1, 2));
    await expect(shards.read("c.weight")).rejects.toThrow('has no tensor "c.weight"');
    await shards.close();
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("names the file in every error, and refuses shards outside the folder", async () => {
    const cut = join(folder, "cut.safetensors");
    writeFileSync(cut, readFileSync(join(folder, "model-1.safetensors")).subarray(0, 40));
    await expect(openSafetensors(cut)).rejects.toThrow(`${cut}: safetensors: the header cannot have`);
    await expect(openSafetensors(join(folder, "model-3.safetensors"))).rejects.toThrow(
      "Near it: model-1.safetensors",
    );
    const index = join(folder, "bad.safetensors.index.json");
    for (const weights of [{ a: "../x.safetensors" }, { a: "/x.safetensors" }, {}, [1]]) {
      writeFileSync(index, JSON.stringify({ weight_map: weights }));
      await expect(openSafetensors(index)).rejects.toThrow('must have a "weight_map"');
    }
    writeFileSync(index, JSON.stringify({ weight_map: { "b.weight": "model-1.safetensors" } }));
    await expect(openSafetensors(index)).rejects.toThrow(
      'says that "b.weight" is in model-1.safetensors; it is not',
    );
  });
});
