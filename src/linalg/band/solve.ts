import { allocate, type Dtype, dtypeOf, type FloatArray } from "../../core/index.ts";
import type { Tensor } from "../../graph/index.ts";
import { blockSize, type RunBand } from "./graphs.ts";
import type { BandLoops } from "./loops.ts";
import type { Band } from "./reduce.ts";
import { abreast } from "./vectors.ts";

/** Right sides of one system: some rows of all that are to be divided. */
export interface Piece {
  readonly ridge: number;
  readonly from: number;
  readonly to: number;
}

const area = blockSize * blockSize;

/** What is solved, and where. */
export interface Solving {
  readonly pieces: readonly Piece[];
  /** Rows of the largest piece. */
  readonly rows: number;
  readonly loops: BandLoops;
  /** (blocks × pieces · rows × block): what a piece lacks of `rows` is written too. */
  readonly out: FloatArray;
}

/** C (T + ridge I)⁻¹ of each piece, T block tridiagonal: Cholesky, all systems at once. NaN where T + ridge I is not positive definite.
 * @param c (blocks × rows × block).
 * @source Golub and Van Loan, Matrix Computations, 4.5 (block tridiagonal systems). */
export async function solveBand(
  run: RunBand,
  { diagonal, below }: Band,
  c: Tensor,
  { pieces, rows, loops, out }: Solving,
): Promise<void> {
  const type = c.type as Dtype;
  const [systems, blocks] = [pieces.length, diagonal.length];
  const squares = (data: FloatArray): Tensor => ({
    type,
    shape: [data.length / area, blockSize, blockSize],
    data,
  });
  const sides = (data: FloatArray): Tensor => ({
    type,
    shape: [data.length / (rows * blockSize), rows, blockSize],
    data,
  });
  const each = systems * rows * blockSize;
  const ownOf = (k: number) => sides(out.subarray(k * each, (k + 1) * each) as FloatArray);
  const rightOf = rightSides(c, pieces, rows);
  const nothing = squares(allocate(type, area));
  const next = allocate(type, systems * area);
  for (let s = 0; s < systems; s++) next.set(diagonal[0] as FloatArray, s * area);
  let before = sides(allocate(type, each));
  let f = squares(allocate(type, systems * area));
  const factors: { readonly w: Tensor; readonly below: Tensor }[] = [];
  for (let k = 0; k < blocks; k++) {
    const w = squares(invertFactors(next, pieces, loops));
    const [e, d] = [below[k], diagonal[k + 1]].map((one) => (one ? squares(one) : nothing));
    const feeds = { c: sides(rightOf(k)), before, f, w, e: e as Tensor, d: d as Tensor };
    const made = { y: ownOf(k), below: squares(allocate(type, systems * area)), next: squares(next) };
    await run("forward", feeds, made);
    factors.push({ w, below: made.below });
    [before, f] = [made.y, made.below];
  }
  let after = sides(allocate(type, each));
  for (let k = blocks - 1; k >= 0; k--) {
    const { w, below: own } = factors[k] as (typeof factors)[number];
    const x = ownOf(k);
    await run("backward", { y: x, after, f: own, w }, { x });
    after = x;
  }
}

/** Right sides of a block: those of all systems one after the other, or once if all have the same. */
function rightSides(
  { type, data, shape }: Tensor,
  pieces: readonly Piece[],
  rows: number,
): (k: number) => FloatArray {
  const numbers = data as FloatArray;
  const each = (shape[1] as number) * blockSize;
  const of = (k: number, { from, to }: Piece) =>
    numbers.subarray(k * each + from * blockSize, k * each + to * blockSize) as FloatArray;
  const first = pieces[0] as Piece;
  const same = pieces.every(({ from, to }) => from === first.from && to === first.from + rows);
  if (same) return (k) => of(k, first);
  const all = allocate(type as Dtype, pieces.length * rows * blockSize);
  return (k) => {
    for (const [s, piece] of pieces.entries()) all.set(of(k, piece), s * rows * blockSize);
    return all;
  };
}

/** L⁻¹ of S + ridge I = L Lᵀ for the block S of each system, worked out in float64. NaN where S + ridge I is not positive definite. */
function invertFactors(
  blocks: FloatArray,
  pieces: readonly Piece[],
  { factors, inverses, invert }: BandLoops,
): FloatArray {
  const out = allocate(dtypeOf({ data: blocks }), blocks.length);
  for (let from = 0; from < pieces.length; from += abreast) {
    const count = Math.min(abreast, pieces.length - from);
    for (let s = 0; s < abreast; s++) {
      const own = from + Math.min(s, count - 1); // where fewer than four are left, the last is done again
      const { ridge } = pieces[own] as Piece;
      const block = blocks.subarray(own * area, (own + 1) * area);
      for (let k = 0; k < area; k++) factors[abreast * k + s] = block[k] as number;
      for (let at = s; at < factors.length; at += abreast * (blockSize + 1))
        factors[at] = (factors[at] as number) + ridge;
    }
    invert();
    for (let s = 0; s < count; s++) {
      const block = out.subarray((from + s) * area, (from + s + 1) * area);
      for (let i = 0; i < blockSize; i++)
        for (let j = 0; j <= i; j++)
          block[i * blockSize + j] = inverses[abreast * (j * blockSize + i) + s] as number;
    }
  }
  return out;
}
