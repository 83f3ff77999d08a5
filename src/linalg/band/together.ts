import {
  allocate,
  type Dtype,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
  type Spare,
  stackRows,
} from "../../core/index.ts";
import type { Tensor } from "../../graph/index.ts";
import type { Ridged } from "../linalg.ts";
import { blockSize, openBandGraphs, type RunBand } from "./graphs.ts";
import { type BandLoops, openBandLoops } from "./loops.ts";
import { type Band, reduceToBand } from "./reduce.ts";
import { type Piece, solveBand } from "./solve.ts";

/** Solves systems that differ in their ridges only, from one reduction of their matrix. */
export interface Together {
  /** B (A + ridge I)⁻¹ of each; numbers that are not finite where A + ridge I is not positive definite. */
  solve<R extends string, C extends string>(
    sides: readonly Ridged<R, C>[],
    a: Matrix<C, C>,
  ): Promise<Matrix<R, C>[]>;
  close(): Promise<void>;
}

/** Bytes of solutions that are made together. */
const bytesAtOnce = 32 << 20;

/** @param threads inside one product. */
export function openTogether(threads: number): Together {
  const graphs = openBandGraphs(threads);
  const spare = openSpare(8);
  let loops: BandLoops | undefined;
  const solve: Together["solve"] = async (sides, a) => {
    const run = graphs.runner(dtypeOf(a));
    if (loops === undefined || loops.stride < a.rows) loops = openBandLoops(a.rows);
    const band = await reduceToBand(run, a, { loops, spare });
    const solved = await solveSides(run, sides, { band, loops, spare });
    spare.give(band.q.data as FloatArray);
    return solved;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    solve(sides, a) {
      const turn = last.then(() => solve(sides, a)); // loops work in one memory
      last = turn.catch(() => {});
      return turn;
    },
    close: graphs.close,
  };
}

/** What sides are solved with. */
interface Means {
  readonly band: Band;
  readonly loops: BandLoops;
  readonly spare: Spare;
}

async function solveSides<R extends string, C extends string>(
  run: RunBand,
  sides: readonly Ridged<R, C>[],
  { band, loops, spare }: Means,
): Promise<Matrix<R, C>[]> {
  const { stack, placeOf } = stackRight(sides);
  const { shape } = stack;
  const type = stack.type as Dtype;
  const n = shape[1] as number;
  const blocks = band.diagonal.length;
  const memory = (first: number, second: number, third: number): Tensor => {
    return { type, shape: [first, second, third], data: spare.need(type, first * second * third) };
  };
  const c = memory(blocks, shape[0] as number, blockSize);
  await run("enter", { x: stack, q: band.q }, { blocks: c });
  // sides of many rows are cut into pieces, so that all systems have about as many
  const rows = Math.ceil(sides.reduce((sum, { b }) => sum + b.rows, 0) / sides.length);
  const bytes = blocks * rows * blockSize * (c.data as FloatArray).BYTES_PER_ELEMENT;
  const out: Matrix<R, C>[] = [];
  for (const some of inGroups(sides, rows, Math.floor(bytesAtOnce / bytes))) {
    const pieces = some.flatMap((k) => cutSide(sides[k] as Ridged<R, C>, placeOf[k] as number, rows));
    const height = pieces.length * rows;
    const solved = memory(blocks, height, blockSize);
    await solveBand(run, band, c, { pieces, rows, loops, out: solved.data as FloatArray });
    const x = { type, shape: [height, n], data: allocate(type, height * n) };
    await run("leave", { blocks: solved, q: band.q }, { x });
    spare.give(solved.data as FloatArray);
    let at = 0;
    for (const k of some) {
      const { b } = sides[k] as Ridged<R, C>;
      const own = x.data.subarray(at * n, (at + b.rows) * n);
      out.push(matrix(b.axes, b.rows, n, own as FloatArray));
      at += rows * Math.ceil(b.rows / rows);
    }
  }
  spare.give(c.data as FloatArray);
  return out;
}

/** Sides, by number, whose pieces are no more than `most`, or one by one. */
function inGroups(sides: readonly Ridged<string, string>[], rows: number, most: number): number[][] {
  const groups: number[][] = [];
  let left = 0;
  for (const [k, { b }] of sides.entries()) {
    const pieces = Math.ceil(b.rows / rows);
    if (groups.length > 0 && pieces <= left) groups.at(-1)?.push(k);
    else {
      groups.push([k]);
      left = most;
    }
    left -= pieces;
  }
  return groups;
}

function cutSide({ b, ridge }: Ridged<string, string>, from: number, rows: number): Piece[] {
  return Array.from({ length: Math.ceil(b.rows / rows) }, (_, p) => {
    const start = from + p * rows;
    return { ridge, from: start, to: Math.min(from + b.rows, start + rows) };
  });
}

/** Right sides under each other, those that stand in the same memory once. */
function stackRight(sides: readonly Ridged<string, string>[]): {
  readonly stack: Tensor;
  readonly placeOf: readonly number[];
} {
  const places = new Map<FloatArray, number>();
  const some: Matrix[] = [];
  let rows = 0;
  const placeOf = sides.map(({ b }) => {
    const known = places.get(b.data);
    if (known !== undefined) return known;
    places.set(b.data, rows);
    some.push(b);
    rows += b.rows;
    return rows - b.rows;
  });
  const one = some.length === 1 ? (some[0] as Matrix) : stackRows(some);
  return { stack: { type: dtypeOf(one), shape: [one.rows, one.cols], data: one.data }, placeOf };
}
