import {
  allocate,
  asDtype,
  type Dtype,
  dtypeOf,
  type FloatArray,
  type Matrix,
  type Spare,
} from "../../core/index.ts";
import type { Tensor } from "../../graph/index.ts";
import { blockSize, type RunBand } from "./graphs.ts";
import { joinReflectors, reflectPanel } from "./householder.ts";
import type { BandLoops } from "./loops.ts";

/** A symmetric matrix as Q T Qᵀ, T block tridiagonal. Rows and columns of T beyond those of the matrix have {@link padding} on the diagonal. */
export interface Band {
  /** Diagonal blocks of T, one after the other, row-major. */
  readonly diagonal: readonly FloatArray[];
  /** Blocks below them: one fewer. */
  readonly below: readonly FloatArray[];
  /** Q, n × (blocks · {@link blockSize}), its last columns 0. */
  readonly q: Tensor;
}

/** Positive under any ridge. */
const padding = 1e20;

/** Panels that are reflected before the rest of the matrix is walked through. */
const panelsAtOnce = 4;

/** Reflectors that were applied together: I − V T Vᵀ on the last rows of the matrix. */
interface Turn {
  readonly v: Tensor;
  readonly t: FloatArray;
}

/** Reduce a symmetric matrix of more than two blocks from both sides, nearly all of it in products of blocks. NaN in gives NaN out.
 * @param loops for panels of as many rows. @param spare memory that Q is left in, and that is worked in.
 * @source Bischof, Lang and Sun 2000 (successive band reduction). */
export async function reduceToBand(
  run: RunBand,
  a: Matrix,
  { loops, spare }: { readonly loops: BandLoops; readonly spare: Spare },
): Promise<Band> {
  const type = dtypeOf(a);
  const blocks = Math.ceil(a.rows / blockSize);
  const memory = () => spare.need(type, a.rows * blocks * blockSize);
  const pair: [FloatArray, FloatArray] = [memory(), memory()];
  const band = { diagonal: [] as FloatArray[], below: [] as FloatArray[] };
  const turns: Turn[] = [];
  let now: Square = { data: a.data, size: a.rows };
  while (now.size > 2 * blockSize) {
    const into = pair[turns.length % 2] as FloatArray;
    const { turn, rest } = await turnSome(run, now, { band, loops, spare, into });
    turns.push(turn);
    now = rest;
  }
  const last = now.size - blockSize;
  const [first, second] = [
    { from: 0, to: blockSize },
    { from: blockSize, to: now.size },
  ];
  band.diagonal.push(cut(now, first, first), cut(now, second, second));
  band.below.push(cut(now, second, first));
  for (let i = last; i < blockSize; i++) (band.diagonal.at(-1) as FloatArray)[i * (blockSize + 1)] = padding;
  const q = await growQ(run, turns, now.size, pair);
  spare.give(pair[0] === q.data ? pair[1] : pair[0]);
  return { ...band, q };
}

interface Square {
  readonly data: FloatArray;
  readonly size: number;
}

/** What a few panels add to, and work in. */
interface Turning {
  readonly band: { readonly diagonal: FloatArray[]; readonly below: FloatArray[] };
  readonly loops: BandLoops;
  readonly spare: Spare;
  /** Memory for what is left of the matrix. */
  readonly into: FloatArray;
}

/** Reflect a few panels of A. */
async function turnSome(
  run: RunBand,
  a: Square,
  { band, loops, spare, into }: Turning,
): Promise<{ readonly turn: Turn; readonly rest: Square }> {
  const { size } = a;
  const type = dtypeOf(a);
  const stacks = openStacks(type, size, spare);
  const taus: number[] = [];
  let top = 0;
  for (let k = 0; k < panelsAtOnce && size - top > 2 * blockSize; k++) {
    band.diagonal.push(readPanel(a, top, k > 0 ? stacks.taken : null, loops));
    const reflected = reflectPanel(loops, size - top - blockSize);
    band.below.push(asDtype(reflected.r, type));
    taus.push(...reflected.taus);
    await look(run, a, { top, loops, t: asDtype(reflected.t, type), stacks });
    top += blockSize;
  }
  const less = size - top;
  const v = rowsOf(stacks.v, size, 0, top);
  const feeds = {
    a: rowsOf(a.data, size, 0, size),
    s: rowsOf(stacks.s, size, 0, 2 * top),
    u: rowsOf(stacks.u, size, 0, 2 * top),
    v,
    from: whole(top),
  };
  const made = await run("apply", feeds, { rest: rowsOf(into, less, 0, less) });
  const { rest, inner } = made as Record<"rest" | "inner", Tensor>;
  spare.give(stacks.s, stacks.u, stacks.taken);
  const t = asDtype(joinReflectors(inner.data as FloatArray, Float64Array.from(taus)), type);
  return { turn: { v, t }, rest: { data: rest.data as FloatArray, size: less } };
}

/** V of some panels, S and U (see `look` in graphs.ts), one reflector a row, and what they take from the next panel. */
interface Stacks {
  readonly v: FloatArray;
  readonly s: FloatArray;
  readonly u: FloatArray;
  readonly taken: FloatArray;
}

