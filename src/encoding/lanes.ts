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

/** The product A B, in as many panels of rows as calls run side by side. */
export async function wideProduct<R extends string, C extends string>(
  a: Matrix<R, string>,
  b: Matrix<string, C>,
  linalg: Linalg,
  memory?: FloatArray,
): Promise<Matrix<R, C>> {
  const { rows, cols } = a;
  const panels = Math.min(linalg.parallel, rows);
  const out = memory ?? allocate(dtypeOf(a), rows * b.cols);
  await inLanes(panels, linalg.parallel, async (k) => {
    const [from, to] = [Math.floor((k * rows) / panels), Math.floor(((k + 1) * rows) / panels)];
    const own = matrix(a.axes, to - from, cols, a.data.subarray(from * cols, to * cols) as FloatArray);
    const place = out.subarray(from * b.cols, to * b.cols) as FloatArray;
    await productInto(place, own, b, linalg);
  });
  return matrix([a.axes[0], b.axes[1]], rows, b.cols, out);
}

/** The product A B in memory of its length, also where a backend takes memory of its own.
 * @param columns of B that take part; default all. */
export async function productInto(
  place: FloatArray,
  a: Matrix,
  b: Matrix<string, string>,
  linalg: Linalg,
  columns?: Columns,
): Promise<void> {
  const made = await linalg.gemm(a, b, place, columns);
  if (made.data !== place) place.set(made.data);
}
