import { type Features, matrix, type Random } from "../../core/index.ts";
import { makeFolds } from "../../encoding/index.ts";
import type { GuardDesign, GuardSpace } from "./design.ts";
import type { RuleName } from "./finding.ts";
import { identifyStimuli } from "./identify-stimuli.ts";

/** Designs whose leaks are known, to measure how often the guard is wrong where it recognises a leak by the numbers alone. */
export interface SimulatedDesign {
  readonly name: string;
  /** The rule that must find it; null: honest, no rule may. */
  readonly leak: RuleName | null;
  draw(random: Random): GuardDesign;
}

/** Columns of one space, row by row. */
export type Table = (readonly number[])[];
export type Kind = GuardDesign["kind"];

export const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)] as T;

export function designOf(
  kind: Kind,
  lengths: readonly number[],
  table: Table,
  {
    groups = null,
    texts = null,
    digits = null,
    beside = null,
  }: {
    /** Another space. */
    readonly beside?: Table | null;
    readonly groups?: readonly number[] | null;
    readonly texts?: readonly string[] | null;
    /** Significant digits that the file keeps; null: float32. */
    readonly digits?: number | null;
  } = {},
): GuardDesign {
  const written = (x: number) => (digits === null ? Math.fround(x) : Number(x.toPrecision(digits)));
  const starts = lengths.map((_, r) => lengths.slice(0, r).reduce((a, b) => a + b, 0));
  const cutRuns = (all: Table) =>
    lengths.map((rows, r): Features => {
      const own = all.slice(starts[r], (starts[r] as number) + rows);
      return matrix(
        ["samples", "features"],
        rows,
        all[0]?.length ?? 0,
        Float64Array.from(own.flat(), written),
      );
    });
  const runOf = Int32Array.from(lengths.flatMap((rows, r) => new Array<number>(rows).fill(r)));
  const spaces: GuardSpace[] = [
    { name: "model", ready: true, runs: cutRuns(table) },
    ...(beside ? [{ name: "beside", ready: true, runs: cutRuns(beside) }] : []),
  ];
  const count = Math.max(2, Math.min(4, lengths.length));
  const groupOf = groups && Int32Array.from(groups);
  const folds = makeFolds(runOf, { folds: count, gap: 0, ...(groupOf && { groups: groupOf }) });
  return {
    kind,
    outerFolds: count,
    runs: lengths.map((_, r) => ({ id: `run-${r + 1}`, role: "train" })),
    runOf,
    onset: null, // gaps are counted, not recognised
    groupOf,
    stimulusOf: identifyStimuli(kind, spaces, runOf.length, null),
    texts,
    folds: folds.map((fold, f) => ({ ...fold, name: `fold ${f + 1}`, inner: [] })),
    spaces,
    steps: [],
    zscoredRows: false,
    targets: 10,
  };
}

/** Rows of a power-law spectrum (component k has variance k^−slope) mixed into columns, as embeddings and activations have. */
export function embed(
  random: Random,
  rows: number,
  cols: number,
  slope: number,
  share = 0,
  groups: readonly number[] = [],
): Table {
  const inner = Math.min(cols, 60);
  const mix = Array.from({ length: inner * cols }, () => random.normal());
  const scale = Array.from({ length: inner }, (_, k) => (k + 1) ** (-slope / 2));
  const draw = () => scale.map((s) => s * random.normal());
  const centres = new Map<number, number[]>();
  return Array.from({ length: rows }, (_, i) => {
    const group = groups[i] ?? -1 - i;
    if (!centres.has(group)) centres.set(group, draw());
    const centre = centres.get(group) as number[];
    const own = draw().map((x, k) => Math.sqrt(share) * (centre[k] as number) + Math.sqrt(1 - share) * x);
    return Array.from({ length: cols }, (_, j) =>
      own.reduce((sum, x, k) => sum + x * (mix[k * cols + j] as number), 0),
    );
  });
}

export function passages(rows: number): number[] {
  return Array.from({ length: rows }, (_, i) => Math.floor(i / 4));
}

export const sizes = { rows: [64, 200, 480], cols: [12, 48, 120] };
export const draws = (random: Random) => ({
  rows: pick(random, sizes.rows),
  cols: pick(random, sizes.cols),
  slope: pick(random, [0.3, 0.7, 1]),
});
/** Runs of equal length, about as many rows as asked for. */
export function cut(rows: number, count: number): number[] {
  return new Array<number>(count).fill(Math.floor(rows / count));
}
export const total = (lengths: readonly number[]) => lengths.reduce((a, b) => a + b, 0);

