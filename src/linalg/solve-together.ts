import {
  allocate,
  type Dtype,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
} from "../core/index.ts";
import { type GraphSession, openSession, type Tensor } from "../graph/index.ts";
import type { Ridged } from "./linalg.ts";
import { backwardGraph, forwardGraph } from "./solve-graphs.ts";

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
const bytesAtOnce = 48 << 20;

/** Columns of one step: wide steps walk through the rest less often, but take longer to get ready (.4 s in place of .1 s). */
const widthOf = (n: number) => (n <= 512 ? 64 : 128);

/** @param threads inside one product. */
export function openTogether(threads: number): Together {
  const sessions = new Map<string, Promise<Sessions>>();
  const spare = openSpare(6);
  const open = (dtype: Dtype, width: number) => {
    const known = sessions.get(`${dtype} ${width}`) ?? openSessions(dtype, width, threads);
    sessions.set(`${dtype} ${width}`, known);
    return known;
  };
  return {
    async solve(sides, a) {
      const own = await open(dtypeOf(a), widthOf(a.rows));
      const rows = Math.max(...sides.map(({ b }) => b.rows));
      const each = Math.max(
        1,
        Math.floor(bytesAtOnce / a.data.BYTES_PER_ELEMENT / ((a.rows + rows) * a.rows)),
      );
      const out: Matrix<(typeof sides)[0]["b"]["axes"][0], (typeof a)["axes"][0]>[] = [];
      for (let from = 0; from < sides.length; from += each)
        out.push(...(await solveSome(own, sides.slice(from, from + each), a, spare)));
      return out as never;
    },
    async close() {
      for (const one of sessions.values()) {
        const { forward, backward } = await one;
        await forward.close();
        await backward.close();
      }
      sessions.clear();
    },
  };
}

interface Sessions {
  readonly width: number;
  readonly forward: GraphSession;
  readonly backward: GraphSession;
}

async function openSessions(dtype: Dtype, width: number, threads: number): Promise<Sessions> {
  const open = (bytes: Uint8Array) => openSession(bytes, { where: "here", threads });
  const [forward, backward] = await Promise.all([
    open(forwardGraph(dtype, width)),
    open(backwardGraph(dtype, width)),
  ]);
  return { width, forward, backward };
}

async function solveSome<R extends string, C extends string>(
  { width, forward, backward }: Sessions,
  sides: readonly Ridged<R, C>[],
  a: Matrix<C, C>,
  spare: ReturnType<typeof openSpare>,
): Promise<Matrix<R, C>[]> {
  const type = dtypeOf(a);
  const systems = sides.length;
  const r = Math.max(...sides.map(({ b }) => b.rows));
  const size = width * Math.ceil(a.rows / width);
  const tensor = (data: FloatArray, ...shape: number[]): Tensor => ({ type, shape, data });
  const right: Tensor = { type: "int64", shape: [1], data: BigInt64Array.of(BigInt(-r)) };
  const memory = () => spare.need(type, systems * (size + r) * size);
  let [t, other] = [memory(), memory()];
  fill(t, sides, a, size, r);
  const steps: { readonly panel: Tensor; readonly inverse: Tensor }[] = [];
  for (let left = size; left > 0; left -= width) {
    const [below, after] = [left - width + r, left - width];
    const rest = tensor(other.subarray(0, systems * below * after) as FloatArray, systems, below, after);
    const given = tensor(t.subarray(0, systems * (left + r) * left) as FloatArray, systems, left + r, left);
    const { panel, inverse } = await forward.run({ t: given, right }, after > 0 ? { rest } : {});
    steps.push({ panel, inverse } as (typeof steps)[number]);
    [t, other] = [other, t];
  }
  let x = tensor(allocate(type, 0), systems, r, 0);
  for (const { panel, inverse } of steps.reverse())
    x = (await backward.run({ x, panel, inverse, right })).y as Tensor;
  spare.give(t, other);
  return sides.map(({ b }, k) => takeOut(x.data as FloatArray, k * r * size, size, b));
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
