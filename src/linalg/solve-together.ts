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
import { type GraphSession, openSession, type Tensor, type Tensors } from "../graph/index.ts";
import type { Ridged } from "./linalg.ts";
import {
  backGraph,
  besideGraph,
  blockWidth,
  headGraph,
  joinGraph,
  shiftGraph,
  stepGraph,
  stepWidth,
} from "./solve-graphs.ts";

/** Solves many systems by the same few runs of a graph. */
export interface Together {
  /** B (A + ridge I)⁻¹ of each; numbers that are not finite where A + ridge I is not positive definite. */
  solve<R extends string, C extends string>(
    sides: readonly Ridged<R, C>[],
    a: Matrix<C, C>,
  ): Promise<Matrix<R, C>[]>;
  close(): Promise<void>;
}

/** Bytes of systems that are solved together. */
const bytesAtOnce = 24 << 20;

/** Graphs are made ready when they are first needed.
 * @param threads inside one product; they do not wait busily, which takes twice as long here (measured), as runs are short. */
export function openTogether(threads: number): Together {
  const opened = new Map<string, Promise<GraphSession>>();
  const spare = openSpare(6);
  const runner = (dtype: Dtype): Run => {
    return async (graph, feeds, into) => {
      const key = `${dtype} ${graph}`;
      const session =
        opened.get(key) ?? openSession(encode(graph, dtype), { where: "here", threads, spin: false });
      opened.set(key, session);
      return (await session).run(feeds, into);
    };
  };
  return {
    async solve<R extends string, C extends string>(sides: readonly Ridged<R, C>[], a: Matrix<C, C>) {
      const run = runner(dtypeOf(a));
      const rows = Math.max(...sides.map(({ b }) => b.rows));
      const each = Math.max(
        1,
        Math.floor(bytesAtOnce / a.data.BYTES_PER_ELEMENT / ((a.rows + rows) * a.rows)),
      );
      const out: Matrix<R, C>[] = [];
      for (let from = 0; from < sides.length; from += each)
        out.push(...(await solveSome(run, sides.slice(from, from + each), a, spare)));
      return out;
    },
    async close() {
      for (const one of opened.values()) await (await one).close();
      opened.clear();
    },
  };
}

/** Names of the graphs of solve-graphs.ts; after `join` the number of steps. */
type GraphName = "step" | "head" | `join${number}` | "shift" | "back" | "beside";
type Run = (graph: GraphName, feeds: Tensors, into?: Tensors) => Promise<Tensors>;

function encode(graph: GraphName, dtype: Dtype): Uint8Array {
  if (graph.startsWith("join")) return joinGraph(dtype, Number(graph.slice(4)));
  const simple = {
    step: stepGraph,
    head: headGraph,
    shift: shiftGraph,
    back: backGraph,
    beside: besideGraph,
  };
  return simple[graph as keyof typeof simple](dtype);
}

/** Columns that were eliminated together. */
interface Block {
  readonly steps: readonly { readonly panel: Tensor; readonly inverse: Tensor }[];
  /** −(rows below the block). */
  readonly below: Tensor;
  readonly column: Tensor;
}

async function solveSome<R extends string, C extends string>(
  run: Run,
  sides: readonly Ridged<R, C>[],
  a: Matrix<C, C>,
  spare: Spare,
): Promise<Matrix<R, C>[]> {
  const r = Math.max(...sides.map(({ b }) => b.rows));
  const size = stepWidth * Math.ceil(a.rows / stepWidth);
  const blocks = await factorise(run, sides, a, { size, r, spare });
  const x = await goBack(run, blocks, { systems: sides.length, r, type: dtypeOf(a) });
  return sides.map(({ b }, k) => takeOut(x.data as FloatArray, k * r * size, size, b));
}

