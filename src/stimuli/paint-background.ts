import {
  type Canvas,
  fillEllipse,
  fillPolygon,
  hashCell,
  mixColors,
  type Rgb,
  smoothNoise,
} from "./canvas.ts";
import type { Background, Scene } from "./scene.ts";

/** Colour of a sample; u and v from 0 to 1 over the picture, `d` from 0 at the horizon to 1 at the top or bottom edge. */
type Ground = (u: number, v: number, d: number, seed: number) => Rgb;

interface Place {
  readonly above: Ground;
  readonly below: Ground;
  /** Things that stand behind the objects. */
  readonly extras: (canvas: Canvas, horizon: number, seed: number) => void;
}

/** Paint the place of a scene: sky or wall, ground or floor with grain, and what belongs there.
 * @param canvas is overwritten whole. */
export function paintBackground(canvas: Canvas, { background, horizon, light, grain }: Scene): void {
  const { side, data } = canvas;
  const place = places[background];
  for (let y = 0; y < side; y++) {
    const v = (y + 0.5) / side;
    const above = v < horizon;
    const d = above ? 1 - v / horizon : (v - horizon) / (1 - horizon);
    const paint = above ? place.above : place.below;
    for (let x = 0; x < side; x++) {
      const [r, g, b] = paint((x + 0.5) / side, v, d, grain);
      const at = 3 * (y * side + x);
      data[at] = r;
      data[at + 1] = g;
      data[at + 2] = b;
    }
  }
  place.extras(canvas, horizon, grain);
  for (let k = 0; k < data.length; k++) data[k] = light * (data[k] as number);
}

const sky: Ground = (u, v, d, seed) => {
  const cloud = smoothNoise(3 * u, 7 * v, seed) * 0.7 + smoothNoise(7 * u, 15 * v, seed + 1) * 0.3;
  return mixColors(
    mixColors([206, 226, 240], [96, 158, 226], d),
    [250, 250, 252],
    Math.max(0, 2.2 * cloud - 1.3),
  );
};

/** A flat colour that darkens away from the horizon, with grain of the given fineness and depth. */
function grainy(near: Rgb, far: Rgb, fineness: number, depth: number): Ground {
  return (u, v, d, seed) => {
    const noise = smoothNoise(fineness * u, 1.6 * fineness * v, seed) - 0.5;
    const [r, g, b] = mixColors(far, near, d);
    const factor = 1 + depth * noise;
    return [r * factor, g * factor, b * factor];
  };
}

const sand = grainy([236, 208, 150], [226, 196, 140], 30, 0.16);
const sea: Ground = (u, v, d, seed) => {
  const crest = smoothNoise(6 * u, 60 * v, seed + 5);
  return mixColors(mixColors([36, 112, 168], [70, 168, 196], 3 * d), [226, 242, 248], crest > 0.8 ? 0.6 : 0);
};
const tiles: Ground = (u, _v, d) => {
  const [i, j] = [Math.floor(((u - 0.5) / (0.35 + d)) * 6 + 20), Math.floor(6 / (0.6 + d) + 20)];
  return (i + j) % 2 === 0 ? [226, 220, 208] : [150, 142, 136];
};
const wallTiles: Ground = (u, v, d) => {
  const [i, j] = [10 * u - Math.floor(10 * u), 10 * v - Math.floor(10 * v)];
  return i < 0.07 || j < 0.07 ? [186, 200, 196] : mixColors([218, 230, 224], [236, 242, 236], d);
};
const wallpaper: Ground = (u, _v, d) =>
  Math.floor(14 * u) % 2 === 0
    ? mixColors([198, 150, 132], [214, 170, 150], d)
    : mixColors([210, 166, 148], [224, 184, 166], d);
