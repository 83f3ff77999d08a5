import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { createMotionEnergyBank, motionEnergy, type RgbPicture } from "./index.ts";

/** Answers of pymoten, see fixtures/make-motion-energy.py. */
const pymoten = JSON.parse(
  readFileSync(new URL("./fixtures/motion-energy.json", import.meta.url), "utf8"),
) as {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly rate: number;
  readonly spatialFrequencies: readonly number[];
  readonly lightness: readonly number[];
  readonly told: readonly number[];
  readonly filters: readonly (readonly number[])[];
  readonly amplitude: readonly (readonly number[])[];
  readonly masked: readonly (readonly number[])[];
};

/** The film that the fixture was made of. */
function seededFilm(): RgbPicture[] {
  const { frames, height, width } = pymoten;
  let state = 7n;
  return Array.from({ length: frames }, () => ({
    width,
    height,
    data: Uint8Array.from({ length: 3 * width * height }, () => {
      state = (1103515245n * state + 12345n) % 2n ** 31n;
      return Number(state >> 23n);
    }),
  }));
}

/** A grating that drifts in a direction (degrees, 0 to the right, 90 up), full contrast about mid-grey lightness. */
function drift(
  direction: number,
  cycles: number,
  hertz: number,
  { size = 48, frames = 30, rate = 15, phase = 0 } = {},
): Float64Array[] {
  const angle = (direction * Math.PI) / 180;
  return Array.from({ length: frames }, (_, t) =>
    Float64Array.from({ length: size * size }, (_, k) => {
      const [x, y] = [(k % size) / (size - 1), Math.floor(k / size) / (size - 1)];
      const along = x * Math.cos(angle) - y * Math.sin(angle);
      return 50 + 40 * Math.cos(2 * Math.PI * (cycles * along - (hertz * t) / rate) + phase);
    }),
  );
}

/** Energies of a frame in the middle of a film. */
function inTheMiddle(
  film: readonly Float64Array[],
  bank: ReturnType<typeof createMotionEnergyBank>,
): Float64Array {
  const stream = bank.start();
  const rows = film.flatMap((frame) => stream.push(frame) ?? []);
  return [...rows, ...stream.finish()][Math.floor(film.length / 2)] as Float64Array;
}

