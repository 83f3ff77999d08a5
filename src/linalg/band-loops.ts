import { wasm } from "../core/index.ts";
import { blockSize } from "./band-graphs.ts";

const { arithmetic, get, int, load, ones, plus, set, stepTo, store, zeros } = wasm;

/** Systems whose blocks lie in `factors` and `inverses`, number by number side by side. */
export const abreast = 4;
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

/** Functions of the module; addresses and lengths in bytes. */
interface Functions {
  dots(own: number, columns: number, stride: number, length: number, sums: number): void;
  takeAway(
    own: number,
    columns: number,
    stride: number,
    length: number,
    factors: number,
    count: number,
  ): void;
  invert(factors: number, inverses: number): void;
}

let compiled: WebAssembly.Module | null | undefined;

/** The loops in WebAssembly; null where a machine has no vectors. */
export function openVectors(rows: number): BandLoops | null {
  compiled ??= wasm.compileFunctions([dotsCode(), takeAwayCode(), invertCode()]);
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

const { twoDoubles } = arithmetic;
const four = [0, 1, 2, 3] as const;

/** Four columns at a time: column c begins at `bases[c]`. */
function dotsCode(): wasm.Func {
  const [own, columns, stride, length, sums, k, c] = [0, 1, 2, 3, 4, 5, 6] as const;
  const bases = [columns, 7, 8, 9] as const;
  const [x, totals] = [10, [11, 12, 13, 14]] as const;
  const body = stepTo(c, int(blockSize), 4, [
    ...nextBases(bases, stride),
    ...four.flatMap((q) => set(totals[q], zeros)),
    ...set(k, int(0)),
    ...stepTo(k, get(length), 16, [
      ...set(x, load.vector(plus(get(own), get(k)))),
      ...four.flatMap((q) => {
        const product = twoDoubles.times(get(x), load.vector(plus(get(bases[q]), get(k))));
        return set(totals[q], twoDoubles.plus(get(totals[q]), product));
      }),
    ]),
    ...four.flatMap((q) => store.double(get(sums), twoDoubles.sum(get(totals[q])), 8 * q)),
    ...set(sums, plus(get(sums), int(32))),
    ...set(columns, plus(get(bases[3]), get(stride))),
  ]);
  return { name: "dots", params: 5, locals: 5, vectors: 5, body };
}

function takeAwayCode(): wasm.Func {
  const [own, columns, stride, length, factors, count, k, c] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const bases = [columns, 8, 9, 10] as const;
  const [x, scales] = [11, [12, 13, 14, 15]] as const;
  const body = stepTo(c, get(count), 4, [
    ...nextBases(bases, stride),
    ...four.flatMap((q) => set(scales[q], load.twice(get(factors), 8 * q))),
    ...set(k, int(0)),
    ...stepTo(k, get(length), 16, [
      ...set(x, load.vector(plus(get(own), get(k)))),
      ...four.flatMap((q) => {
        const at = plus(get(bases[q]), get(k));
        return store.vector(at, twoDoubles.minus(load.vector(at), twoDoubles.times(get(scales[q]), get(x))));
      }),
    ]),
    ...set(factors, plus(get(factors), int(32))),
    ...set(columns, plus(get(bases[3]), get(stride))),
  ]);
  return { name: "takeAway", params: 6, locals: 5, vectors: 5, body };
}

function nextBases(bases: readonly [number, number, number, number], stride: number): wasm.Code {
  return [1, 2, 3].flatMap((q) => set(bases[q] as number, plus(get(bases[q - 1] as number), get(stride))));
}

/** Bytes of one number of four systems, of a row, and of a row and one number. */
const [step, row, down] = [8 * abreast, 8 * line, 8 * diagonal];

/** One number of four systems is two vectors. */
function invertCode(): wasm.Func {
  const [factors, inverses, own, other, at, x, y, end, start, pivot] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ] as const;
  const totals = [10, 11] as const;
  const both = (make: (q: 0 | 1, offset: number) => wasm.Code) => [...make(0, 0), ...make(1, 16)];
  const begin = (value: (offset: number) => wasm.Code) => both((q, offset) => set(totals[q], value(offset)));
  /** totals −= Σ of what lies from x on, before `last`, times what lies from `with_` on. */
  const reduce = (last: wasm.Code, second: number) =>
    stepTo(x, last, step, [
      ...both((q, offset) => {
        const product = twoDoubles.times(load.vector(get(x), offset), load.vector(get(second), offset));
        return set(totals[q], twoDoubles.minus(get(totals[q]), product));
      }),
      ...(second === x ? [] : set(second, plus(get(second), int(step)))),
    ]);
  const divide = (by: number) =>
    both((q, offset) =>
      store.vector(get(at), twoDoubles.over(get(totals[q]), load.vector(get(by), offset)), offset),
    );
  const factorRow = [
    ...set(at, get(own)),
    ...set(other, get(factors)),
    ...set(pivot, get(factors)),
    ...stepTo(other, get(own), row, [
      ...begin((offset) => load.vector(get(at), offset)),
      ...set(x, get(own)),
      ...set(y, get(other)),
      ...reduce(get(at), y),
      ...divide(pivot),
      ...set(at, plus(get(at), int(step))),
      ...set(pivot, plus(get(pivot), int(down))),
    ]),
    ...begin((offset) => load.vector(get(at), offset)),
    ...set(x, get(own)),
    ...reduce(get(at), x),
    ...both((q, offset) => store.vector(get(at), twoDoubles.root(get(totals[q])), offset)),
  ];
  /** `own` is a row of the inverses, `other` and `end` the diagonal numbers of inverses and factors. */
  const inverseRow = [
    ...set(at, get(other)),
    ...set(pivot, get(end)),
    ...begin(() => ones),
    ...divide(pivot),
    ...set(start, plus(get(end), int(row))),
    ...set(pivot, plus(get(pivot), int(down))),
    ...set(at, plus(get(at), int(step))),
    ...stepTo(at, plus(get(own), int(row)), step, [
      ...begin(() => zeros),
      ...set(x, get(start)),
      ...set(y, get(other)),
      ...reduce(get(pivot), y),
      ...divide(pivot),
      ...set(start, plus(get(start), int(row))),
      ...set(pivot, plus(get(pivot), int(down))),
    ]),
    ...set(other, plus(get(other), int(down))),
    ...set(end, plus(get(end), int(down))),
  ];
  const body = [
    ...set(own, get(factors)),
    ...stepTo(own, plus(get(factors), int(row * blockSize)), row, factorRow),
    ...set(own, get(inverses)),
    ...set(other, get(inverses)),
    ...set(end, get(factors)),
    ...stepTo(own, plus(get(inverses), int(row * blockSize)), row, inverseRow),
  ];
  return { name: "invert", params: 2, locals: 8, vectors: 2, body };
}
