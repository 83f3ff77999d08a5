import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/index.ts";
import { nouns } from "../../stimuli/lexicon.ts";
import { plainView, viewPicture } from "./augment.ts";
import { openCaptions } from "./captions-file.ts";
import { splitDataset } from "./dataset.ts";
import { type LoaderOptions, openLoader } from "./loader.ts";
import { maskWords } from "./mask-words.ts";
import { derange, orderSamples } from "./order.ts";
import { openLoadPool } from "./pool.ts";
import { openShards } from "./webdataset.ts";
import { worldCaption, worldDataset, worldScene, worldText } from "./world.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-data-"));
const pool = openLoadPool({ workers: 2 });
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Three shards of five pictures; one picture is cut off, one has no caption. */
async function makeShards(): Promise<string[]> {
  const paths: string[] = [];
  for (let shard = 0; shard < 3; shard++) {
    const inside = join(folder, `shard-${shard}`);
    mkdirSync(inside);
    for (let k = 0; k < 5; k++) {
      const key = `${shard}-${k}`;
      const color = { r: 40 * k, g: 80 * shard, b: 100 };
      const png = await sharp({ create: { width: 20 + k, height: 24, channels: 3, background: color } })
        .png()
        .toBuffer();
      writeFileSync(join(inside, `${key}.png`), key === "1-2" ? png.subarray(0, 60) : png);
      if (key !== "2-4") writeFileSync(join(inside, `${key}.txt`), `caption ${key}\n`);
    }
    const path = join(folder, `${shard}.tar`);
    execFileSync("tar", ["-cf", path, "--sort=name", "-C", inside, "."]);
    paths.push(path);
  }
  return paths;
}
const shards = await openShards(await makeShards());
const options = {
  pool,
  seed: 3,
  batch: 4,
  edge: 8,
  views: [{ ...plainView, crop: [0.5, 1] }],
  buffer: 6,
} as const satisfies Omit<LoaderOptions, "dataset">;

describe("openShards", () => {
  it("finds the samples of WebDataset shards and tells of those that lack a part", async () => {
    expect(shards.dataset).toMatchObject({ shards: [5, 5, 4], count: 14 });
    expect(shards.incomplete).toEqual(["./2-4"]);
    expect(shards.dataset.sample(7).key).toBe("./1-2");
  });
});

describe("openCaptions", () => {
  it("reads CSV and JSON Lines, all captions of a picture together", async () => {
    writeFileSync(
      join(folder, "a.csv"),
      'image,caption\nshard-0/0-0.png,"one, two"\nshard-0/0-1.png,b\nshard-0/0-0.png,c\n',
    );
    writeFileSync(
      join(folder, "a.jsonl"),
      '{"image":"shard-0/0-0.png","caption":"one, two"}\n\n{"image":"shard-0/0-1.png","caption":"b"}\n{"image":"shard-0/0-0.png","caption":"c"}\n',
    );
    for (const name of ["a.csv", "a.jsonl"]) {
      const dataset = await openCaptions(join(folder, name));
      expect([0, 1].map((k) => dataset.sample(k).captions)).toEqual([["one, two", "c"], ["b"]]);
    }
  });
  it("says which column, line or picture is missing", async () => {
    writeFileSync(join(folder, "b.csv"), "file,caption\nx.png,b\n");
    await expect(openCaptions(join(folder, "b.csv"))).rejects.toThrow(
      /needs the columns image and caption; it has file, caption/,
    );
    await expect(openCaptions(join(folder, "b.csv"), { picture: "file" })).rejects.toThrow(
      /names the picture .*x.png, which is not there/,
    );
    writeFileSync(join(folder, "b.jsonl"), '{"image":"a"}\n');
    await expect(openCaptions(join(folder, "b.jsonl"))).rejects.toThrow(
      /line 1: an object with the texts image and caption/,
    );
  });
});

