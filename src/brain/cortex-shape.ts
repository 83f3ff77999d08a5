/** The smooth shape of a right hemisphere, before it is folded: an ellipsoid cut flat on the medial side, with a temporal lobe.
 * Axes: x from medial to lateral, y from posterior to anterior, z from inferior to superior; millimetres. */

const length = 84;
const above = 57;

/** The point of the smooth hemisphere in a direction.
 * @returns x ≥ 1 (the midline is x = 0), about 62 × 168 × 105 mm in all. */
export function smoothPoint(ux: number, uy: number, uz: number): [number, number, number] {
  const y = length * uy;
  // towards the lateral side 58 mm, towards the medial side almost flat
  const x = 13 + 34 * ux + 24 * (Math.sqrt(ux * ux + 0.02) - Math.sqrt(0.02));
  const down = below(y);
  const blend = smoothStep(0.3, -0.3, uz);
  const z = uz * (above * (1 - blend) + down * blend);
  // the temporal lobe leans forwards and stands out; the occipital lobe is narrow
  const lobe = temporal(y) * smoothStep(-0.05, -0.55, uz) * smoothStep(-0.2, 0.5, ux);
  const narrow = 1 - 0.22 * smoothStep(-0.45, -1, uy) - 0.12 * smoothStep(0.4, 1, uy);
  return [Math.max(1, 1 + (x - 1) * narrow) + 3 * lobe, y + 6 * lobe, z - 7 * smoothStep(-0.4, -1, uy)];
}

/** How far the underside lies below the middle, mm: the temporal lobe is the lowest, the frontal lobe the highest. */
function below(y: number): number {
  return 27 + 20 * temporal(y) + 6 * smoothStep(-20, -70, y);
}

function temporal(y: number): number {
  return smoothStep(46, 22, y) * (1 - 0.65 * smoothStep(-15, -70, y));
}

/** 0 at `from`, 1 at `to`, smooth between (either way round). */
export function smoothStep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Whether a direction belongs to the medial wall, where the hemisphere is joined to the other and to the brain stem: no cortex. */
export function onMedialWall(ux: number, uy: number, uz: number): boolean {
  return ux < 0 && ((uy - 0.03) / 0.62) ** 2 + ((uz + 0.12) / 0.42) ** 2 < 1;
}

/** Courses of the large sulci that all people share, as directions from end to end; the small ones are drawn at random. */
export const largeSulci: readonly {
  readonly name: string;
  readonly course: readonly (readonly [number, number, number])[];
  /** Depth beyond that of a small sulcus, mm. */
  readonly deeper: number;
}[] = [
  {
    name: "lateral",
    course: [
      [0.62, 0.62, -0.42],
      [0.86, 0.34, -0.3],
      [0.97, -0.02, -0.1],
      [0.92, -0.32, 0.14],
    ],
    deeper: 9,
  },
  {
    name: "central",
    course: [
      [0.22, -0.08, 0.97],
      [0.55, 0.0, 0.8],
      [0.82, 0.1, 0.52],
      [0.95, 0.2, 0.14],
    ],
    deeper: 3,
  },
  {
    name: "superior temporal",
    course: [
      [0.72, 0.42, -0.6],
      [0.88, 0.05, -0.45],
      [0.9, -0.4, -0.2],
      [0.8, -0.58, 0.12],
    ],
    deeper: 3,
  },
  {
    name: "intraparietal",
    course: [
      [0.72, -0.25, 0.64],
      [0.6, -0.55, 0.58],
      [0.5, -0.78, 0.36],
    ],
    deeper: 2,
  },
  {
    name: "inferior frontal",
    course: [
      [0.85, 0.36, 0.38],
      [0.7, 0.62, 0.3],
      [0.5, 0.84, 0.14],
    ],
    deeper: 1,
  },
  {
    name: "calcarine",
    course: [
      [-0.72, -0.66, -0.05],
      [-0.45, -0.88, -0.06],
      [-0.1, -0.99, -0.05],
    ],
    deeper: 4,
  },
  {
    name: "parieto-occipital",
    course: [
      [-0.66, -0.7, 0.08],
      [-0.5, -0.7, 0.5],
      [-0.2, -0.68, 0.7],
    ],
    deeper: 3,
  },
  {
    name: "cingulate",
    course: [
      [-0.6, 0.76, -0.1],
      [-0.66, 0.62, 0.42],
      [-0.66, 0.2, 0.72],
      [-0.64, -0.25, 0.72],
      [-0.4, -0.4, 0.82],
    ],
    deeper: 1,
  },
  {
    name: "collateral",
    course: [
      [-0.3, 0.25, -0.92],
      [-0.25, -0.2, -0.95],
      [-0.3, -0.6, -0.74],
    ],
    deeper: 2,
  },
];
