import { wasm } from "../../core/index.ts";
import { blockSize } from "./graphs.ts";

const { arithmetic, get, int, load, ones, plus, set, stepTo, store, zeros } = wasm;
const { twoDoubles } = arithmetic;

/** Systems whose blocks are worked on side by side, number by number. */
export const abreast = 4;

/** Functions of the module; addresses and lengths in bytes. */
export interface Functions {
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

const four = [0, 1, 2, 3] as const;

/** Four columns at a time: column c begins at `bases[c]`. */
export function dotsCode(): wasm.Func {
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

export function takeAwayCode(): wasm.Func {
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
const [step, row, down] = [8 * abreast, 8 * abreast * blockSize, 8 * abreast * (blockSize + 1)];

/** One number of four systems is two vectors. */
export function invertCode(): wasm.Func {
  const [factors, inverses, own, other, at, x, y, end, start, pivot] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ] as const;
  const totals = [10, 11] as const;
  const both = (make: (q: 0 | 1, offset: number) => wasm.Code) => [...make(0, 0), ...make(1, 16)];
  const begin = (value: (offset: number) => wasm.Code) => both((q, offset) => set(totals[q], value(offset)));
  /** totals −= Σ of what lies from x on, before `last`, times what lies from `second` on. */
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
