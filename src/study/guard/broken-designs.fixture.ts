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