/** A slow time series of every column within each run. */
export function smooth(table: Table, lengths: readonly number[], a: number): Table {
  let row = 0;
  return lengths.flatMap((rows) => {
    let before: readonly number[] | null = null;
    return Array.from({ length: rows }, () => {
      const own = table[row++] as readonly number[];
      const last = before;
      before = last === null ? own : own.map((x, j) => a * (last[j] as number) + Math.sqrt(1 - a * a) * x);
      return before;
    });
  });
}

/** Columns beside their copies some samples later, of the whole series or of each run by itself. */
export function delayed(
  table: Table,
  lengths: readonly number[],
  delays: readonly number[],
  across: boolean,
): Table {
  const starts = lengths.flatMap((rows, r) =>
    new Array<number>(rows).fill(lengths.slice(0, r).reduce((sum, n) => sum + n, 0)),
  );
  return table.map((own, i) =>
    delays.flatMap((d) => {
      const from = i - d;
      return from >= (across ? 0 : (starts[i] as number))
        ? [...(table[from] as readonly number[])]
        : own.map(() => 0);
    }),
  );
}

/** Scores of all rows on the principal components of `fitted` rows. */
export function components(table: Table, fitted: Table, count: number): Table {
  const cols = table[0]?.length ?? 0;
  const means = Array.from(
    { length: cols },
    (_, j) => fitted.reduce((sum, own) => sum + (own[j] as number), 0) / fitted.length,
  );
  const centred = (rows: Table) => rows.map((own) => own.map((x, j) => x - (means[j] as number)));
  const X = centred(fitted);
  const axes = axesOf(
    Array.from({ length: cols }, (_, a) =>
      Array.from({ length: cols }, (_, b) =>
        X.reduce((sum, own) => sum + (own[a] as number) * (own[b] as number), 0),
      ),
    ),
  ).slice(0, count);
  return centred(table).map((own) =>
    axes.map((axis) => axis.reduce((sum, x, j) => sum + x * (own[j] as number), 0)),
  );
}

/** Eigenvectors of a symmetric matrix, the largest value first, by Jacobi's rotations. */
function axesOf(given: readonly (readonly number[])[]): number[][] {
  const n = given.length;
  const A = given.map((row) => [...row]);
  const V = A.map((_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const turn = (M: number[][], p: number, q: number, c: number, s: number) => {
    for (const row of M) {
      const [x, y] = [row[p] as number, row[q] as number];
      row[p] = c * x - s * y;
      row[q] = s * x + c * y;
    }
  };
  for (let sweep = 0; sweep < 12; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const [P, Q] = [A[p] as number[], A[q] as number[]];
        const angle = 0.5 * Math.atan2(2 * (P[q] as number), (Q[q] as number) - (P[p] as number));
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        turn(A, p, q, c, s);
        for (let j = 0; j < n; j++) {
          const [x, y] = [P[j] as number, Q[j] as number];
          P[j] = c * x - s * y;
          Q[j] = s * x + c * y;
        }
        turn(V, p, q, c, s);
      }
  const order = Array.from({ length: n }, (_, k) => k).sort(
    (a, b) => (A[b]?.[b] as number) - (A[a]?.[a] as number),
  );
  return order.map((k) => V.map((row) => row[k] as number));
}

/** Each run, or the whole, with mean 0 and spread 1 by its own rows. */
export function standardised(table: Table, lengths: readonly number[], sample = false): Table {
  let start = 0;
  return lengths.flatMap((rows) => {
    const own = table.slice(start, start + rows);
    start += rows;
    const stats = (own[0] ?? []).map((_, j) => {
      const mean = own.reduce((sum, row) => sum + (row[j] as number), 0) / rows;
      const squares = own.reduce((sum, row) => sum + ((row[j] as number) - mean) ** 2, 0);
      return { mean, spread: Math.sqrt(squares / (rows - (sample ? 1 : 0))) };
    });
    return own.map((row) => row.map((x, j) => (x - (stats[j]?.mean ?? 0)) / (stats[j]?.spread || 1)));
  });
}

/** Words of an uneven vocabulary (word k of 2,000 about as often as 1 / (k + 8)). */
export function sentence(random: Random, words: number): string {
  return Array.from({ length: words }, () => `w${Math.floor(8 * (251 ** random.uniform() - 1))}`).join(" ");
}
