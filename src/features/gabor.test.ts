import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { createGaborBank, gaborEnergy, type RgbPicture } from "./index.ts";

/** A grating in sRGB whose stripes run at `degrees`, counter-clockwise from horizontal. */
function grating(
  size: number,
  cycles: number,
  degrees: number,
  { contrast = 60, phase = 0, height = size } = {},
): RgbPicture {
  const angle = (degrees * Math.PI) / 180;
  const k = (2 * Math.PI * cycles) / Math.min(size, height);
  return paint(
    size,
    height,
    (x, y) => 128 + contrast * Math.cos(k * (x * Math.sin(angle) + y * Math.cos(angle)) + phase),
  );
}

function paint(width: number, height: number, grey: (x: number, y: number) => number): RgbPicture {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.fill(Math.round(grey(x, y)), 3 * (y * width + x), 3 * (y * width + x) + 3);
  return { width, height, data };
}

/** Mean over the four cells of every channel, by `frequency angle`. */
function channels(values: Float64Array, names: readonly string[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const channel = name.replace(/ row.*/, "");
    out.set(channel, (out.get(channel) ?? 0) + (values[i] as number) / 4);
  }
  return out;
}

describe("createGaborBank", () => {
  it("is excited most by a grating of its own frequency and orientation, in every cell", () => {
    const bank = createGaborBank(64, 64);
    expect(bank.columns).toBe(48);
    for (const frequency of [4, 8, 16])
      for (const angle of [0, 45, 90, 135]) {
        const values = bank.apply(grating(64, frequency, angle));
        const own = `gabor ${frequency} cycles ${angle}°`;
        for (let cell = 0; cell < 4; cell++) {
          const here = [...bank.names.entries()].filter(([i]) => i % 4 === cell);
          const best = here.reduce((a, b) => ((values[a[0]] as number) > (values[b[0]] as number) ? a : b));
          expect(best[1]).toMatch(new RegExp(`^${own} row`));
        }
      }
  });
  it("tells 30° from 150° and half an octave at other settings and shapes", () => {
    const options = { frequencies: [5, 10], orientations: 6, grid: 2 };
    const bank = createGaborBank(96, 60, options);
    for (const [frequency, angle] of [
      [5, 30],
      [10, 150],
      [10, 0],
    ] as const) {
      const all = channels(bank.apply(grating(96, frequency, angle, { height: 60 })), bank.names);
      const best = [...all].reduce((a, b) => (a[1] > b[1] ? a : b))[0];
      expect(best).toBe(`gabor ${frequency} cycles ${angle}°`);
    }
  });
  it("gives the grating's amplitude in L*, whatever the phase", () => {
    const bank = createGaborBank(64, 64);
    const amplitude = (lightnessOf(128 + 20) - lightnessOf(128 - 20)) / 2;
    for (const phase of [0, 0.7, Math.PI / 2, 2.5]) {
      const all = channels(bank.apply(grating(64, 8, 90, { contrast: 20, phase })), bank.names);
      expect(Math.abs((all.get("gabor 8 cycles 90°") as number) / amplitude - 1)).toBeLessThan(0.1); // borders
    }
  });
  it("gives 0 for even pictures of any grey", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), (grey) => {
        for (const x of gaborEnergy(paint(32, 32, () => grey))) expect(Math.abs(x)).toBeLessThan(1e-9);
      }),
      { seed: 1, numRuns: 10 },
    );
  });
  it("puts a patch into its own cell", () => {
    const whole = grating(64, 16, 0);
    const patch = paint(64, 64, (x, y) =>
      x >= 32 && y < 32 ? (whole.data[3 * (y * 64 + x)] as number) : 128,
    );
    const bank = createGaborBank(64, 64);
    const values = bank.apply(patch);
    const at = (cell: string) => values[bank.names.indexOf(`gabor 16 cycles 0° ${cell}`)] as number;
    for (const other of ["row 0 column 0", "row 1 column 0", "row 1 column 1"])
      expect(at("row 0 column 1")).toBeGreaterThan(4 * at(other));
  });
  it("swaps 45° and 135° and left and right for the mirrored picture", () => {
    const random = createRandom(2);
    const noise = Float64Array.from({ length: 48 * 48 }, () => 128 + 40 * random.normal()).map((x) =>
      Math.min(255, Math.max(0, x)),
    );
    const bank = createGaborBank(48, 48);
    const a = bank.apply(paint(48, 48, (x, y) => noise[y * 48 + x] as number));
    const b = bank.apply(paint(48, 48, (x, y) => noise[y * 48 + 47 - x] as number));
    for (const [i, name] of bank.names.entries()) {
      const twin = name
        .replace(/ (45|135)°/, (m) => (m === " 45°" ? " 135°" : " 45°"))
        .replace(/column (\d)/, (_, c) => `column ${1 - Number(c)}`);
      expect(b[bank.names.indexOf(twin)]).toBeCloseTo(a[i] as number, 9);
    }
  });
  it("compresses by square root or logarithm", () => {
    const picture = grating(32, 8, 45);
    const options = { frequencies: [8], orientations: 2, grid: 1 };
    const root = gaborEnergy(picture, options);
    const log = gaborEnergy(picture, { ...options, compression: "log" });
    for (const [i, x] of root.entries()) expect(log[i]).toBeCloseTo(Math.log1p(x * x), 10);
  });
  it("gives the same again and never the same array", () => {
    const bank = createGaborBank(64, 64);
    const picture = grating(64, 8, 0);
    const a = bank.apply(picture);
    expect(bank.apply(picture)).toEqual(a);
    expect(bank.apply(picture)).not.toBe(a);
  });
  it("refuses frequencies beyond Nyquist, other sizes and bytes that do not fit", () => {
    expect(() => createGaborBank(64, 32, { frequencies: [17] })).toThrow(
      /frequencies must be a number in \[1, 16\]; got 17/,
    );
    expect(() => createGaborBank(64, 64, { frequencies: [4, 4] })).toThrow(/different numbers; got \[4, 4\]/);
    expect(() => createGaborBank(64, 64, { grid: 65 })).toThrow(/grid must be/);
    expect(() => createGaborBank(64, 64).apply(grating(32, 4, 0))).toThrow(
      "made for 64 × 64 pixels; got 32 × 32",
    );
    expect(() => gaborEnergy({ width: 4, height: 4, data: new Uint8Array(64) })).toThrow(
      /48 bytes of RGB; got 64. Is it RGBA\?/,
    );
  });
});

function lightnessOf(byte: number): number {
  return 116 * Math.cbrt(((byte / 255 + 0.055) / 1.055) ** 2.4) - 16;
}
