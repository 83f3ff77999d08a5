import { createRandom, type Matrix } from "../core/index.ts";
import { type ClusterCounts, countClusters as count, drawFlips, drawShifts } from "../stats/index.ts";
import type { ClusterSpace } from "./cluster-space.ts";

/** Draws of one map that a worker counts: rows under flipped signs (people, or blocks of held-out time), or two courses a target that are shifted. */
export interface ClusterInput extends ClusterSpace {
  readonly seed: number;
  readonly stream: string;
  /** Draws of the whole test, where not all patterns are counted; this step counts [from, to). */
  readonly draws: number;
  readonly from: number;
  readonly to: number;
  readonly alternative: "greater" | "two-sided";
  readonly values?: Matrix;
  readonly u?: Matrix;
  readonly d?: Matrix;
  readonly runLengths?: readonly number[];
}

/** Count null draws of one map; see {@link drawFlips}, {@link drawShifts} and stats' `countClusters`. */
export function countClusters(input: ClusterInput): ClusterCounts {
  const { neighbours, areas, alternative, from, to, draws, values, u, d, runLengths } = input;
  const random = createRandom(input.seed).stream(input.stream);
  const drawn =
    values !== undefined
      ? drawFlips(values, { random, draws })
      : drawShifts(u as Matrix, d as Matrix, { runLengths: runLengths ?? [], random, draws });
  return count(drawn, neighbours, { alternative, from, to, ...(areas && { areas }) });
}
