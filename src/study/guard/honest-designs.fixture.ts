import {
  components,
  cut,
  delayed,
  designOf,
  draws,
  embed,
  passages,
  pick,
  type SimulatedDesign,
  sentence,
  sizes,
  smooth,
  standardised,
  type Table,
  total,
} from "./simulated-designs.fixture.ts";

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
