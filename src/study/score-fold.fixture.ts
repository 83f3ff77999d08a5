import { matrix, type Random, type Responses } from "../core/index.ts";
import { assignBlocks, drawBlocks } from "../stats/index.ts";
import type { ScoreFold } from "./score-input.ts";

export const axes = ["samples", "targets"] as const;
const draw = (random: Random, rows: number, cols: number, level = 0): Responses =>
  matrix(
    axes,
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => level + random.normal()),
  );
export const combine = (list: readonly Responses[], weights: readonly number[], level = 0): Responses =>
  matrix(
    axes,
    list[0]!.rows,
    list[0]!.cols,
    Float64Array.from(list[0]!.data, (_, k) =>
      list.reduce((sum, one, j) => sum + weights[j]! * one.data[k]!, level),
    ),
  );

export const targets = 4;

/** A fold of three spaces a, b, c: predictions of a + b, a, b, and c. */
export function drawFold(random: Random, lengths: readonly number[], draws: number, level = 0): ScoreFold {
  const { blocks, count } = assignBlocks(lengths, 5);
  const rows = blocks.length;
  const [a, b, c, noise] = [0, 1, 2, 3].map(() => draw(random, rows, targets)) as [
    Responses,
    Responses,
    Responses,
    Responses,
  ];
  return {
    Y: combine([a, b, noise], [0.6, 0.4, 1], level),
    predicted: [
      combine([a, b], [0.5, 0.3], level + 0.1),
      combine([a, c], [0.4, 0.1], level),
      combine([b], [-0.2], level),
      c,
    ],
    parts: [combine([a], [0.5]), combine([b], [0.3]), null],
    blocks,
    drawn: drawBlocks(random, draws, count),
  };
}
