import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box, PictureSize } from "./bitmap.ts";
import type { Picture } from "./render.ts";
import type { Filter } from "./resample.ts";
import { resizePicture } from "./resize.ts";

type Case = readonly [
  width: number,
  height: number,
  channels: number,
  seed: number,
  newWidth: number,
  newHeight: number,
  filter: Filter,
  box: Box | null,
  gap: number | null,
  hash: string,
];
const file = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const { origin, cases, whole } = JSON.parse(file("resize.json").toString()) as {
  origin: string;
  cases: readonly Case[];
  whole: readonly { case: number; from: number; to: number }[];
};

/** The source pictures of fixtures/make-pictures.py. */
function draw(width: number, height: number, channels: number, seed: number): Picture {
  const data = new Uint8Array(width * height * channels);
  const start = Math.imul(seed, 2654435761);
  for (let k = 0; k < data.length; k++) {
    let h = Math.imul(k ^ start, 2246822519);
    h = Math.imul(h ^ (h >>> 13), 3266489917);
    h ^= h >>> 16;
    data[k] = h & 3 ? (h >>> 8) & 255 : 255 * ((h >>> 2) & 1);
  }
  return { width, height, data };
}

function run([width, height, channels, seed, newWidth, newHeight, filter, box, gap]: Case): Picture {
  return resizePicture(
    draw(width, height, channels, seed),
    { width: newWidth, height: newHeight },
    { filter, ...(box && { box }), ...(gap !== null && { reducingGap: gap }) },
  );
}

const shas = (data: Uint8Array) => createHash("sha256").update(data).digest("hex").slice(0, 16);

describe("resizePicture", () => {
  it(`gives the bytes of ${origin} for every filter, channel count, box and gap`, () => {
    expect(cases.length).toBeGreaterThan(400);
    const wrong = cases.filter((one) => shas(run(one).data) !== one[9]);
    expect(wrong).toEqual([]);
  });

  it("gives whole pictures as Pillow does, byte for byte", () => {
    const bytes = file("resize.bin");
    for (const { case: at, from, to } of whole)
      expect(Buffer.from(run(cases[at] as Case).data)).toEqual(bytes.subarray(from, to));
    expect(whole).toHaveLength(4);
  });

  it("keeps a plain colour plain, whatever the size, box and filter", () => {
    const filters: Filter[] = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"];
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.tuple(side, side, side, side),
        fc.constantFrom(...filters),
        fc.integer({ min: 0, max: 255 }),
        ([w, h, width, height], filter, value) => {
          const plain = { width: w, height: h, data: new Uint8Array(3 * w * h).fill(value) };
          const box: Box = [0.25, 0.125, w, h];
          const { data } = resizePicture(plain, { width, height }, { filter, box });
          expect(data.every((byte) => byte === value)).toBe(true);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it("commutes with turning the picture over", () => {
    const flip = ({ width, height, data }: Picture): Picture => {
      const rows = Array.from({ length: height }, (_, y) => data.slice(y * width, (y + 1) * width));
      return { width, height, data: Uint8Array.from(rows.flatMap((row) => [...row.reverse()])) };
    };
    const size: PictureSize = { width: 8, height: 5 };
    const picture = draw(24, 15, 1, 3); // three to one: no rounding of the centres
    expect(flip(resizePicture(picture, size)).data).toEqual(resizePicture(flip(picture), size).data);
  });

  it("does not change the caller's picture, nor hand it back", () => {
    const picture = draw(4, 4, 4, 1);
    const before = picture.data.slice();
    const same = resizePicture(picture, { width: 4, height: 4 });
    expect(same.data).toEqual(before);
    same.data.fill(0);
    resizePicture(picture, { width: 2, height: 2 });
    expect(picture.data).toEqual(before);
  });

  it("averages by hand: a box filter of 2 × 2", () => {
    const picture = { width: 2, height: 2, data: Uint8Array.from([0, 10, 20, 31]) };
    expect(resizePicture(picture, { width: 1, height: 1 }, { filter: "box" }).data[0]).toBe(16); // 5 and 25.5 → 26, then 15.5 → 16
  });

  it("says which bytes, sizes, boxes and filters cannot be", () => {
    const picture = draw(4, 3, 3, 1);
    const size = { width: 2, height: 2 };
    expect(() => resizePicture({ ...picture, width: 5 }, size)).toThrow(
      "resizePicture: a picture of 5 × 3 must hold 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) bytes a pixel; got 36 bytes.",
    );
    expect(() => resizePicture(picture, { width: 0, height: 2 })).toThrow(
      /width must be a whole number in \[1/,
    );
    expect(() => resizePicture(picture, size, { box: [0, 0, 5, 3] })).toThrow(
      "must lie within the picture of 4 × 3 and not be empty; got [0, 0, 5, 3]",
    );
    expect(() => resizePicture(picture, size, { reducingGap: 0.5 })).toThrow(/reducingGap .* got 0.5/);
    // @ts-expect-error a filter of another program
    expect(() => resizePicture(picture, size, { filter: "cubic" })).toThrow(
      'filter must be one of nearest, box, bilinear, hamming, bicubic, lanczos; got "cubic"',
    );
  });
});