describe("openLoader", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "gives the same batches for the same seed, whatever is asked for first",
    async () => {
      const [a, b] = [
        openLoader({ ...options, dataset: shards.dataset }),
        openLoader({ ...options, dataset: shards.dataset }),
      ];
      const late = await b.batch(4);
      expect(late).toEqual((await Promise.all([0, 1, 2, 3, 4].map((k) => a.batch(k))))[4]);
      const other = openLoader({ ...options, dataset: shards.dataset, seed: 4 });
      expect((await other.batch(4)).keys).not.toEqual(late.keys);
    },
  );
  it("leaves damaged samples out, tells why, and fills their places with others", async () => {
    const loader = openLoader({ ...options, dataset: shards.dataset });
    const batches = await Promise.all([0, 1, 2, 3, 4, 5].map((k) => loader.batch(k)));
    for (const { keys, captions } of batches) {
      expect(new Set(keys).size).toBe(4);
      expect(captions).toEqual(keys.map((key) => `caption ${key.slice(2)}`));
    }
    expect([...loader.damaged.keys()]).toEqual(["./1-2"]);
    expect(loader.damaged.get("./1-2")).toMatch(/the picture is damaged/);
  });
  it("shows twins of one or two views the same pictures, and the first views alike", async () => {
    const two = openLoader({
      ...options,
      dataset: shards.dataset,
      views: [options.views[0], options.views[0]],
    });
    const one = openLoader({ ...options, dataset: shards.dataset });
    const [a, b] = [await one.batch(1), await two.batch(1)];
    expect([b.keys, b.captions, b.views[0]]).toEqual([a.keys, a.captions, a.views[0]]);
    expect(b.views[1]).not.toEqual(b.views[0]);
  });
  it("gives every picture another one's caption where they are permuted, each caption once, in the same order of pictures", async () => {
    const dataset = worldDataset({ seed: 1, count: 12, tellings: 1 });
    const [plain, permuted] = [
      openLoader({ ...options, dataset }),
      openLoader({ ...options, dataset, permuted: true }),
    ];
    const of = async (loader: typeof plain) => Promise.all([0, 1, 2].map((k) => loader.batch(k)));
    const [a, b] = [await of(plain), await of(permuted)];
    expect(b.map(({ keys, views }) => ({ keys, views }))).toEqual(
      a.map(({ keys, views }) => ({ keys, views })),
    );
    const [own, given] = [a, b].map((all) => all.flatMap(({ captions }) => captions)) as [string[], string[]];
    expect([...given].sort()).toEqual([...own].sort());
    expect(given.filter((caption, k) => caption === own[k])).toEqual([]);
  });
});

describe("worldDataset", () => {
  const numbers = Array.from({ length: 400 }, (_, k) => k);
  it("sees a share of the scenes with one object from close by, and changes nothing else", () => {
    const [plain, close] = [
      { seed: 2, alone: 0.5 },
      { seed: 2, alone: 0.5, close: 0.5 },
    ];
    const pairs = numbers.map((k) => [worldScene(plain, k), worldScene(close, k)] as const);
    const moved = pairs.filter(([a, b]) => a.objects[0]?.size !== b.objects[0]?.size);
    const single = pairs.filter(([a]) => a.objects.length === 1);
    expect(Math.abs(moved.length / single.length - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / single.length));
    for (const [a, b] of moved) {
      const [before, after] = [a.objects[0], b.objects[0]];
      expect(b).toEqual({ ...a, objects: [{ ...before, size: after?.size, x: after?.x, y: after?.y }] });
      expect(a.objects).toHaveLength(1);
    }
    for (const [a, b] of pairs) if (!moved.some(([one]) => one === a)) expect(b).toEqual(a);
  });
  it("tells a share of the captions by the names of the objects alone", () => {
    const world = { seed: 2, names: 0.5 };
    const bare = numbers.filter((k) => worldText(world, k) !== worldCaption(world, k).text);
    expect(Math.abs(bare.length / 400 - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 400));
    for (const k of bare) {
      const said = worldText(world, k).toLowerCase().replace(/\.$/, "").split(" and ");
      const { objects } = worldScene(world, k);
      expect(said).toHaveLength(objects.length);
      said.forEach((name, at) => {
        const { category } = objects[at] as (typeof objects)[number];
        expect(nouns[category]).toContain(name.replace(/^an? /, ""));
      });
    }
  });
});

describe("orderSamples and derange", () => {
  it("hold every sample once, however shards and buffer are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer(),
        (sizes, buffer, seed) => {
          const count = sizes.reduce((a, b) => a + b, 0);
          const order = orderSamples({ shards: sizes, count }, { seed, pass: 0, buffer });
          expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          const other = derange(count, seed);
          expect([...other].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          if (count > 1) expect(other.every((j, i) => i !== j)).toBe(true);
        },
      ),
      { seed: 2, numRuns: 200 },
    );
  });
  it("reads nearly in order with a small buffer, and differs from pass to pass", () => {
    const order = orderSamples({ shards: [1000], count: 1000 }, { seed: 1, pass: 0, buffer: 10 });
    expect(order.every((sample, place) => sample - place <= 10)).toBe(true);
    expect(orderSamples({ shards: [1000], count: 1000 }, { seed: 1, pass: 1, buffer: 10 })).not.toEqual(
      order,
    );
  });
});

