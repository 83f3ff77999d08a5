import {
  allocate,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
  type Spare,
} from "../core/index.ts";
import type { Columns, Linalg } from "../linalg/index.ts";
import { rowsOf } from "./problem.ts";
import { allocateVector } from "./vector-loops.ts";

/** Do work 0 … count − 1, `parallel` of it under way at a time and one more where that is several, so that no thread waits while this
 * one prepares its next call; begun in order.
 * The first error stops what has not begun and is thrown once the rest has ended. */
export function inLanes(
  count: number,
  parallel: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  return inFewLanes(count, parallel > 1 ? parallel + 1 : 1, work);
}

/** {@link inLanes} with `lanes` of it under way, for work whose memory counts. */
export async function inFewLanes(
  count: number,
  lanes: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < count && !failed) {
      const index = next++;
      try {
        await work(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanes, count) }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Memory that lanes work in. */
export interface LaneMemory {
  readonly spare: Spare;
  /** That loops of our own go through. */
  readonly vectors: Spare;
}

/** None yet. */
export function openLaneMemory(): LaneMemory {
  return { spare: openSpare(12), vectors: openSpare(12, allocateVector) };
}

/** Bytes of predictions that a lane holds at once. */
const laneBytes = 16 << 20;

/** Targets that a lane takes at once: no more than leave work for every call that runs side by side, nor than fit into {@link laneBytes}. */
export function targetsPerLane(targets: number, parallel: number, bytesPerTarget: number): number {
  const most = Math.floor(laneBytes / bytesPerTarget);
  return Math.max(1, Math.min(Math.ceil(targets / parallel), most));
}

/** A range cut into panels of about one width. */
export function cutEvenly(from: number, to: number, panels: number): Columns[] {
  const edge = (k: number) => from + Math.floor((k * (to - from)) / panels);
  return Array.from({ length: panels }, (_, k) => ({ from: edge(k), to: edge(k + 1) }));
}

/** The product A B, in as many panels of rows as calls run side by side. */
export async function wideProduct<R extends string, C extends string>(
  a: Matrix<R, string>,
  b: Matrix<string, C>,
  linalg: Linalg,
  memory?: FloatArray,
): Promise<Matrix<R, C>> {
  const data = await inPanels(a, b.cols, linalg, memory, (own, place) => linalg.gemm(own, b, place));
  return matrix([a.axes[0], b.axes[1]], a.rows, b.cols, data);
}

/** The same of A Bᵀ. */
export async function wideProductNT<R extends string, C extends string>(
  a: Matrix<R, string>,
  b: Matrix<C, string>,
  linalg: Linalg,
  memory?: FloatArray,
): Promise<Matrix<R, C>> {
  const data = await inPanels(a, b.rows, linalg, memory, (own, place) => linalg.gemmNT(own, b, place));
  return matrix([a.axes[0], b.axes[0]], a.rows, b.rows, data);
}

async function inPanels<R extends string>(
  a: Matrix<R, string>,
  cols: number,
  { parallel }: Linalg,
  memory: FloatArray | undefined,
  multiply: (own: Matrix<R, string>, place: FloatArray) => Promise<Matrix>,
): Promise<FloatArray> {
  const out = memory ?? allocate(dtypeOf(a), a.rows * cols);
  const panels = cutEvenly(0, a.rows, Math.min(parallel, a.rows));
  await inLanes(panels.length, parallel, async (k) => {
    const { from, to } = panels[k] as Columns;
    const place = out.subarray(from * cols, to * cols) as FloatArray;
    putInto(place, await multiply(rowsOf(a, from, to), place));
  });
  return out;
}

/** A result in memory that it was given, also where a backend takes memory of its own. */
export function putInto(place: FloatArray, { data }: Matrix): void {
  if (data !== place) place.set(data);
}
