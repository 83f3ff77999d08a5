import {
  allocate,
  type Dtype,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
  type Spare,
} from "../core/index.ts";
import { type GraphSession, openSession, type Tensor } from "../graph/index.ts";
import { bandGraphs, blockSize } from "./band-graphs.ts";
import { type BandLoops, openBandLoops } from "./band-loops.ts";
import type { Ridged } from "./linalg.ts";
import { type Piece, solveBand } from "./solve-band.ts";
import { type Band, type RunBand, reduceToBand } from "./to-band.ts";

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
const bytesAtOnce = 64 << 20;

/** Graphs are made ready when they are first needed.
 * @param threads inside one product; they do not wait busily, which takes twice as long here (measured), as runs are short. */
export function openTogether(threads: number): Together {
  const opened = new Map<string, Promise<GraphSession>>();
  const spare = openSpare(4);
  let loops: BandLoops | undefined;
  const runner = (dtype: Dtype): RunBand => {
    return async (graph, feeds, into) => {
      const key = `${dtype} ${graph}`;
      const session =
        opened.get(key) ?? openSession(bandGraphs[graph](dtype), { where: "here", threads, spin: false });
      opened.set(key, session);
      return (await session).run(feeds, into);
    };
  };
  const solve: Together["solve"] = async (sides, a) => {
    const run = runner(dtypeOf(a));
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
    async close() {
      for (const one of opened.values()) await (await one).close();
      opened.clear();
    },
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
  const { type, shape } = stack;
  const n = shape[1] as number;
  const { blocks: c } = (await run("enter", { x: stack, q: band.q })) as { blocks: Tensor };
  // sides of many rows are cut into pieces, so that all systems have about as many
  const rows = Math.ceil(sides.reduce((sum, { b }) => sum + b.rows, 0) / sides.length);
  const blocks = band.diagonal.length;
  const bytes = blocks * rows * blockSize * (c.data as FloatArray).BYTES_PER_ELEMENT;
  const out: Matrix<R, C>[] = [];
  for (const some of inGroups(sides, rows, Math.floor(bytesAtOnce / bytes))) {
    const pieces = some.flatMap((k) => cutSide(sides[k] as Ridged<R, C>, placeOf[k] as number, rows));
    const solved = spare.need(type as Dtype, blocks * pieces.length * rows * blockSize);
    await solveBand(run, band, c, { pieces, rows, loops, out: solved });
    const feeds = { blocks: { type, shape: [blocks, pieces.length * rows, blockSize], data: solved } };
    const { x } = (await run("leave", { ...feeds, q: band.q })) as { x: Tensor };
    spare.give(solved);
    let at = 0;
    for (const k of some) {
      const { b } = sides[k] as Ridged<R, C>;
      const own = (x.data as FloatArray).subarray(at * n, (at + b.rows) * n);
      out.push(matrix(b.axes, b.rows, n, own as FloatArray));
      at += rows * Math.ceil(b.rows / rows);
    }
  }
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
  const { cols } = some[0] as Matrix;
  const type = dtypeOf(some[0] as Matrix);
  const data = some.length === 1 ? (some[0] as Matrix).data : allocate(type, rows * cols);
  if (some.length > 1) {
    let at = 0;
    for (const { data: own } of some) {
      data.set(own, at);
      at += own.length;
    }
  }
  return { stack: { type, shape: [rows, cols], data: data.subarray(0, rows * cols) as FloatArray }, placeOf };
}
