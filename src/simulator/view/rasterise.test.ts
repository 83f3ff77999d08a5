import { describe, expect, it } from "vitest";
import { buildIcosphere } from "../../brain/index.ts";
import { colourTable } from "./colours.ts";
import type { Paint } from "./layer.ts";
import { drawing } from "./look.ts";
import { startPose } from "./pose.ts";
import { type RasterOptions, rasterise } from "./rasterise.ts";
import type { Surface } from "./surface.ts";

/** A ball of radius `r` mm; its upper half shows target 0, its lower half target 1, unless another is given. */
function ball(r: number, { y = 0, target }: { y?: number; target?: number } = {}): Surface {
  const { directions, triangles } = buildIcosphere(4);
  const vertices = directions.length / 3;
  const folded = Float32Array.from(directions, (x, k) => r * x + (k % 3 === 1 ? y : 0));
  return {
    name: "ball",
    side: 0,
    vertices,
    faces: Uint32Array.from(triangles),
    flatFaces: null,
    folded,
    inflated: folded,
    flat: null,
    shade: new Float32Array(vertices),
    target: Int32Array.from(
      { length: vertices },
      (_, v) => target ?? ((directions[3 * v + 2] as number) > 0 ? 0 : 1),
    ),
    codes: Uint8Array.from({ length: vertices }, (_, v) => ((directions[3 * v + 2] as number) > 0 ? 1 : 2)),
  };
}