describe("splitDataset", () => {
  it("holds out a share, and no sample is in both parts", () => {
    const { train, test } = splitDataset(shards.dataset, 0.3, createRandom(1));
    const keys = (part: typeof train) => Array.from({ length: part.count }, (_, k) => part.sample(k).key);
    expect([train.count, test.count]).toEqual([10, 4]);
    expect(new Set([...keys(train), ...keys(test)]).size).toBe(14);
    expect(train.shards.reduce((a, b) => a + b, 0)).toBe(10);
  });
});

describe("viewPicture", () => {
  const ramp = {
    width: 12,
    height: 8,
    data: Uint8Array.from({ length: 12 * 8 * 3 }, (_, k) => 20 * (Math.floor(k / 3) % 12)),
  };
  it("leaves a picture of the wanted size as it is, scaled to −1 … 1", () => {
    const square = { width: 4, height: 4, data: Uint8Array.from({ length: 48 }, (_, k) => 5 * k) };
    const view = viewPicture(square, 4, plainView, createRandom(1));
    for (let k = 0; k < 16; k++)
      for (let c = 0; c < 3; c++) expect(view[16 * c + k]).toBeCloseTo((2 * 5 * (3 * k + c)) / 255 - 1, 5);
  });
  it("takes the middle square and keeps a linear ramp linear when it reduces", () => {
    const view = viewPicture(ramp, 4, plainView, createRandom(1));
    const row = Array.from(view.subarray(4, 8), (x) => (255 * (x + 1)) / 2);
    [2.5, 4.5, 6.5, 8.5].forEach((x, k) => void (k > 0 && k < 3 && expect(row[k]).toBeCloseTo(20 * x, 3)));
    expect(row[0]).toBeLessThan(row[1] as number);
  });
  it("mirrors half of the views where it may, and none where it may not", () => {
    const falls = (flip: boolean) =>
      Array.from({ length: 200 }, (_, k) => {
        const view = viewPicture(ramp, 4, { ...plainView, flip }, createRandom(k));
        return (view[0] as number) > (view[3] as number) ? 1 : 0;
      }).reduce<number>((a, b) => a + b, 0);
    expect(falls(false)).toBe(0);
    expect(Math.abs(falls(true) - 100)).toBeLessThan(30); // 4 deviations of a fair coin
  });
  it("makes grey views grey and keeps all colours within −1 … 1", () => {
    const random = createRandom(5);
    const noisy = { width: 9, height: 9, data: Uint8Array.from({ length: 243 }, () => random.integer(256)) };
    const view = viewPicture(noisy, 8, { crop: [0.3, 1], flip: true, color: 0.8, grey: 1 }, createRandom(2));
    for (let k = 0; k < 64; k++) expect(view[k]).toBeCloseTo(view[64 + k] as number, 5);
    expect(Math.max(...view.map(Math.abs))).toBeLessThanOrEqual(1);
  });
});

describe("maskWords", () => {
  const vocabulary = { size: 50, special: new Set([0, 1, 2, 3, 4]), mask: 4 };
  it("hides 15 % of the words, four fifths as [MASK], one tenth as another, one tenth as they are; special tokens never", () => {
    const tokens = BigInt64Array.from({ length: 20_000 }, (_, k) => BigInt(k % 20 === 0 ? 2 : 5 + (k % 45)));
    const { tokens: seen, weights } = maskWords(tokens, vocabulary, createRandom(1));
    const hidden = [...weights.keys()].filter((k) => weights[k] === 1);
    const share = (kept: (k: number) => boolean) => hidden.filter(kept).length / hidden.length;
    expect(hidden.length / 19_000).toBeCloseTo(0.15, 1.9);
    expect(share((k) => seen[k] === 4n)).toBeCloseTo(0.8, 1.3);
    expect(share((k) => seen[k] === tokens[k])).toBeCloseTo(0.1 + 0.1 / 45, 1.5);
    expect(hidden.some((k) => tokens[k] === 2n)).toBe(false);
    for (const k of tokens.keys()) if (weights[k] === 0) expect(seen[k]).toBe(tokens[k]);
  });
  it("hides one word at least, and nothing where there is none", () => {
    expect(maskWords(BigInt64Array.of(2n, 9n, 3n, 0n), vocabulary, createRandom(3)).weights).toEqual(
      Float32Array.of(0, 1, 0, 0),
    );
    expect(maskWords(BigInt64Array.of(2n, 3n), vocabulary, createRandom(3)).weights).toEqual(
      new Float32Array(2),
    );
  });
});