describe("createMotionEnergyBank", () => {
  const { height, width, rate, spatialFrequencies } = pymoten;
  const sqrt = { spatialFrequencies, compression: "sqrt" } as const;
  /** pymoten's filter of each of ours: its directions of motion are the opposite ones, as a drifting grating shows. */
  const placesOf = (filters: ReturnType<typeof createMotionEnergyBank>["filters"]) => {
    const key = (row: readonly number[]) => row.map((value) => value.toFixed(7)).join();
    const theirs = new Map(pymoten.filters.map((row, k) => [key(row), k]));
    return filters.map((f) => {
      const turned =
        f.temporalFrequency > 0 && f.spatialFrequency > 0 ? (f.direction + 180) % 360 : f.direction;
      const own = [
        f.x,
        f.y,
        turned,
        f.spatialFrequency,
        f.spatialSigma,
        f.temporalFrequency,
        f.temporalSigma,
      ];
      return theirs.get(key(own)) ?? Number.NaN;
    });
  };
  const places = placesOf(createMotionEnergyBank(width, height, rate, sqrt).filters);
  it("has the filters of pymoten, each once", () => {
    expect([...places].sort((a, b) => a - b)).toEqual([...pymoten.filters.keys()]);
  });
  it("has the 6,555 filters of Nishimoto et al. 2011 at 96 × 96 pixels, 15 frames a second and six spatial frequencies", () => {
    const bank = createMotionEnergyBank(96, 96, 15, { spatialFrequencies: [0, 2, 4, 8, 16, 32] });
    expect([bank.columns, bank.length, new Set(bank.names).size]).toEqual([6555, 10, 6555]);
  });
  const ours = (own: ReturnType<typeof motionEnergy>, theirs: typeof pymoten.amplitude) =>
    pymoten.told.flatMap((k, r) =>
      places.map((place, j) => [own.data[k * own.cols + j] as number, theirs[r]?.[place] as number] as const),
    );
  it("gives pymoten's amplitudes where pymoten's mask is off, borders in time too", () => {
    const pairs = ours(motionEnergy(seededFilm(), rate, sqrt), pymoten.amplitude);
    // the CIE constants of pymoten have five and six digits: 2e-5 of L*, whose sum over pixels is in every answer
    for (const [a, b] of pairs) expect(Math.abs(a - b)).toBeLessThan(3e-5 * b + 0.05);
    const far = pairs.map(([a, b]) => Math.abs(a / b - 1)).sort((a, b) => a - b);
    expect(far[Math.floor(far.length / 2)]).toBeLessThan(2e-5);
  });
  it("gives pymoten's logarithms, mask and all, but for answers near zero", () => {
    const pairs = ours(motionEnergy(seededFilm(), rate, { spatialFrequencies }), pymoten.masked);
    const mean = (of: (pair: readonly [number, number]) => number) =>
      pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
    const [a, b] = [mean(([x]) => x), mean(([, y]) => y)];
    const [xx, yy] = [mean(([x]) => (x - a) ** 2), mean(([, y]) => (y - b) ** 2)];
    expect(mean(([x, y]) => (x - a) * (y - b)) / Math.sqrt(xx * yy)).toBeGreaterThan(0.9999);
  });
  it("answers most to the direction, spatial and temporal frequency of a drifting grating, whatever its phase", () => {
    const bank = createMotionEnergyBank(48, 48, 15, { spatialFrequencies: [2, 4, 8], compression: "sqrt" });
    const places = bank.filters.flatMap((f, j) => (f.x === 0.5 && f.y === 0.5 ? [j] : []));
    const best = (film: readonly Float64Array[]) => {
      const row = inTheMiddle(film, bank);
      // filters of higher frequency are smaller: by their own size
      const size = (j: number) => (row[j] as number) / (bank.filters[j]?.spatialSigma as number) ** 2;
      const f = bank.filters[places.reduce((a, b) => (size(b) > size(a) ? b : a))];
      return [f?.direction, f?.spatialFrequency, f?.temporalFrequency];
    };
    fc.assert(
      fc.property(
        fc.constantFrom(0, 45, 90, 135, 180, 225, 270, 315),
        fc.constantFrom(4, 8),
        fc.constantFrom(2, 4),
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        (direction, cycles, hertz, phase) => {
          expect(best(drift(direction, cycles, hertz, { phase }))).toEqual([direction, cycles, hertz]);
        },
      ),
      { seed: 1, numRuns: 40 },
    );
    expect(best(drift(45, 4, 0))).toEqual([45, 4, 0]);
  });
  it("tells a direction from its opposite by a factor, and does not see them differ where nothing moves", () => {
    const bank = createMotionEnergyBank(48, 48, 15, { spatialFrequencies: [4], compression: "sqrt" });
    const at = (row: Float64Array, direction: number, hertz: number) =>
      row[
        bank.filters.findIndex((f) => f.direction === direction && f.temporalFrequency === hertz)
      ] as number;
    const moving = inTheMiddle(drift(90, 4, 4), bank);
    expect(at(moving, 90, 4) / at(moving, 270, 4)).toBeGreaterThan(10);
    const still = inTheMiddle(drift(90, 4, 0), bank);
    expect(at(still, 90, 4) / at(still, 270, 4)).toBeCloseTo(1, 10);
  });
  it("gives the same rows whether frames are pushed one by one or given together, as many as there are frames", () => {
    const random = createRandom(3);
    for (const frames of [1, 3, 4, 5, 12]) {
      const film = Array.from({ length: frames }, () => ({
        width: 9,
        height: 8,
        data: Uint8Array.from({ length: 216 }, () => random.integer(256)),
      }));
      const bank = createMotionEnergyBank(9, 8, 15, { spatialFrequencies: [0, 2] });
      const stream = bank.start();
      const early = film.map((frame) => stream.push(frame));
      expect(early.filter((row) => row === null)).toHaveLength(Math.min(frames, bank.lag));
      const rows = [...early.flatMap((row) => row ?? []), ...stream.finish()];
      const whole = motionEnergy(film, 15, { spatialFrequencies: [0, 2] });
      expect([rows.length, whole.rows]).toEqual([frames, frames]);
      expect(
        Math.max(
          ...rows.flatMap((row, i) =>
            [...row].map((x, j) => Math.abs(x - (whole.data[i * whole.cols + j] as number))),
          ),
        ),
      ).toBeLessThan(1e-5);
    }
  });
  it("gives darkness for a black film", () => {
    const bank = createMotionEnergyBank(16, 16, 15, { spatialFrequencies: [0, 2] });
    expect(
      inTheMiddle(
        Array.from({ length: 12 }, () => new Float64Array(256)),
        bank,
      ),
    ).toEqual(bank.dark);
    expect(bank.dark[0]).toBe(Math.log(1e-5));
  });
  it("refuses frequencies beyond Nyquist, odd directions and frames of another size", () => {
    const make =
      (options: object, rate = 15) =>
      () =>
        createMotionEnergyBank(16, 16, rate, { spatialFrequencies: [2], ...options });
    expect(make({ spatialFrequencies: [8] })).toThrow(
      /spatialFrequencies must be a number in \[1, 7.5\]; got 8/,
    );
    expect(make({ temporalFrequencies: [8] })).toThrow(
      /temporalFrequencies must be a number in \[0, 7.5\]; got 8/,
    );
    expect(make({ spatialFrequencies: [2, 2] })).toThrow(/one or more different numbers; got \[2, 2\]/);
    expect(make({ spatialFrequencies: [0] })).toThrow(/must hold one above 0/);
    expect(make({ directions: 5, spatialFrequencies: [2] })).toThrow(/directions must be even/);
    expect(make({ spatialFrequencies: [2] }, 1)).toThrow(/rate must be a number in \[1.5/);
    const stream = make({ spatialFrequencies: [2] })().start();
    expect(() => stream.push(new Float64Array(9))).toThrow(/made for 16 × 16 pixels; got 9 numbers/);
    expect(() => stream.push({ width: 2, height: 2, data: new Uint8Array(12) })).toThrow(/got 2 × 2/);
    expect(() => motionEnergy([], 15)).toThrow(/at least one frame/);
  });
});
