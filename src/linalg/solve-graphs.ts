import type { Dtype } from "../core/index.ts";
import { createGraph, encodeGraph, type GraphBuilder, type GraphValue } from "../graph/index.ts";

/** Columns that one run of a graph eliminates. */
export const width = 128;
/** Blocks up to this size are eliminated column by column, larger ones by their halves. */
const leafSize = 16;
const end = 2 ** 31 - 1;

/** Columns that one run of {@link stepGraph} eliminates: 16 times a power of 2. Getting the graph ready takes .1 s, for 128 columns .4 s. */
export const stepWidth = 64;
/** Columns that are eliminated before the rest of the matrix is walked through: a whole number of steps. */
export const blockWidth = 256;

/** Eliminate the first columns of many systems at once: of a blocked Cholesky factorisation with right sides under each matrix.
 *
 * `t` (systems × (left + r) × left): what is left of some columns, then r more rows. With D its first block and W = L_D⁻¹, gives
 * `inverse` = W, the `panel` P = t_below Wᵀ (columns of L, and of the rows that are solved for), and `rest` = t_rest − P P_topᵀ. `more` is −r.
 * Every operation is on all systems: the many small ones of the first block cost far less than one system after the other.
 * @source Golub and Van Loan, Matrix Computations, 4.2 (outer product form). */
export function stepGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("cholesky step");
  const t = g.input("t", dtype, ["systems", "rows", "cols"]);
  const more = g.input("more", "int64", [1]);
  const h = helpers(g, dtype);
  const inverse = inverseFactor(h, h.cut(t, 0, stepWidth, 0, stepWidth), stepWidth);
  const panel = h.product(h.cut(t, stepWidth, end, 0, stepWidth), h.flip(inverse));
  const rest = h.minus(
    h.cut(t, stepWidth, end, stepWidth, end),
    h.product(panel, h.flip(h.top(panel, more))),
  );
  g.output("inverse", inverse, dtype, ["systems", stepWidth, stepWidth]);
  g.output("panel", panel, dtype, ["systems", "below", stepWidth]);
  g.output("rest", rest, dtype, ["systems", "below", "after"]);
  return encodeGraph(g.build());
}

/** The first columns of `t`, which are eliminated next. */
export function headGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("cholesky head");
  const h = helpers(g, dtype);
  const t = g.input("t", dtype, ["systems", "rows", "cols"]);
  g.output("head", h.cut(t, 0, end, 0, blockWidth), dtype, ["systems", "rows", blockWidth]);
  return encodeGraph(g.build());
}

/** After `steps` steps: their panels side by side, without rows of the block itself, are its `column` C; what they leave of `t` is
 * `rest` = t_rest − C C_topᵀ. `below` is −(rows of C), `more` is −r. */
export function joinGraph(dtype: Dtype, steps: number): Uint8Array {
  const g = createGraph("cholesky join");
  const h = helpers(g, dtype);
  const t = g.input("t", dtype, ["systems", "rows", "cols"]);
  const [below, more] = [g.input("below", "int64", [1]), g.input("more", "int64", [1])];
  const panels = Array.from({ length: steps }, (_, k) =>
    h.bottom(g.input(`panel${k}`, dtype, ["systems", `rows${k}`, stepWidth]), below),
  );
  const width = steps * stepWidth;
  const column = g.node("Concat", panels, { axis: 2n });
  const rest = h.minus(h.cut(t, width, end, width, end), h.product(column, h.flip(h.top(column, more))));
  g.output("column", column, dtype, ["systems", "below", width]);
  g.output("rest", rest, dtype, ["systems", "below", "after"]);
  return encodeGraph(g.build());
}

/** On the way back: `x` (systems × r × known) are the last columns of the solution; `y` = C_bottom − x C_top is what is left to divide by the
 * block of C, whose last r rows (`more` = −r) are right sides. */
export function shiftGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("cholesky shift");
  const h = helpers(g, dtype);
  const x = g.input("x", dtype, ["systems", "r", "known"]);
  const column = g.input("column", dtype, ["systems", "below", "width"]);
  const more = g.input("more", "int64", [1]);
  const y = h.minus(h.bottom(column, more), h.product(x, h.top(column, more)));
  g.output("y", y, dtype, ["systems", "r", "width"]);
  return encodeGraph(g.build());
}

/** One step back inside a block: (y_own − z P_top) W before the columns `z` that are known. Columns of y that are own: [`from`, `to`); rows of P
 * below the block: −`below`. */
export function backGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("cholesky back");
  const h = helpers(g, dtype);
  const y = g.input("y", dtype, ["systems", "r", "width"]);
  const z = g.input("z", dtype, ["systems", "r", "known"]);
  const panel = g.input("panel", dtype, ["systems", "below", stepWidth]);
  const inverse = g.input("inverse", dtype, ["systems", stepWidth, stepWidth]);
  const [from, to, below] = [
    g.input("from", "int64", [1]),
    g.input("to", "int64", [1]),
    g.input("below", "int64", [1]),
  ];
  const own = g.node("Slice", [y, from, to, h.whole(2)]);
  const solved = h.product(h.minus(own, h.product(z, h.top(panel, below))), inverse);
  g.output("x", g.node("Concat", [solved, z], { axis: 2n }), dtype, ["systems", "r", "more"]);
  return encodeGraph(g.build());
}

/** Columns beside each other. */
export function besideGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("beside");
  const [a, b] = [
    g.input("a", dtype, ["systems", "r", "left"]),
    g.input("b", dtype, ["systems", "r", "right"]),
  ];
  g.output("x", g.node("Concat", [a, b], { axis: 2n }), dtype, ["systems", "r", "both"]);
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
  /** Rows before the last, whose negative number is given, of every system. */
  top(x: GraphValue, last: GraphValue): GraphValue;
  /** The last rows. */
  bottom(x: GraphValue, last: GraphValue): GraphValue;
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
    top: (x, last) => g.node("Slice", [x, whole(0), last, whole(1)]),
    bottom: (x, last) => g.node("Slice", [x, last, whole(end), whole(1)]),
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