const paint: Paint = {
  values: Float32Array.of(0.25, 0.75),
  visible: Uint8Array.of(1, 1),
  trusted: Uint8Array.of(1, 1),
  significant: Uint8Array.of(0, 0),
  range: [0, 1],
  colours: colourTable("viridis"),
};
const plain = { dark: false, outlines: false, contour: false };
const back = { ...startPose, morph: 0, open: 0, yaw: 0, pitch: 0 };
const options: RasterOptions = { pose: back, look: plain, width: 260, height: 184 }; // 184 mm are seen: 1 mm a pixel
const draw = (surfaces: readonly Surface[], change: Partial<RasterOptions> = {}, own: Paint = paint) => {
  const { width, height, data } = rasterise(surfaces, own, { ...options, ...change });
  const at = (x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
  return { width, height, data, at };
};
/** Light on a ball of 40 mm at a point `down` mm below its middle, by hand. */
const lightAt = (down: number) => {
  const normal = [0, -down / 40, Math.sqrt(1 - (down / 40) ** 2)];
  return drawing.lights.reduce(
    (sum, { from, strength, unit }) =>
      sum +
      strength *
        Math.max(
          0,
          from.reduce((dot, x, d) => dot + x * (normal[d] as number), 0) / (unit ? Math.hypot(...from) : 1),
        ),
    drawing.ambient as number,
  );
};
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0; // toEqual takes seconds
const expectNear = (a: readonly number[], b: readonly number[], within: number) => {
  for (const [k, x] of b.entries()) expect(Math.abs((a[k] as number) - x)).toBeLessThanOrEqual(within);
};

describe("rasterise", () => {
  it("draws a ball of 40 mm as a disc of 40 pixels radius, and nothing beside it", () => {
    const { data, width, height } = draw([ball(40)]);
    let covered = 0;
    const wrong: number[][] = [];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const alpha = data[4 * (y * width + x) + 3] as number;
        covered += alpha / 255;
        const away = Math.hypot(x + 0.5 - 130, y + 0.5 - 92);
        if ((away < 39 && alpha !== 255) || (away > 41 && alpha !== 0)) wrong.push([x, y, alpha]);
      }
    expect(wrong).toEqual([]);
    expect(Math.abs(covered / (Math.PI * 1600) - 1)).toBeLessThan(0.01);
  });
  it("gives the map's colour times the light, by hand: a quarter above, three quarters below", () => {
    const { at } = draw([ball(40)]);
    for (const [y, share] of [
      [88, 0.25],
      [96, 0.75],
    ] as const) {
      const k = Math.round(256 * share - 0.5);
      const expected = [0, 1, 2].map((d) => (paint.colours[4 * k + d] as number) * lightAt(y + 0.5 - 92));
      expectNear(at(129, y), [...expected.map((x) => Math.min(255, x)), 255], 4);
    }
  });
  it("shows what is nearer, whichever is drawn first", () => {
    const [near, far] = [ball(20, { y: -60, target: 1 }), ball(40, { target: 0 })];
    const one = draw([near, far]);
    expect(isSame(draw([far, near]).data, one.data)).toBe(true);
    const greenish = one.at(130, 85); // the small ball's value, where the large one has the other
    expect(greenish[1]).toBeGreaterThan((one.at(130, 62)[1] as number) + 40);
  });
  it("greys what has no value by the scheme, and hatches what is not to be trusted", () => {
    const none = { ...paint, visible: Uint8Array.of(0, 0) };
    for (const dark of [false, true]) {
      const { at } = draw([ball(40)], { look: { ...plain, dark } }, none);
      const grey = 255 * drawing.grey[dark ? "dark" : "light"].gyrus * lightAt(0.5);
      expectNear(at(129, 92), [grey, grey, grey, 255], 4);
    }
    const { at } = draw([ball(40)], {}, { ...paint, trusted: Uint8Array.of(0, 0) });
    const row = Array.from({ length: 16 }, (_, k) => at(122 + k, 100));
    for (const [r, g, b] of row) expect(r === g && g === b).toBe(true);
    const light = row.map(([r]) => r as number);
    expect(Math.max(...light) - Math.min(...light)).toBeGreaterThan(8); // stripes of 8 pixels
    expect(Math.abs((light[2] as number) - (light[10] as number))).toBeLessThan(4);
  });
  it("draws borders, the contour in its halo, and the ring of what is picked, as wide as said", () => {
    const column = (change: Partial<RasterOptions>, own: Paint = paint) => {
      const { at } = draw(
        [ball(40)],
        { ...change, scale: 4, width: 24, height: 46, pose: { ...back, zoom: 16 } },
        own,
      );
      return Array.from({ length: 160 }, (_, k) => at(48, 12 + k)); // triangles are wider than lines
    };
    const dark = (pixels: readonly number[][]) =>
      pixels.filter(([r, g, b]) => Math.max(r as number, g as number, b as number) < 60).length;
    const significant = { ...paint, significant: Uint8Array.of(1, 0) };
    expect(dark(column({ look: { ...plain, contour: true } }, significant))).toBeGreaterThanOrEqual(5); // 2 CSS pixels = 8, shaded at its sides
    expect(dark(column({ look: { ...plain, contour: true } }, significant))).toBeLessThanOrEqual(9);
    expect(dark(column({ look: { ...plain, contour: true } }))).toBe(0);
    const white = column({ look: { ...plain, contour: true } }, significant).filter(
      ([r, g, b]) => Math.min(r as number, g as number, b as number) > 240,
    );
    expect(white.length).toBeGreaterThanOrEqual(6); // 1.2 CSS pixels on either side
    const border = column({ look: { ...plain, outlines: true } });
    expect(border).not.toEqual(column({}));
    const ring = column({ isPicked: (t) => t === 1 });
    expect(ring.some(([r, g, b]) => (r as number) > 190 && (g as number) < 60 && (b as number) < 140)).toBe(
      true,
    );
  });
  it("has the same pixels in whatever bands it is drawn, and finer points only smooth them", () => {
    const high = draw([ball(60)], { height: 140, width: 200 });
    const twice = draw([ball(60)], { height: 70, width: 100, scale: 2 });
    expect(isSame(twice.data, high.data)).toBe(true); // bands end elsewhere in millimetres
    const [coarse, fine] = [draw([ball(40)], { samples: 1 }), draw([ball(40)], { samples: 4 })];
    expectNear(coarse.at(130, 80), fine.at(130, 80), 3);
    const alphas = new Set(fine.data.filter((_, k) => k % 4 === 3));
    expect(alphas.size).toBeGreaterThan(8);
    expect(new Set(coarse.data.filter((_, k) => k % 4 === 3))).toEqual(new Set([0, 255]));
  });
});
