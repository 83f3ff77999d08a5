import { wasm } from "../../core/index.ts";
import { blockSize } from "./graphs.ts";
import { abreast, dotsCode, type Functions, invertCode, takeAwayCode } from "./vectors.ts";

const area = blockSize * blockSize;

/** The loops of a reduction to a band and of its solution that are no matrix products, on memory of their own. */
export interface BandLoops {
  /** A panel, column after column; a column begins every `stride` numbers. */
  readonly panel: Float64Array;
  readonly stride: number;
  /** A number for each column. */
  readonly sums: Float64Array;
  /** Matrices as large as a block, row-major, four side by side. */
  readonly factors: Float64Array;
  readonly inverses: Float64Array;
  /** `sums` ← inner products of column `own` with every column. Rows [from, to), whose numbers are even. */
  dots(own: number, from: number, to: number): void;
  /** Each column from `first` on, a multiple of four, less its number in `sums` times column `own`. */
  takeAway(own: number, first: number, from: number, to: number): void;
  /** Lower triangles of `factors` ← those of their Cholesky factors L; upper triangles of `inverses` ← those of L⁻ᵀ. */
  invert(): void;
}

/** Memory and loops for panels of up to so many rows: WebAssembly vectors, or plain loops that give the same numbers to the last bit. */
export function openBandLoops(rows: number): BandLoops {
  return openVectors(rows) ?? openPlain(rows);
}

/** Columns begin an odd number of cache lines apart, so that all of them can be in the cache. */
function strideOf(rows: number): number {
  return 8 * (Math.ceil(rows / 8) | 1);
}

function divideMemory(stride: number, take: (length: number) => Float64Array) {
  return {
    stride,
    panel: take(blockSize * stride),
    sums: take(blockSize),
    factors: take(abreast * area),
    inverses: take(abreast * area),
  };
}

/** The loops in plain TypeScript. */
export function openPlain(rows: number): BandLoops {
  const memory = divideMemory(strideOf(rows), (length) => new Float64Array(length));
  const { panel, stride, sums, factors, inverses } = memory;
  return {
    ...memory,
    dots(own, from, to) {
      const v = panel.subarray(own * stride, (own + 1) * stride);
      for (let c = 0; c < blockSize; c++)
        sums[c] = dot(v, panel.subarray(c * stride, (c + 1) * stride), from, to);
    },
    takeAway(own, first, from, to) {
      const v = panel.subarray(own * stride, (own + 1) * stride);
      for (let c = first; c < blockSize; c++) {
        const column = panel.subarray(c * stride, (c + 1) * stride);
        const factor = sums[c] as number;
        for (let i = from; i < to; i++) column[i] = (column[i] as number) - factor * (v[i] as number);
      }
    },
    invert() {
      factorise(factors);
      invertTriangles(factors, inverses);
    },
  };
}

/** Even and odd rows are summed apart, as vectors of two do. */
function dot(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let [even, odd] = [0, 0];
  for (let i = from; i < to; i += 2) {
    even += (a[i] as number) * (b[i] as number);
    odd += (a[i + 1] as number) * (b[i + 1] as number);
  }
  return even + odd;
}

/** Numbers from one row to the next, and from one number on the diagonal to the next. */
const [line, diagonal] = [abreast * blockSize, abreast * (blockSize + 1)];

function factorise(l: Float64Array): void {
  for (let i = 0; i < blockSize; i++)
    for (let j = 0; j <= i; j++)
      for (let s = 0; s < abreast; s++) {
        const at = i * line + abreast * j + s;
        let sum = l[at] as number;
        for (let x = i * line + s, y = j * line + s; x < at; x += abreast, y += abreast)
          sum -= (l[x] as number) * (l[y] as number);
        l[at] = i === j ? Math.sqrt(sum) : sum / (l[j * diagonal + s] as number);
      }
}

function invertTriangles(l: Float64Array, w: Float64Array): void {
  for (let j = 0; j < blockSize; j++)
    for (let i = j; i < blockSize; i++)
      for (let s = 0; s < abreast; s++) {
        let sum = i === j ? 1 : 0;
        const pivot = i * diagonal + s;
        for (let x = i * line + abreast * j + s, y = j * diagonal + s; x < pivot; x += abreast, y += abreast)
          sum -= (l[x] as number) * (w[y] as number);
        w[j * line + abreast * i + s] = sum / (l[pivot] as number);
      }
}

let compiled: WebAssembly.Module | null | undefined;

/** The loops in WebAssembly; null where a machine has no vectors. */
export function openVectors(rows: number): BandLoops | null {
  if (compiled === undefined) compiled = wasm.compileFunctions([dotsCode(), takeAwayCode(), invertCode()]);
  const stride = strideOf(rows);
  let bytes = 0;
  divideMemory(stride, (length) => {
    bytes += 8 * length;
    return new Float64Array(0);
  });
  const opened = compiled && wasm.openFunctions<Functions>(compiled, bytes);
  if (!opened) return null;
  let taken = 0;
  const memory = divideMemory(stride, (length) => {
    const own = new Float64Array(opened.buffer, taken, length);
    taken += own.byteLength;
    return own;
  });
  const { panel, sums, factors, inverses } = memory;
  const { functions } = opened;
  const place = (column: number, row: number) => panel.byteOffset + 8 * (column * stride + row);
  return {
    ...memory,
    dots: (own, from, to) =>
      functions.dots(place(own, from), place(0, from), 8 * stride, 8 * (to - from), sums.byteOffset),
    takeAway: (own, first, from, to) =>
      functions.takeAway(
        place(own, from),
        place(first, from),
        8 * stride,
        8 * (to - from),
        sums.byteOffset + 8 * first,
        blockSize - first,
      ),
    invert: () => functions.invert(factors.byteOffset, inverses.byteOffset),
  };
}
