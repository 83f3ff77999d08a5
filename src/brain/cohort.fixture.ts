import { createRandom, type Features, matrix, type Responses } from "../core/index.ts";
import { type HrfShape, hrfAt } from "./index.ts";

export const runs = [
  { id: "a", samples: 120, repeats: 1 },
  { id: "b", samples: 100, repeats: 3 },
];
export const tr = 2;
/** Targets of each region. */
export const targets = 12;
export const step = 0.5;

/** Events of 1.5 s at random times, with random values in each column. */
export function drawDrive(name: string, samples: number, cols: number): Features {
  const random = createRandom(9).stream(`${name}/${samples}`);
  const rows = (samples * tr) / step;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows - 3; i += 3)
    if (random.uniform() < 0.5)
      for (let j = 0; j < cols; j++) {
        const value = random.normal() * (1 + j);
        for (let k = 0; k < 3; k++) data[(i + k) * cols + j] = value;
      }
  return matrix(["samples", "features"] as const, rows, cols, data);
}
/** Columns of a region, per run and repeat. */
export function columnsOf(responses: readonly (readonly Responses[])[], r: number): number[] {
  return responses.flatMap((repeats) =>
    repeats.flatMap(({ data, cols }) => [...data].filter((_, k) => Math.floor((k % cols) / targets) === r)),
  );
}

/** One target over all runs (first repeats), centred within runs. */
export function targetOf(responses: readonly (readonly Responses[])[], t: number): Float64Array[] {
  return responses.map(([first]) => {
    const { data, cols, rows } = first!;
    const x = Float64Array.from({ length: rows }, (_, i) => data[i * cols + t]!);
    const mean = x.reduce((a, b) => a + b, 0) / rows;
    return x.map((v) => v - mean);
  });
}

/** The haemodynamic answer of each column, written out as the definition says, centred within runs. */
export function answersOf(space: readonly Features[], shape: HrfShape): Float64Array[] {
  return Array.from({ length: space[0]!.cols }, (_, j) =>
    Float64Array.from(
      space.flatMap(({ data, cols, rows }) => {
        const fine = Array.from({ length: rows }, (_, i) => {
          let sum = 0;
          for (let n = 0; n < 64 && n <= i; n++)
            sum += hrfAt(shape, (n + 0.5) * step) * data[(i - n) * cols + j]!;
          return sum;
        });
        const volumes = Array.from({ length: rows / 4 }, (_, v) =>
          fine.slice(4 * v, 4 * v + 4).reduce((a, b) => a + b),
        );
        const mean = volumes.reduce((a, b) => a + b, 0) / volumes.length;
        return volumes.map((v) => v - mean);
      }),
    ),
  );
}

/** Least squares by Gram–Schmidt. @returns weights of the columns, and the share of y that is left. */
export function regress(y: Float64Array, X: readonly Float64Array[]): { weights: number[]; left: number } {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  const gram = X.map((a) => [...X.map((b) => dot(a, b)), dot(a, y)]);
  for (let k = 0; k < X.length; k++)
    for (let i = 0; i < X.length; i++) {
      if (i === k) continue;
      const factor = gram[i]![k]! / gram[k]![k]!;
      for (let j = k; j <= X.length; j++) gram[i]![j]! -= factor * gram[k]![j]!;
    }
  const weights = gram.map((row, k) => row[X.length]! / row[k]!);
  const rest = y.map((v, i) => v - X.reduce((sum, x, k) => sum + weights[k]! * x[i]!, 0));
  return { weights, left: dot(rest, rest) / dot(y, y) };
}
export const varianceOf = (x: Float64Array) => x.reduce((a, v) => a + v * v, 0) / x.length;

/** Standard deviation of a drive's column within runs. */
export function sizeOf(space: readonly Features[], j: number): number {
  let [sum, rows] = [0, 0];
  for (const { data, cols, rows: n } of space) {
    const x = Array.from({ length: n }, (_, i) => data[i * cols + j]!);
    const mean = x.reduce((a, b) => a + b, 0) / n;
    sum += x.reduce((a, b) => a + (b - mean) ** 2, 0);
    rows += n;
  }
  return Math.sqrt(sum / rows);
}
