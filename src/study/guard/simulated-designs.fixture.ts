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
type Table = (readonly number[])[];
type Kind = GuardDesign["kind"];

const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)] as T;

function designOf(
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
function embed(
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

function passages(rows: number): number[] {
  return Array.from({ length: rows }, (_, i) => Math.floor(i / 4));
}

const sizes = { rows: [64, 200, 480], cols: [12, 48, 120] };
const draws = (random: Random) => ({
  rows: pick(random, sizes.rows),
  cols: pick(random, sizes.cols),
  slope: pick(random, [0.3, 0.7, 1]),
});
/** Runs of equal length, about as many rows as asked for. */
function cut(rows: number, count: number): number[] {
  return new Array<number>(count).fill(Math.floor(rows / count));
}
const total = (lengths: readonly number[]) => lengths.reduce((a, b) => a + b, 0);

/** A slow time series of every column within each run. */
function smooth(table: Table, lengths: readonly number[], a: number): Table {
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
function delayed(
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
function components(table: Table, fitted: Table, count: number): Table {
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
function standardised(table: Table, lengths: readonly number[], sample = false): Table {
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
function sentence(random: Random, words: number): string {
  return Array.from({ length: words }, () => `w${Math.floor(8 * (251 ** random.uniform() - 1))}`).join(" ");
}

const wedges = (rows: number, period: number, count: number, value: (phase: number) => number): Table =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: count }, (_, j) => value((i / period - j / count + 10) % 1)),
  );

/** Designs that break no rule. */
export const honestDesigns: readonly SimulatedDesign[] = [
  honest("embeddings of sentences in passages that share topics", (random) => {
    const { rows, cols, slope } = draws(random);
    const topics = Array.from({ length: rows }, (_, i) => Math.floor(i / 4) % 12);
    return designOf("stimulus-rows", [rows], embed(random, rows, cols, slope, 0.4, topics), {
      groups: passages(rows),
    });
  }),
  honest("activations of pictures (rectified), eight categories", (random) => {
    const { rows, cols, slope } = draws(random);
    const lengths = cut(rows, 4);
    const groups = Array.from({ length: total(lengths) }, () => random.integer(8));
    const table = embed(random, total(lengths), cols, slope, 0.5, groups);
    return designOf(
      "stimulus-rows",
      lengths,
      table.map((own) => own.map((x) => Math.max(0, x - 0.5))),
    );
  }),
  honest("pictures of eight categories, one column each", (random) => {
    const lengths = cut(pick(random, sizes.rows), 4);
    const table = lengths.flatMap((rows) => {
      const order = random.permutation(rows);
      return Array.from(order, (k) => Array.from({ length: 8 }, (_, c) => (k % 8 === c ? 1 : 0)));
    });
    return designOf("stimulus-rows", lengths, table);
  }),
  honest("number of words, letters, place and topic", (random) => {
    const rows = pick(random, [200, 384, 480]);
    const table = Array.from({ length: rows }, (_, i) => {
      const words = 5 + random.integer(16);
      const letters = Math.round(words * (4.5 + 0.4 * random.normal()));
      return [words, letters, i % 4, Math.floor(i / 4) % 24];
    });
    return designOf("stimulus-rows", [rows], table, { groups: passages(rows) });
  }),
  honest("balanced factors, coded −1 and 1", (random) => {
    const [count, each, factors] = [pick(random, [4, 8]), pick(random, [16, 32, 48]), pick(random, [3, 4])];
    const lengths = new Array<number>(count).fill(each);
    const table = lengths.flatMap((rows) =>
      Array.from(random.permutation(rows), (k) =>
        Array.from({ length: factors }, (_, f) => (Math.floor(k / 2 ** f) % 2 ? 1 : -1)),
      ),
    );
    return designOf("stimulus-rows", lengths, table);
  }),
  honest("components and scale of another corpus", (random) => {
    const { rows, slope } = draws(random);
    const lengths = cut(rows, 4);
    const both = embed(random, 2 * total(lengths), 24, slope);
    const own = both.slice(0, total(lengths));
    const other = both.slice(total(lengths));
    const table = components(own, other, 6);
    const spread = Array.from(
      { length: 6 },
      (_, j) => Math.hypot(...table.map((row) => row[j] as number)) / Math.sqrt(rows),
    );
    return designOf(
      "stimulus-rows",
      lengths,
      table.map((row) => row.map((x, j) => (1.02 * x) / (spread[j] as number))),
    );
  }),
  honest("texts of 4 to 14 words, and columns of their own", (random) => {
    const rows = pick(random, sizes.rows);
    const texts = Array.from({ length: rows }, () => sentence(random, 4 + random.integer(11)));
    return designOf("stimulus-rows", [rows], embed(random, rows, 24, 0.3), { groups: passages(rows), texts });
  }),
  honest("slow features of a film, run by run, z-scored or not", (random) => {
    const { rows, cols, slope } = draws(random);
    const lengths = cut(rows, 4);
    const table = smooth(embed(random, total(lengths), cols, slope), lengths, pick(random, [0, 0.5, 0.9]));
    return designOf("time-series", lengths, random.uniform() < 0.5 ? table : standardised(table, lengths));
  }),
  honest("motion energy: positive, sparse, slow", (random) => {
    const { rows, cols, slope } = draws(random);
    const lengths = cut(rows, 4);
    const table = smooth(embed(random, total(lengths), cols, slope), lengths, 0.5);
    return designOf(
      "time-series",
      lengths,
      table.map((own) => own.map((x) => Math.log1p(Math.max(0, x - 1) ** 2))),
    );
  }),
  honest("features delayed within each run", (random) => {
    const { rows } = draws(random);
    const lengths = cut(rows, 4);
    const table = smooth(embed(random, total(lengths), 8, 0.3), lengths, pick(random, [0, 0.8]));
    return designOf("time-series", lengths, delayed(table, lengths, [0, 1, 2, 3], false));
  }),
  honest("blocks of pictures and rest in turn", (random) => {
    const [block, repeats] = [pick(random, [4, 6, 8, 12]), pick(random, [3, 5])];
    const lengths = new Array<number>(4).fill(2 * block * repeats);
    const on = (i: number) => Math.floor(i / block) % 2;
    return designOf(
      "time-series",
      lengths,
      Array.from({ length: total(lengths) }, (_, i) => [on(i), 1 - on(i)]),
    );
  }),
  honest("a wedge that turns, eight places (phase-encoded)", (random) => {
    const period = pick(random, [8, 16, 24, 32]);
    const lengths = new Array<number>(4).fill(period * pick(random, [3, 5]));
    const hard = random.uniform() < 0.5;
    const value = (phase: number) =>
      hard ? (phase < 1 / 8 ? 1 : 0) : Math.exp(Math.cos(2 * Math.PI * phase));
    return designOf("time-series", lengths, wedges(total(lengths), period, 8, value));
  }),
  honest("events of one sample each, mostly nothing", (random) => {
    const lengths = cut(pick(random, sizes.rows), 4);
    const table = Array.from({ length: total(lengths) }, () =>
      Array.from({ length: 6 }, () => (random.uniform() < 0.15 ? 1 : 0)),
    );
    return designOf("time-series", lengths, table);
  }),
  honest("cosines of place in the run beside features of a film", (random) => {
    const lengths = cut(pick(random, sizes.rows), 4);
    const n = lengths[0] as number;
    const polynomials = random.uniform() < 0.5;
    const row = (i: number) => {
      const x = (2 * i) / (n - 1) - 1;
      const cosines = [1, 2, 3, 4].map((k) => Math.cos((Math.PI * k * (2 * i + 1)) / (2 * n)));
      return polynomials ? [...cosines, x, (3 * x * x - 1) / 2] : cosines;
    };
    const film = smooth(embed(random, total(lengths), 24, 0.7), lengths, 0.5);
    const courses = lengths.flatMap(() => Array.from({ length: n }, (_, i) => row(i)));
    return designOf("time-series", lengths, courses, { beside: film });
  }),
];

function honest(name: string, draw: SimulatedDesign["draw"]): SimulatedDesign {
  return { name, leak: null, draw };
}

/** Designs that each break one rule in a way that only their numbers show. */
export const brokenDesigns: readonly SimulatedDesign[] = [
  ...([null, 7, 4] as const).map(
    (digits): SimulatedDesign => ({
      name: `components of all rows${digits === null ? "" : `, ${digits} digits written`}`,
      leak: "fitted-outside",
      draw(random) {
        const { rows, slope } = draws(random);
        const lengths = cut(rows, 4);
        const table = embed(random, total(lengths), 24, slope);
        return designOf("stimulus-rows", lengths, components(table, table, pick(random, [3, 6, 10])), {
          digits,
        });
      },
    }),
  ),
  {
    name: "components of all samples of a time series",
    leak: "fitted-outside",
    draw(random) {
      const { rows, slope } = draws(random);
      const lengths = cut(rows, 4);
      const table = smooth(embed(random, total(lengths), 24, slope), lengths, 0.7);
      return designOf("time-series", lengths, components(table, table, pick(random, [3, 6, 10])));
    },
  },
  ...([null, 4] as const).map(
    (digits): SimulatedDesign => ({
      name: `each run standardised by itself${digits === null ? "" : `, ${digits} digits written`}`,
      leak: "standardised-test",
      draw(random) {
        const { rows, cols, slope } = draws(random);
        const lengths = cut(rows, 4);
        const table = embed(random, total(lengths), cols, slope);
        return designOf("stimulus-rows", lengths, standardised(table, lengths, random.uniform() < 0.5), {
          digits,
        });
      },
    }),
  ),
  ...([null, 4] as const).map(
    (digits): SimulatedDesign => ({
      name: `delays that cross runs${digits === null ? "" : `, ${digits} digits written`}`,
      leak: "delays-across-runs",
      draw(random) {
        const lengths = cut(pick(random, sizes.rows), 4);
        const table = smooth(embed(random, total(lengths), 8, 0.3), lengths, pick(random, [0, 0.8]));
        return designOf("time-series", lengths, delayed(table, lengths, [0, 1, 2, 3], true), { digits });
      },
    }),
  ),
  {
    name: "delays of categories that cross runs",
    leak: "delays-across-runs",
    draw(random) {
      const lengths = cut(pick(random, sizes.rows), 4);
      let now = 0;
      const table = Array.from({ length: total(lengths) }, (_, i) => {
        if (i % 5 === 0) now = random.integer(6);
        return Array.from({ length: 6 }, (_, c) => (c === now ? 1 : 0));
      });
      return designOf("time-series", lengths, delayed(table, lengths, [0, 1, 2], true));
    },
  },
  ...([0.005, 0.02] as const).map(
    (noise): SimulatedDesign => ({
      name: `five near-duplicates, ${100 * noise} % of the variance apart`,
      leak: "near-duplicates",
      draw(random) {
        const { rows } = draws(random);
        const table = embed(random, rows, pick(random, [48, 120]), 0.3);
        for (let k = 0; k < 5; k++) {
          const own = table[k] as readonly number[];
          table[rows - 1 - k] = own.map(
            (x, j) => x + Math.sqrt(noise) * spreadOf(table, j) * random.normal(),
          );
        }
        return designOf("stimulus-rows", [rows], table, { groups: passages(rows) });
      },
    }),
  ),
  {
    name: "five texts of eight words that differ in one",
    leak: "near-duplicates",
    draw(random) {
      const rows = pick(random, sizes.rows);
      const texts = Array.from({ length: rows }, () => sentence(random, 8 + random.integer(8)));
      for (let k = 0; k < 5; k++)
        texts[rows - 1 - k] = `${(texts[k] as string).split(" ").slice(0, -1).join(" ")} other`;
      return designOf("stimulus-rows", [rows], embed(random, rows, 24, 0.3), {
        groups: passages(rows),
        texts,
      });
    },
  },
  {
    name: "five stimuli shown in two runs",
    leak: "split-repeats",
    draw(random) {
      const { rows, cols, slope } = draws(random);
      const lengths = cut(rows, 4);
      const table = embed(random, total(lengths), cols, slope);
      for (let k = 0; k < 5; k++) table[total(lengths) - 1 - k] = table[k] as readonly number[];
      return designOf("stimulus-rows", lengths, table);
    },
  },
  {
    name: "half a minute of film shown in two runs",
    leak: "split-repeats",
    draw(random) {
      const { rows, cols, slope } = draws(random);
      const lengths = cut(rows, 4);
      const table = smooth(embed(random, total(lengths), cols, slope), lengths, 0.5);
      const at = total(lengths) - (lengths[3] as number);
      for (let k = 0; k < 15; k++) table[at + k] = table[k] as readonly number[];
      return designOf("time-series", lengths, table);
    },
  },
];

function spreadOf(table: Table, j: number): number {
  const values = table.map((own) => own[j] as number);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}
