import { EncodingError } from "../core/index.ts";

/** How much of the spread of a value goes with each of several choices. */
export interface MainEffects {
  /** Of each choice: share of the total sum of squares that it explains beyond all other choices. NaN where nothing varies. */
  readonly shares: readonly number[];
  /** What no choice explains by itself: the choices together with one another (interactions). */
  readonly rest: number;
  /** What several choices explain and none alone; 0 where every combination stands equally often. */
  readonly overlap: number;
  /** Total sum of squares about the mean. */
  readonly total: number;
}

/** Split the sum of squares of a value over combinations of choices into the main effect of each choice and the rest.
 *
 * The model is additive, fitted by least squares; a choice's share is what the fit loses without it. In a full cross the shares and
 * `rest` sum to 1. A description of these combinations: they are no sample, so that there is no test.
 * @param values one a combination; NaN leaves it out. @param picks of each combination, the place of the alternative of each choice.
 * @throws EncodingError "shape" if the two differ in length.
 * @source sums of squares of type II, Fisher 1925. */
export function mainEffects(values: ArrayLike<number>, picks: readonly (readonly number[])[]): MainEffects {
  if (values.length !== picks.length)
    throw new EncodingError(
      "shape",
      `mainEffects: each value needs its picks; got ${values.length} values and ${picks.length} picks.`,
    );
  const rows = picks.flatMap((pick, k) =>
    Number.isFinite(values[k]) ? [{ y: values[k] as number, pick }] : [],
  );
  const choices = rows[0]?.pick.map((_, c) => c) ?? [];
  const mean = rows.reduce((sum, { y }) => sum + y, 0) / Math.max(1, rows.length);
  const y = Float64Array.from(rows, (row) => row.y - mean);
  const total = squares(y);
  const scale = rows.reduce((sum, row) => sum + row.y ** 2, 0);
  if (!(total > 1e-24 * scale))
    return { shares: choices.map(() => Number.NaN), rest: Number.NaN, overlap: Number.NaN, total: 0 };
  const explained = (own: readonly number[]) =>
    projected(
      y,
      own.flatMap((c) => indicators(rows, c)),
    );
  const all = explained(choices);
  const shares = choices.map(
    (c) => Math.max(0, all - explained(choices.filter((other) => other !== c))) / total,
  );
  const overlap = Math.max(0, all / total - shares.reduce((a, b) => a + b, 0));
  return { shares, rest: Math.max(0, 1 - all / total), overlap, total };
}

/** Centred indicator columns of the alternatives of one choice. */
function indicators(rows: readonly { readonly pick: readonly number[] }[], choice: number): Float64Array[] {
  const seen = [...new Set(rows.map(({ pick }) => pick[choice] as number))];
  return seen.map((alternative) => {
    const column = Float64Array.from(rows, ({ pick }) => (pick[choice] === alternative ? 1 : 0));
    const share = column.reduce((a, b) => a + b, 0) / rows.length;
    return column.map((value) => value - share);
  });
}

/** Sum of squares of the projection of y on the span of columns (Gram-Schmidt, done twice). */
function projected(y: Float64Array, columns: readonly Float64Array[]): number {
  const basis: Float64Array[] = [];
  let sum = 0;
  for (const column of columns) {
    const rest = Float64Array.from(column);
    for (let pass = 0; pass < 2; pass++)
      for (const q of basis) {
        const weight = dot(rest, q);
        for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] as number) - weight * (q[i] as number);
      }
    const norm = Math.sqrt(squares(rest));
    if (!(norm > 1e-9 * Math.sqrt(squares(column)))) continue;
    const q = rest.map((value) => value / norm);
    basis.push(q);
    sum += dot(y, q) ** 2;
  }
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

function squares(a: Float64Array): number {
  return dot(a, a);
}
