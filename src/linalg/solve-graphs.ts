import type { Dtype } from "../core/index.ts";
import { createGraph, encodeGraph, type GraphBuilder, type GraphValue } from "../graph/index.ts";

/** Columns that one run of a graph eliminates. */
export const width = 128;
/** Blocks up to this size are eliminated column by column, larger ones by their halves. */
const leafSize = 32;
const end = 2 ** 31 - 1;

/** One step of a blocked Cholesky factorisation of many systems at once, right sides under each.
 *
 * `t` (systems × (n + r) × n): what is left of A, then r right sides. With D its first block and W = L_D⁻¹, gives `inverse` = W, the `panel`
 * P = t_below Wᵀ (columns of L, and under them the right sides that are solved for), and `rest` = t_rest − P P_topᵀ. `right` is −r.
 * Every operation is on all systems: the many small ones of the first block cost little more for ten than for one.
 * @param width columns that one run eliminates: 32 times a power of 2.
 * @source Golub and Van Loan, Matrix Computations, 4.2 (outer product form). */
export function forwardGraph(dtype: Dtype, width: number): Uint8Array {
  const g = createGraph("cholesky forward");
  const t = g.input("t", dtype, ["systems", "rows", "cols"]);
  const right = g.input("right", "int64", [1]);
  const h = helpers(g, dtype);
  const inverse = inverseFactor(h, h.cut(t, 0, width, 0, width), width);
  const panel = h.product(h.cut(t, width, end, 0, width), h.flip(inverse));
  const top = g.node("Slice", [panel, h.whole(0), right, h.whole(1)]);
  const rest = h.minus(h.cut(t, width, end, width, end), h.product(panel, h.flip(top)));
  g.output("inverse", inverse, dtype, ["systems", width, width]);
  g.output("panel", panel, dtype, ["systems", "below", width]);
  g.output("rest", rest, dtype, ["systems", "below", "after"]);
  return encodeGraph(g.build());
}

/** One step back: `x` (systems × r × known) are the last columns of the solution, `y` those before them, (y − x P_top) W. */
export function backwardGraph(dtype: Dtype, width: number): Uint8Array {
  const g = createGraph("cholesky backward");
  const x = g.input("x", dtype, ["systems", "r", "known"]);
  const panel = g.input("panel", dtype, ["systems", "below", width]);
  const inverse = g.input("inverse", dtype, ["systems", width, width]);
  const right = g.input("right", "int64", [1]);
  const h = helpers(g, dtype);
  const top = g.node("Slice", [panel, h.whole(0), right, h.whole(1)]);
  const own = g.node("Slice", [panel, right, h.whole(end), h.whole(1)]);
  const y = h.product(h.minus(own, h.product(x, top)), inverse);
  g.output("y", g.node("Concat", [y, x], { axis: 2n }), dtype, ["systems", "r", "more"]);
  return encodeGraph(g.build());
}

/** Inverse of the Cholesky factor of each block D (systems × size × size): that of the halves, and −W₂ P W₁ below. */
function inverseFactor(h: Helpers, d: GraphValue, size: number): GraphValue {
  if (size <= leafSize) return eliminate(h, d, size);
  const half = size / 2;
  const first = inverseFactor(h, h.cut(d, 0, half, 0, half), half);
  const panel = h.product(h.cut(d, half, size, 0, half), h.flip(first));
  const left = h.minus(h.cut(d, half, size, half, size), h.product(panel, h.flip(panel)));
  const second = inverseFactor(h, left, half);
  const below = h.g.node("Neg", [h.product(h.product(second, panel), first)]);
  const top = h.g.node("Concat", [first, h.spread(new Array(half * half).fill(0), half, d)], { axis: 2n });
  return h.g.node("Concat", [top, h.g.node("Concat", [below, second], { axis: 2n })], { axis: 1n });
}

/** Column by column on [D | I]: each row is divided by the root of its pivot and taken from those below. What becomes of I is L⁻¹. */
function eliminate(h: Helpers, d: GraphValue, size: number): GraphValue {
  const { g, cut } = h;
  const one = Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0));
  let left = g.node("Concat", [d, h.spread(one, size, d)], { axis: 2n });
  const rows: GraphValue[] = [];
  for (let k = size; k > 0; k--) {
    const first = cut(left, 0, 1, 0, end);
    const row = g.node("Div", [cut(first, 0, 1, 1, end), g.node("Sqrt", [cut(first, 0, 1, 0, 1)])]);
    rows.push(cut(row, 0, 1, k - 1, end));
    if (k === 1) break;
    const column = g.node("Reshape", [cut(row, 0, 1, 0, k - 1), h.whole(0, k - 1, 1)]);
    left = h.minus(cut(left, 1, end, 1, end), g.node("Mul", [column, row]));
  }
  return g.node("Concat", rows, { axis: 1n });
}

interface Helpers {
  readonly g: GraphBuilder;
  /** Whole numbers as a constant. */
  whole(...numbers: number[]): GraphValue;
  /** Rows and columns [from, to) of every system. */
  cut(x: GraphValue, top: number, bottom: number, left: number, right: number): GraphValue;
  flip(x: GraphValue): GraphValue;
  product(a: GraphValue, b: GraphValue): GraphValue;
  minus(a: GraphValue, b: GraphValue): GraphValue;
  /** A square of constants for each system of `like`. */
  spread(numbers: readonly number[], size: number, like: GraphValue): GraphValue;
}

function helpers(g: GraphBuilder, dtype: Dtype): Helpers {
  const known = new Map<string, GraphValue>();
  const whole = (...numbers: number[]) => {
    const key = numbers.join();
    const found = known.get(key) ?? g.constant(BigInt64Array.from(numbers, BigInt), [numbers.length]);
    known.set(key, found);
    return found;
  };
  return {
    g,
    whole,
    cut: (x, top, bottom, left, right) =>
      g.node("Slice", [x, whole(top, left), whole(bottom, right), whole(1, 2)]),
    flip: (x) => g.node("Transpose", [x], { perm: [0n, 2n, 1n] }),
    product: (a, b) => g.node("MatMul", [a, b]),
    minus: (a, b) => g.node("Sub", [a, b]),
    spread(numbers, size, like) {
      const square = g.constant(
        dtype === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers),
        [1, size, size],
      );
      const systems = g.node("Slice", [g.node("Shape", [like]), whole(0), whole(1), whole(0)]);
      return g.node("Expand", [square, g.node("Concat", [systems, whole(size), whole(size)], { axis: 0n })]);
    },
  };
}