function openStacks(type: Dtype, size: number, spare: Spare): Stacks {
  const most = panelsAtOnce * blockSize * size;
  const [s, u] = [spare.need(type, 2 * most), spare.need(type, 2 * most)];
  return { v: allocate(type, most), s, u, taken: spare.need(type, blockSize * size) };
}

/** Add the reflectors in `loops`, made of the block of columns that begins at `top`, to the stacks, and see what they take from the next one. */
async function look(
  run: RunBand,
  { data, size }: Square,
  {
    top,
    loops: { panel, stride },
    t,
    stacks: { v, s, u, taken },
  }: { readonly top: number; readonly loops: BandLoops; readonly t: FloatArray; readonly stacks: Stacks },
): Promise<void> {
  const next = top + blockSize;
  for (let j = 0; j < blockSize; j++)
    v.set(panel.subarray(j * stride, j * stride + size - next), (top + j) * size + next);
  const own = rowsOf(v, size, top, next);
  const z = rowsOf(s, size, 2 * top + blockSize, 2 * next);
  const feeds = {
    a: rowsOf(data, size, 0, size),
    s: rowsOf(s, size, 0, 2 * top),
    u: rowsOf(u, size, 0, 2 * top),
    v: own,
    t: rowsOf(t, blockSize, 0, blockSize),
    from: whole(next),
    to: whole(next + blockSize),
  };
  await run("look", feeds, { z, panel: rowsOf(taken, size, 0, blockSize) });
  s.set(own.data as FloatArray, 2 * top * size);
  u.set(z.data as FloatArray, 2 * top * size);
  u.set(own.data as FloatArray, (2 * top + blockSize) * size);
}

/** Rows [from, to) of a matrix. */
function rowsOf(numbers: FloatArray, cols: number, from: number, to: number): Tensor {
  const data = numbers.subarray(from * cols, to * cols) as FloatArray;
  return { type: dtypeOf({ data }), shape: [to - from, cols], data };
}

/** Rows of a block of A, less what earlier reflectors take from them: what lies right of the diagonal block goes to the panel that is to be
 * reflected. As A is symmetric, these are its columns.
 * @returns the diagonal block. */
function readPanel(
  { data, size }: Square,
  top: number,
  taken: FloatArray | null,
  { panel, stride }: BandLoops,
): FloatArray {
  const block = allocate(dtypeOf({ data }), blockSize * blockSize);
  const rows = size - top - blockSize;
  for (let j = 0; j < blockSize; j++) {
    const own = data.subarray((top + j) * size + top, (top + j + 1) * size);
    block.set(own.subarray(0, blockSize), j * blockSize);
    const column = panel.subarray(j * stride, j * stride + rows);
    column.set(own.subarray(blockSize));
    if (taken) {
      const less = taken.subarray(j * size + top, (j + 1) * size);
      for (let i = 0; i < blockSize; i++)
        block[j * blockSize + i] = (block[j * blockSize + i] as number) - (less[i] as number);
      for (let i = 0; i < rows; i++) column[i] = (column[i] as number) - (less[blockSize + i] as number);
    }
    panel[j * stride + rows] = 0; // rows are taken in twos
  }
  return block;
}

/** Q from the last reflectors to the first. @param size rows that none of them turns. @param pair memory for it. */
async function growQ(
  run: RunBand,
  turns: readonly Turn[],
  size: number,
  pair: readonly [FloatArray, FloatArray],
): Promise<Tensor> {
  let [rows, columns] = [size, 2 * blockSize];
  const place = (k: number) => rowsOf(pair[k % 2] as FloatArray, columns, 0, rows);
  let q = place(turns.length);
  (q.data as FloatArray).fill(0);
  for (let i = 0; i < size; i++) (q.data as FloatArray)[i * (columns + 1)] = 1;
  for (let k = turns.length - 1; k >= 0; k--) {
    const { v, t } = turns[k] as Turn;
    const width = v.shape[0] as number;
    rows += width;
    columns += width;
    const feeds = { q, v, t: rowsOf(t, width, 0, width), pads: whole(width, width, 0, 0) };
    const { all } = (await run("grow", feeds, { all: place(k) })) as { all: Tensor };
    const data = all.data as FloatArray;
    for (let i = 0; i < width; i++) data[i * (columns + 1)] = (data[i * (columns + 1)] as number) + 1;
    q = all;
  }
  return q;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A part of a matrix as a block, the rest of the block 0. */
function cut({ data, size }: Square, rows: Range, cols: Range): FloatArray {
  const out = allocate(dtypeOf({ data }), blockSize * blockSize);
  for (let i = 0; i < rows.to - rows.from; i++) {
    const start = (rows.from + i) * size;
    out.set(data.subarray(start + cols.from, start + cols.to), i * blockSize);
  }
  return out;
}

/** Whole numbers as a tensor. */
function whole(...numbers: number[]): Tensor {
  return { type: "int64", shape: [numbers.length], data: BigInt64Array.from(numbers, BigInt) };
}