async function factorise(
  run: Run,
  sides: readonly Ridged<string, string>[],
  a: Matrix,
  { size, r, spare }: { readonly size: number; readonly r: number; readonly spare: Spare },
): Promise<Block[]> {
  const [type, systems] = [dtypeOf(a), sides.length];
  const tensor = (data: FloatArray, rows: number, cols: number): Tensor => {
    const shape = [systems, rows, cols];
    return { type, shape, data: data.subarray(0, systems * rows * cols) as FloatArray };
  };
  const memory = () => spare.need(type, systems * (size + r) * size);
  let [now, next] = [memory(), memory()];
  fill(now, sides, a, size, r);
  const more = whole(-r);
  const blocks: Block[] = [];
  for (let left = size; left > 0; left -= blockWidth) {
    const width = Math.min(blockWidth, left);
    const after = left - width;
    const below = whole(-(after + r));
    const t = tensor(now, left + r, left);
    let { head } = after > 0 ? await run("head", { t }) : { head: t };
    const steps: { panel: Tensor; inverse: Tensor }[] = [];
    for (let k = 0; k < width; k += stepWidth) {
      const { panel, inverse, rest } = (await run("step", { t: head as Tensor, more: below })) as Record<
        string,
        Tensor
      >;
      steps.push({ panel, inverse } as { panel: Tensor; inverse: Tensor });
      head = rest;
    }
    const panels = Object.fromEntries(steps.map(({ panel }, k) => [`panel${k}`, panel]));
    const into = after > 0 ? { rest: tensor(next, after + r, after) } : {};
    const { column } = await run(`join${steps.length}`, { t, below, more, ...panels }, into);
    blocks.push({ steps, below, column: column as Tensor });
    [now, next] = [next, now];
  }
  spare.give(now, next);
  return blocks;
}

async function goBack(
  run: Run,
  blocks: readonly Block[],
  { systems, r, type }: { readonly systems: number; readonly r: number; readonly type: Dtype },
): Promise<Tensor> {
  const none: Tensor = { type, shape: [systems, r, 0], data: allocate(type, 0) };
  let x = none;
  for (const { steps, below, column } of [...blocks].reverse()) {
    const { y } = (await run("shift", { x, column, more: whole(-r) })) as { y: Tensor };
    let z = none;
    for (const [k, { panel, inverse }] of [...steps.entries()].reverse()) {
      const own = { from: whole(k * stepWidth), to: whole((k + 1) * stepWidth) };
      z = (await run("back", { y, z, panel, inverse, below, ...own })).x as Tensor;
    }
    x = (await run("beside", { a: z, b: x })).x as Tensor;
  }
  return x;
}

function whole(number: number): Tensor {
  return { type: "int64", shape: [1], data: BigInt64Array.of(BigInt(number)) };
}

/** A + ridge I of each, and its right sides below; columns beyond those of A are those of I. */
function fill(
  t: FloatArray,
  sides: readonly Ridged<string, string>[],
  { rows: n, data }: Matrix,
  size: number,
  r: number,
): void {
  for (const [k, { b, ridge }] of sides.entries()) {
    const start = k * (size + r) * size;
    if (size > n || b.rows < r) t.fill(0, start, start + (size + r) * size);
    for (let i = 0; i < n; i++) t.set(data.subarray(i * n, (i + 1) * n), start + i * size);
    for (let i = 0; i < size; i++) {
      const at = start + i * (size + 1);
      t[at] = i < n ? (t[at] as number) + ridge : 1;
    }
    for (let i = 0; i < b.rows; i++) t.set(b.data.subarray(i * n, (i + 1) * n), start + (size + i) * size);
  }
}

function takeOut<R extends string, C extends string>(
  x: FloatArray,
  start: number,
  size: number,
  b: Matrix<R, C>,
): Matrix<R, C> {
  const out = allocate(dtypeOf(b), b.rows * b.cols);
  for (let i = 0; i < b.rows; i++)
    out.set(x.subarray(start + i * size, start + i * size + b.cols), i * b.cols);
  return matrix(b.axes, b.rows, b.cols, out);
}
