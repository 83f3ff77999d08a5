import { allocate, type Dtype, dtypeOf, type FloatArray, type Matrix, type Spare } from "../core/index.ts";
import type { Tensor, Tensors } from "../graph/index.ts";
import { type BandGraph, blockSize } from "./band-graphs.ts";
import type { BandLoops } from "./band-loops.ts";
import { joinReflectors, reflectPanel } from "./householder.ts";

/** A symmetric matrix as Q T Qᵀ, T block tridiagonal. Rows and columns of T beyond those of the matrix are those of I. */
export interface Band {
  /** Diagonal blocks of T, one after the other, row-major. */
  readonly diagonal: readonly FloatArray[];
  /** Blocks below them: one fewer. */
  readonly below: readonly FloatArray[];
  /** Q, n × (blocks · {@link blockSize}), its last columns 0. */
  readonly q: Tensor;
}

/** Runs one of {@link bandGraphs}. */
export type RunBand = (graph: BandGraph, feeds: Tensors, into?: Tensors) => Promise<Tensors>;

/** Panels that are reflected before the rest of the matrix is walked through. */
const panelsAtOnce = 4;

/** Reflectors that were applied together: I − V T Vᵀ on the last rows of the matrix. */
interface Turn {
  readonly v: Tensor;
  readonly t: FloatArray;
}

/** Reduce a symmetric matrix of more than two blocks from both sides, nearly all of it in products of blocks. NaN in gives NaN out.
 * @param loops for panels of as many rows. @param spare memory that Q is left in, and that is worked in. @source Bischof, Lang and Sun 2000 (successive band reduction). */
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
    const { turn, rest } = await turnSome(run, now, {
      band,
      loops,
      into: pair[turns.length % 2] as FloatArray,
    });
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
  for (let i = last; i < blockSize; i++) (band.diagonal.at(-1) as FloatArray)[i * (blockSize + 1)] = 1;
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
  /** Memory for what is left of the matrix. */
  readonly into: FloatArray;
}

/** Reflect a few panels of A. */
async function turnSome(
  run: RunBand,
  a: Square,
  { band, loops, into }: Turning,
): Promise<{ readonly turn: Turn; readonly rest: Square }> {
  const { data, size } = a;
  const type = nameOf(data);
  const tensor = (numbers: FloatArray, rows: number, cols: number): Tensor => ({
    type,
    shape: [rows, cols],
    data: numbers.subarray(0, rows * cols) as FloatArray,
  });
  const none = tensor(allocate(type, 0), 0, size);
  let [vs, zs] = [none, none];
  let taken: FloatArray | null = null;
  const taus: number[] = [];
  let top = 0;
  for (let k = 0; k < panelsAtOnce && size - top > 2 * blockSize; k++) {
    band.diagonal.push(readPanel(a, top, taken, loops));
    top += blockSize;
    const { t, r, taus: more } = reflectPanel(loops, size - top);
    band.below.push(like(type, r));
    taus.push(...more);
    const v = allocate(type, blockSize * size);
    for (let j = 0; j < blockSize; j++)
      v.set(loops.panel.subarray(j * loops.stride, j * loops.stride + size - top), j * size + top);
    const looked = (await run("look", {
      a: tensor(data, size, size),
      vs,
      zs,
      v: tensor(v, blockSize, size),
      t: tensor(like(type, t), blockSize, blockSize),
      from: whole(top),
      to: whole(top + blockSize),
    })) as Record<"moreV" | "moreZ" | "panel", Tensor>;
    [vs, zs, taken] = [looked.moreV, looked.moreZ, looked.panel.data as FloatArray];
  }
  const less = size - top;
  const { rest, inner } = (await run(
    "apply",
    { a: tensor(data, size, size), vs, zs, from: whole(top) },
    { rest: tensor(into, less, less) },
  )) as Record<"rest" | "inner", Tensor>;
  const t = like(type, joinReflectors(inner.data as FloatArray, Float64Array.from(taus)));
  return { turn: { v: vs, t }, rest: { data: rest.data as FloatArray, size: less } };
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
  const block = allocate(nameOf(data), blockSize * blockSize);
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
  const type = nameOf(pair[0]);
  let [rows, columns] = [size, 2 * blockSize];
  const place = (k: number): Tensor => ({
    type,
    shape: [rows, columns],
    data: (pair[k % 2] as FloatArray).subarray(0, rows * columns) as FloatArray,
  });
  let q = place(turns.length);
  (q.data as FloatArray).fill(0);
  for (let i = 0; i < size; i++) (q.data as FloatArray)[i * (columns + 1)] = 1;
  for (let k = turns.length - 1; k >= 0; k--) {
    const { v, t } = turns[k] as Turn;
    const width = v.shape[0] as number;
    rows += width;
    columns += width;
    const feeds = { q, v, t: { type, shape: [width, width], data: t }, pads: whole(width, width, 0, 0) };
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
  const out = allocate(nameOf(data), blockSize * blockSize);
  for (let i = 0; i < rows.to - rows.from; i++) {
    const start = (rows.from + i) * size;
    out.set(data.subarray(start + cols.from, start + cols.to), i * blockSize);
  }
  return out;
}

function nameOf(numbers: FloatArray): Dtype {
  return numbers instanceof Float32Array ? "float32" : "float64";
}

function like(type: Dtype, numbers: Float64Array): FloatArray {
  const out = allocate(type, numbers.length);
  out.set(numbers);
  return out;
}

/** Whole numbers as a tensor. */
export function whole(...numbers: number[]): Tensor {
  return { type: "int64", shape: [numbers.length], data: BigInt64Array.from(numbers, BigInt) };
}
