import type { Numbers } from "./ndarray.ts";

/** Places of all cells of a grid that a part touches, the last axis fastest. */
export function* gridOf(
  from: readonly number[],
  to: readonly number[],
  cell: readonly number[],
): Generator<number[]> {
  if (to.some((end, d) => end <= (from[d] as number))) return;
  const first = from.map((k, d) => Math.floor(k / (cell[d] as number)));
  const last = to.map((k, d) => Math.ceil(k / (cell[d] as number)) - 1);
  const at = [...first];
  for (;;) {
    yield [...at];
    let d = at.length - 1;
    while (d >= 0 && at[d] === last[d]) {
      at[d] = first[d] as number;
      d--;
    }
    if (d < 0) return;
    at[d] = (at[d] as number) + 1;
  }
}

/** A box of a larger array: its sizes, and where it begins. */
export interface Box {
  readonly shape: readonly number[];
  readonly start: readonly number[];
}

/** Copy what two boxes have in common, row-major both. @param numbers those of `a`, or one number that stands everywhere. */
export function copyPart(numbers: Numbers | number, a: Box, out: Numbers, b: Box): void {
  const low = a.start.map((k, d) => Math.max(k, b.start[d] as number));
  const high = a.start.map((k, d) =>
    Math.min(k + (a.shape[d] as number), (b.start[d] as number) + (b.shape[d] as number)),
  );
  const axes = a.shape.length;
  const copy = (d: number, from: number, to: number): void => {
    const count = d < axes ? (high[d] as number) - (low[d] as number) : 1;
    const begin = d < axes ? (low[d] as number) : 0;
    const [p, q] = d < axes ? [begin - (a.start[d] as number), begin - (b.start[d] as number)] : [0, 0];
    const source = from * (a.shape[d] ?? 1) + p;
    const target = to * (b.shape[d] ?? 1) + q;
    if (d < axes - 1) for (let k = 0; k < count; k++) copy(d + 1, source + k, target + k);
    else if (typeof numbers === "number") out.fill(numbers, target, target + count);
    else out.set(numbers.subarray(source, source + count), target);
  };
  copy(0, 0, 0);
}
