import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../core/index.ts";
import type { Picture } from "../../stimuli/index.ts";
import { signFrame } from "../films/sign-frame.ts";
import { findFilmCopies } from "./film-copies.ts";

type Scene = (x: number, y: number, t: number) => number;

/** Shots of 3 to 6 s: some blobs that move over a slope of grey. */
function drawFilm(random: Random, seconds: number): Scene {
  const shots: { readonly end: number; readonly grey: Scene }[] = [];
  for (let end = 0; end < seconds; ) {
    end += 3 + 3 * random.uniform();
    const [a, b] = [random.normal(), random.normal()];
    const blobs = Array.from({ length: 6 }, () => ({
      x: random.uniform(),
      y: random.uniform(),
      dx: 0.15 * random.normal(),
      dy: 0.15 * random.normal(),
      size: 0.05 + 0.2 * random.uniform(),
      grey: 60 * random.normal(),
    }));
    shots.push({
      end,
      grey: (x, y, t) =>
        blobs.reduce(
          (sum, o) =>
            sum +
            o.grey * Math.exp(-((x - o.x - o.dx * t) ** 2 + (y - o.y - o.dy * t) ** 2) / (2 * o.size ** 2)),
          128 + 40 * (a * (x - 0.5) + b * (y - 0.5)),
        ),
    });
  }
  return (x, y, t) => (shots.find(({ end }) => t < end) as (typeof shots)[number]).grey(x, y, t % 3);
}

function paint(
  scene: Scene,
  t: number,
  [width, height]: readonly [number, number],
  noise: () => number,
): Picture {
  const data = new Uint8Array(3 * width * height);
  for (let k = 0; k < width * height; k++) {
    const grey = scene((k % width) / width, Math.floor(k / width) / height, t) + noise();
    data.fill(Math.max(0, Math.min(255, grey)), 3 * k, 3 * k + 3);
  }
  return { width, height, data };
}

/** Films one after the other, two moments a second; a row is two seconds. */
function signsOf(films: readonly { readonly seconds: number; readonly frame: (t: number) => Picture }[]) {
  const moments = films.flatMap(({ seconds, frame }, piece) =>
    Array.from({ length: 2 * seconds }, (_, m) => ({ piece, sign: signFrame(frame((m + 0.5) / 2)) })),
  );
  return {
    signs: Uint32Array.from(moments.flatMap(({ sign }) => [...sign])),
    rowOf: Int32Array.from(moments.keys(), (m) => Math.floor(m / 4)),
    pieceOf: Int32Array.from(moments, ({ piece }) => piece),
  };
}
const size = [64, 48] as const;
const none = () => 0;

describe("findFilmCopies", () => {
  it("finds no copy among films that have nothing to do with each other", () => {
    for (let seed = 0; seed < 10; seed++) {
      const random = createRandom(seed).stream("films");
      const films = ["a", "b"].map((name) => {
        const scene = drawFilm(random.stream(name), 60);
        return { seconds: 60, frame: (t: number) => paint(scene, t, size, none) };
      });
      expect(findFilmCopies(signsOf(films))).toEqual([]);
    }
  });
  it("finds ten seconds of one film in another, smaller, brighter, noisy and a quarter of a second late", () => {
    const random = createRandom(3);
    const [one, two] = ["one", "two"].map((name) => drawFilm(random.stream(name), 40)) as [Scene, Scene];
    const copied = (t: number) =>
      t >= 20 && t < 30
        ? paint(
            (x, y, s) => one(x, y, s) + 15,
            t - 10.25,
            [40, 30],
            () => 6 * random.normal(),
          )
        : paint(two, t, size, none);
    const copies = findFilmCopies(
      signsOf([
        { seconds: 40, frame: (t) => paint(one, t, size, none) },
        { seconds: 40, frame: copied },
      ]),
    );
    // seconds 9.75 to 19.75 of the first film are rows 4 to 9, seconds 20 to 30 of the second rows 30 to 34
    const twins = new Set(copies.map(({ twin }) => twin));
    for (const twin of twins) expect([30, 31, 32, 33, 34]).toContain(twin);
    expect(twins.size).toBeGreaterThanOrEqual(3);
    for (const { row, bits, seconds } of copies) {
      expect(Math.abs(row - 7)).toBeLessThanOrEqual(3);
      expect(bits).toBeLessThan(16);
      expect(seconds).toBeGreaterThanOrEqual(3);
    }
  });
  it("takes neither a still that two films show nor an even screen for a copy", () => {
    const scene = drawFilm(createRandom(5), 3);
    const still = { seconds: 20, frame: () => paint(scene, 1, size, none) };
    expect(findFilmCopies(signsOf([still, still]))).toEqual([]);
    const black = { seconds: 20, frame: () => paint(() => 0, 0, size, none) };
    expect(findFilmCopies(signsOf([black, black]))).toEqual([]);
  });
});