const boards: Ground = (u, _v, d, seed) => {
  const row = Math.floor(5 * d * (1.6 - 0.6 * d));
  const plank = Math.floor(4 * u + hashCell(row, 7, seed) * 3);
  const tone = 0.86 + 0.22 * hashCell(plank, row, seed);
  return [150 * tone, 104 * tone, 66 * tone];
};
const asphalt: Ground = (u, v, d, seed) => {
  if (d < 0.16) return [168, 164, 158];
  const dash = Math.floor(6 * u + 0.5) % 2 === 0 && d > 0.5 && d < 0.56;
  const noise = 1 + 0.14 * (hashCell(Math.floor(130 * u), Math.floor(130 * v), seed) - 0.5);
  return dash ? [236, 228, 190] : [98 * noise, 98 * noise, 104 * noise];
};

const places: Readonly<Record<Background, Place>> = {
  kitchen: { above: wallTiles, below: tiles, extras: addCounter },
  room: { above: wallpaper, below: boards, extras: addWindow },
  street: { above: sky, below: asphalt, extras: addBuildings },
  beach: {
    above: sky,
    below: (u, v, d, s) => (d < 0.3 ? sea(u, v, d, s) : sand(u, v, d, s)),
    extras: addSun,
  },
  forest: {
    above: grainy([52, 92, 56], [112, 150, 96], 9, 0.5),
    below: grainy([78, 76, 42], [86, 100, 52], 22, 0.5),
    extras: addTrunks,
  },
  field: { above: sky, below: grainy([92, 150, 52], [150, 188, 92], 34, 0.35), extras: addHills },
  mountain: { above: sky, below: grainy([112, 124, 96], [142, 150, 132], 20, 0.4), extras: addPeaks },
};

function block(canvas: Canvas, x0: number, y0: number, x1: number, y1: number, rgb: Rgb): void {
  const s = canvas.side;
  fillPolygon(canvas, [x0 * s, y0 * s, x1 * s, y0 * s, x1 * s, y1 * s, x0 * s, y1 * s], rgb);
}

function addCounter(canvas: Canvas, horizon: number, seed: number): void {
  for (let k = 0; k < 4; k++) {
    block(canvas, k * 0.25, horizon - 0.15, k * 0.25 + 0.24, horizon, [196, 158, 110]);
    block(canvas, k * 0.25 + 0.1, horizon - 0.11, k * 0.25 + 0.14, horizon - 0.1, [90, 76, 60]);
  }
  block(canvas, 0, horizon - 0.175, 1, horizon - 0.145, [92, 94, 100]);
  const x = 0.1 + 0.5 * hashCell(1, 2, seed);
  block(canvas, x, horizon - 0.25, x + 0.12, horizon - 0.175, [176, 66, 58]);
  block(canvas, x - 0.01, horizon - 0.26, x + 0.13, horizon - 0.245, [130, 48, 44]);
  block(canvas, x + 0.045, horizon - 0.285, x + 0.075, horizon - 0.26, [60, 60, 66]);
}

function addWindow(canvas: Canvas, horizon: number, seed: number): void {
  const x = 0.12 + 0.5 * hashCell(3, 1, seed);
  block(canvas, 0, horizon - 0.025, 1, horizon, [240, 232, 220]);
  block(canvas, x, 0.04, x + 0.26, horizon - 0.1, [244, 240, 232]);
  block(canvas, x + 0.02, 0.06, x + 0.12, horizon - 0.12, [150, 200, 236]);
  block(canvas, x + 0.14, 0.06, x + 0.24, horizon - 0.12, [150, 200, 236]);
}

function addBuildings(canvas: Canvas, horizon: number, seed: number): void {
  const tones: readonly Rgb[] = [
    [176, 112, 92],
    [150, 150, 162],
    [202, 184, 150],
    [122, 132, 148],
  ];
  for (let k = 0; k < 5; k++) {
    const [x, top] = [k * 0.2, horizon * (0.05 + 0.55 * hashCell(k, 11, seed))];
    block(
      canvas,
      x,
      top,
      x + 0.195,
      horizon,
      tones[Math.floor(4 * hashCell(k, 12, seed))] ?? [150, 150, 162],
    );
    for (let y = top + 0.03; y < horizon - 0.05; y += 0.075)
      for (let i = 0; i < 3; i++) {
        const lit = hashCell(31 * k + i, Math.floor(100 * y), seed) > 0.6;
        block(
          canvas,
          x + 0.025 + 0.055 * i,
          y,
          x + 0.06 + 0.055 * i,
          y + 0.04,
          lit ? [248, 230, 160] : [70, 84, 104],
        );
      }
  }
}

