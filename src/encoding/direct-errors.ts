import { type Dtype, dtypeOf, type FloatArray, type Matrix, matrix, toDtype } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { type GroupPart, lengthOfScaled, rowsAtOnce, scaleRows } from "./group-parts.ts";
import { inLanes, type LaneMemory, putInto, targetsPerLane, wideProductNT } from "./lanes.ts";
import { rowsOf, type Sides } from "./problem.ts";
import { reachInto } from "./shorten.ts";
import type { GroupSmoothers } from "./smoothers.ts";
import { vectorsOn } from "./vector-loops.ts";

/** Add the squared errors of every pair where nodes are few components each: predictions of the nodes are made side by side and one
 * product combines them to the errors of all pairs. Where pairs are few this is less work than products of every two nodes, and more exact.
 *
 * Lanes go through the test rows, some at a time, and for each of these through the targets: what brings components to these rows is made once.
 * @param sums squared errors, one row a target. @param coefficients what each pair takes of each node. */
export async function addDirectErrors(
  sums: Matrix<"targets", "sums">,
  { right, test }: Sides,
  { basis, reach, left, parts }: GroupSmoothers,
  {
    coefficients,
    share,
    linalg,
    lanes: { spare, vectors },
  }: {
    readonly coefficients: Matrix<"pairs", "nodes">;
    readonly share: number;
    readonly linalg: Linalg;
    readonly lanes: LaneMemory;
  },
): Promise<void> {
  const dtype = dtypeOf(basis);
  const samples = left.rows;
  const { cols: nodes, rows: pairs } = coefficients;
  const bytes = right.data.BYTES_PER_ELEMENT * Math.min(rowsAtOnce, samples) * (nodes + pairs);
  const chunks = cutTargets(right.rows, targetsPerLane(right.rows, linalg.parallel, bytes));
  // lanes ask for as much as the largest block and chunk take, so that the same memory fits them all
  const largest = Math.min(rowsAtOnce, samples) * Math.max(...chunks.map(({ from, to }) => to - from));
  const given = await wideProductNT(basis, right, linalg, spare.need(dtype, basis.rows * right.rows));
  const blocks = cutRows(samples, chunks.length);
  await inLanes(blocks.length * chunks.length, linalg.parallel, async (k) => {
    const block = blocks[Math.floor(k / chunks.length)] as Block;
    const chunk = chunks[k % chunks.length] as Chunk;
    const before = chunk.last;
    chunk.last = work(block, chunk, before);
    await chunk.last;
  });
  spare.give(given.data);

  async function prepare({ from, to }: Chunk): Promise<Matrix<"targets", "samples">> {
    const tested = rowsOf(test, from, to);
    return reach === null ? tested : reachInto(tested, reach, linalg);
  }

  async function work(block: Block, chunk: Chunk, before: Promise<void>): Promise<void> {
    chunk.wanted ??= prepare(chunk);
    const wanted = await chunk.wanted;
    const { from, rows } = block;
    block.memory ??= vectors.need(dtype, lengthOfScaled(left, parts, Math.min(rowsAtOnce, samples)));
    block.scaled ??= scaleRows(left, parts, from, rows, block.memory);
    const plane = rows * wanted.rows;
    const memory = slice(spare.need(dtype, nodes * largest), 0, nodes * plane);
    const room = vectors.need(dtype, pairs * largest + roomOfSums(wanted.rows));
    let first = 0;
    await Promise.all(
      block.scaled.map(async (own, g) => {
        const count = own.rows / rows;
        const place = slice(memory, first * plane, count * plane);
        first += count;
        if (count === 0) return;
        const { from } = parts[g] as GroupPart;
        putInto(place, await linalg.gemm(own, rowsOf(given, from, from + own.cols), place, chunk));
      }),
    );
    copyAcross(wanted, from, rows, slice(memory, first * plane, plane));
    if (--block.left === 0) vectors.give(block.memory);
    const errors = slice(room, 0, pairs * plane);
    const predictions = matrix(["nodes", "places"], nodes, plane, memory);
    putInto(errors, await linalg.gemm(coefficients, predictions, errors));
    await before; // rows are added in order: sums are the same bytes, whatever ends first
    addSquares(rowsOf(sums, chunk.from, chunk.to), errors, rows, share, room);
    spare.give(memory);
    vectors.give(room);
  }
}