function addSun(canvas: Canvas, horizon: number, seed: number): void {
  const s = canvas.side;
  const x = 0.15 + 0.7 * hashCell(5, 5, seed);
  fillEllipse(canvas, [x * s, 0.4 * horizon * s, 0.085 * s, 0.085 * s], [255, 246, 190], null, 0.5);
  fillEllipse(canvas, [x * s, 0.4 * horizon * s, 0.06 * s, 0.06 * s], [255, 240, 150]);
}

function addTrunks(canvas: Canvas, horizon: number, seed: number): void {
  const s = canvas.side;
  for (let k = 0; k < 9; k++) {
    const [x, w] = [(k + hashCell(k, 21, seed)) / 9, 0.012 + 0.02 * hashCell(k, 22, seed)];
    const foot = horizon + 0.12 * hashCell(k, 23, seed);
    const tone = 0.6 + 0.5 * hashCell(k, 24, seed);
    block(canvas, x - w, 0, x + w, foot, [92 * tone, 66 * tone, 46 * tone]);
  }
  for (let k = 0; k < 14; k++) {
    const [x, y] = [hashCell(k, 25, seed), 0.55 * horizon * hashCell(k, 26, seed)];
    const tone = 0.7 + 0.5 * hashCell(k, 27, seed);
    fillEllipse(canvas, [x * s, y * s, 0.12 * s, 0.065 * s], [44 * tone, 98 * tone, 48 * tone], null, 0.85);
  }
}

function addHills(canvas: Canvas, horizon: number, seed: number): void {
  const s = canvas.side;
  for (let k = 0; k < 3; k++) {
    const x = 0.2 + 0.3 * k + 0.2 * hashCell(k, 31, seed);
    ridge(canvas, x, 0.3, 0.1 * (0.5 + hashCell(k, 32, seed)), horizon, [110, 160, 92]);
  }
  for (let k = 0; k < 26; k++) {
    const [x, d] = [hashCell(k, 33, seed), hashCell(k, 34, seed)];
    const y = horizon + 0.08 + (1 - horizon) * d;
    fillEllipse(
      canvas,
      [x * s, y * s, 0.008 * s, 0.007 * s],
      k % 2 === 0 ? [250, 240, 120] : [250, 250, 250],
    );
  }
}

function ridge(canvas: Canvas, x: number, half: number, rise: number, horizon: number, rgb: Rgb): void {
  const s = canvas.side;
  const points: number[] = [];
  for (let k = 0; k <= 16; k++) {
    const t = k / 8 - 1;
    points.push((x + half * t) * s, (horizon - rise * (1 - t * t) * (1 - 0.3 * t * t)) * s);
  }
  fillPolygon(canvas, points, rgb);
}

function addPeaks(canvas: Canvas, horizon: number, seed: number): void {
  const s = canvas.side;
  for (let k = 0; k < 4; k++) {
    const [x, top] = [
      0.1 + 0.27 * k + 0.1 * hashCell(k, 41, seed),
      horizon * (0.15 + 0.4 * hashCell(k, 42, seed)),
    ];
    const rise = horizon - top;
    const tone = 0.82 + 0.3 * hashCell(k, 43, seed);
    fillPolygon(
      canvas,
      [(x - 0.85 * rise) * s, horizon * s, x * s, top * s, (x + 0.85 * rise) * s, horizon * s],
      [116 * tone, 124 * tone, 146 * tone],
    );
    const cap = 0.3 * rise;
    const snow = [
      x - 0.85 * cap,
      cap,
      x - 0.3 * cap,
      0.75 * cap,
      x + 0.2 * cap,
      1.05 * cap,
      x + 0.85 * cap,
      cap,
    ];
    fillPolygon(
      canvas,
      [x * s, top * s, ...snow.map((p, i) => (i % 2 === 0 ? p : top + p) * s)],
      [244, 246, 250],
    );
  }
}