/** Targets [from, to), as many as a lane holds. */
interface Chunk {
  readonly from: number;
  readonly to: number;
  /** Responses as they are predicted. */
  wanted?: Promise<Matrix<"targets", "samples">>;
  /** Ends when all rows that came are added. */
  last: Promise<void>;
}

function cutTargets(targets: number, each: number): Chunk[] {
  return Array.from({ length: Math.ceil(targets / each) }, (_, k) => ({
    from: k * each,
    to: Math.min(targets, (k + 1) * each),
    last: Promise.resolve(),
  }));
}

/** Test rows that are predicted at once. */
interface Block {
  readonly from: number;
  readonly rows: number;
  /** Chunks of targets that still need it. */
  left: number;
  memory?: FloatArray;
  scaled?: readonly Matrix<"predictions", "components">[];
}

function cutRows(samples: number, chunks: number): Block[] {
  return Array.from({ length: Math.ceil(samples / rowsAtOnce) }, (_, k) => {
    const from = k * rowsAtOnce;
    return { from, rows: Math.min(rowsAtOnce, samples - from), left: chunks };
  });
}

/** What pairs take of nodes and, last, of the responses, so that errors come out. */
export function errorsOfNodes(
  coefficients: Matrix<"nodes", "pairs">,
  dtype: Dtype,
): Matrix<"pairs", "nodes"> {
  const { rows, cols, data } = coefficients;
  const out = new Float64Array(cols * (rows + 1)).fill(-1);
  for (let j = 0; j < rows; j++)
    for (let p = 0; p < cols; p++) out[p * (rows + 1) + j] = data[j * cols + p] as number;
  return toDtype(matrix(["pairs", "nodes"], cols, rows + 1, out), dtype);
}

function slice(data: FloatArray, from: number, length: number): FloatArray {
  return data.subarray(from, from + length) as FloatArray;
}

/** Some columns of every target, column by column; in blocks, so that both sides stay in the cache. */
function copyAcross({ rows, cols, data }: Matrix, from: number, count: number, out: FloatArray): void {
  const block = 32;
  for (let t0 = 0; t0 < rows; t0 += block)
    for (let s = 0; s < count; s++)
      for (let t = t0; t < Math.min(rows, t0 + block); t++)
        out[s * rows + t] = data[t * cols + from + s] as number;
}

/** Numbers that sums of squares take behind the errors: doubles, at a place that fits them. */
function roomOfSums(targets: number): number {
  return 2 * targets + 2;
}

/** Errors stand pair by pair, row by row, target by target.
 * @param room that they are in, with {@link roomOfSums} behind them. */
function addSquares(sums: Matrix, errors: FloatArray, rows: number, share: number, room: FloatArray): void {
  const targets = sums.rows;
  const vectors = vectorsOn(room);
  const own = vectors
    ? new Float64Array(room.buffer, 8 * Math.ceil((room.byteOffset + 4 * errors.length) / 8), targets)
    : new Float64Array(targets);
  for (let p = 0; p < sums.cols; p++) {
    const first = p * rows * targets;
    own.fill(0);
    if (vectors) vectors.addSquares(room.byteOffset + 4 * first, own.byteOffset, rows, targets);
    else addSquaresHere(errors, first, own, rows);
    for (let t = 0; t < targets; t++)
      sums.data[t * sums.cols + p] = (sums.data[t * sums.cols + p] as number) + share * (own[t] as number);
  }
}

/** Four rows at a time: sums are loaded and stored less often. */
function addSquaresHere(errors: FloatArray, start: number, own: Float64Array, rows: number): void {
  const targets = own.length;
  let s = 0;
  for (; s + 4 <= rows; s += 4) {
    const first = start + s * targets;
    const second = first + targets;
    const third = second + targets;
    const fourth = third + targets;
    for (let t = 0; t < targets; t++) {
      const a = errors[first + t] as number;
      const b = errors[second + t] as number;
      const c = errors[third + t] as number;
      const d = errors[fourth + t] as number;
      own[t] = (own[t] as number) + (a * a + b * b + (c * c + d * d));
    }
  }
  for (; s < rows; s++)
    for (let t = 0; t < targets; t++)
      own[t] = (own[t] as number) + (errors[start + s * targets + t] as number) ** 2;
}
