import { stackRows } from "../../core/index.ts";
import type { GuardDesign } from "./design.ts";
import { type FilmCopy, findFilmCopies } from "./film-copies.ts";
import { type Rule, sortRows } from "./finding.ts";
import { percent } from "./percent.ts";

/** Squared distance of two stimuli, as a share of what two unrelated ones have, below which they count as near-duplicates. */
const nearShare = 0.05;
/** Independent directions that features must span before distances tell stimuli apart: with 16 Gaussian ones, chance brings
 * two unrelated stimuli of a thousand so near in 1 of 180 studies (χ² with 16 degrees of freedom at most .8). */
const fewestDirections = 16;
/** Words that two texts share, as a share of all their words. */
const nearWords = 0.8;
const mostColumns = 128;
const mostProducts = 5e8;

/** Stimuli that are nearly the same are not on both sides: by the distance of their features, by the words of their texts, and by how films look. */
export const nearDuplicates: Rule<GuardDesign> = {
  name: "near-duplicates",
  keeps: "stimuli that are nearly the same are never trained and tested on",
  unseen(design) {
    if (design.films) return null;
    if (design.kind !== "stimulus-rows") return "samples of a time series are alike by nature";
    const { directions } = standardise(design);
    return directions >= fewestDirections || design.texts !== null
      ? null
      : `the features span ${directions.toFixed(0)} directions, too few to tell stimuli apart (${fewestDirections} are needed); name a list of texts in \`labels\``;
  },
  find(design) {
    const near: Near = new Map();
    byFilms(design, near);
    for (const { train, test } of design.kind === "stimulus-rows" ? design.folds : []) {
      byFeatures(design, train, test, near);
      byWords(design, train, test, near);
    }
    if (near.size === 0) return [];
    const what = design.kind === "stimulus-rows" ? "stimuli have" : "samples show what has";
    const worst = [...near].sort(([, a], [, b]) => a.size - b.size).slice(0, 2);
    const tested = design.folds.reduce((sum, { test }) => sum + test.length, 0);
    return [
      {
        rule: "near-duplicates",
        what: `${near.size} held-out ${what} a near-duplicate among the training rows (${worst.map(([row, twin]) => `row ${row + 1} and row ${twin.row + 1}: ${twin.how}`).join("; ")})`,
        rows: sortRows(near.keys()),
        why: `${percent(near.size, tested)} of the held-out rows can be predicted by remembering the training row nearest to them`,
        repair: "outer.groups: give near-duplicates one label, or leave one of them out",
      },
    ];
  },
};

type Near = Map<number, { readonly row: number; readonly how: string; readonly size: number }>;

function byFeatures(design: GuardDesign, train: Int32Array, test: Int32Array, near: Near): void {
  const { X, cols, directions } = standardise(design);
  if (directions < fewestDirections) return;
  const stride = Math.max(1, Math.ceil((train.length * test.length * cols) / mostProducts));
  const limit = nearShare * 2 * cols;
  for (let k = 0; k < test.length; k += stride) {
    const row = test[k] as number;
    for (const other of train) {
      let d = 0;
      for (let j = 0; j < cols && d <= limit; j++)
        d += ((X[row * cols + j] as number) - (X[other * cols + j] as number)) ** 2;
      if (d > limit || sameStimulus(design, row, other)) continue;
      const size = d / (2 * cols);
      if (size < (near.get(row)?.size ?? 1))
        near.set(row, {
          row: other,
          size,
          how: `features ${size < 5e-4 ? "equal to rounding" : `at ${(100 * size).toFixed(1)} % of the usual squared distance`}`,
        });
    }
  }
}

function byFilms(design: GuardDesign, near: Near): void {
  if (!design.films) return;
  const twins = new Map<number, FilmCopy[]>();
  for (const { row, twin, ...rest } of findFilmCopies(design.films))
    for (const [a, b] of [
      [row, twin],
      [twin, row],
    ] as const)
      twins.set(a, [...(twins.get(a) ?? []), { row: a, twin: b, ...rest }]);
  for (const { train, test } of twins.size > 0 ? design.folds : []) {
    const known = new Set(train);
    for (const row of test)
      for (const { twin, bits, seconds } of twins.get(row) ?? []) {
        const size = bits / 128;
        if (!known.has(twin) || sameStimulus(design, row, twin) || size >= (near.get(row)?.size ?? 1))
          continue;
        near.set(row, {
          row: twin,
          size,
          how: `frames alike for ${seconds} s, ${bits.toFixed(1)} of 128 bits apart`,
        });
      }
  }
}

function sameStimulus({ stimulusOf }: GuardDesign, a: number, b: number): boolean {
  return stimulusOf !== null && (stimulusOf[a] as number) >= 0 && stimulusOf[a] === stimulusOf[b];
}

const made = new WeakMap<GuardDesign, { X: Float64Array; cols: number; directions: number }>();

/** Columns of all spaces (evenly chosen beyond 128), mean 0 and spread 1, and how many independent directions they span: the participation
 * ratio of their correlation matrix. */
function standardise(design: GuardDesign) {
  const known = made.get(design);
  if (known) return known;
  const rows = design.runOf.length;
  const wholes = design.spaces.map(({ runs }) => stackRows(runs));
  const total = wholes.reduce((sum, own) => sum + own.cols, 0);
  const stride = Math.max(1, Math.ceil(total / mostColumns));
  const columns: Float64Array[] = [];
  let place = 0;
  for (const own of wholes)
    for (let j = 0; j < own.cols; j++) {
      if (place++ % stride !== 0) continue;
      const column = Float64Array.from({ length: rows }, (_, i) => own.data[i * own.cols + j] as number);
      const mean = column.reduce((a, b) => a + b, 0) / rows;
      const spread = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / rows);
      if (spread > 1e-12) columns.push(column.map((value) => (value - mean) / spread));
    }
  let squares = 0;
  for (const a of columns)
    for (const b of columns) {
      let r = 0;
      for (let i = 0; i < rows; i++) r += ((a[i] as number) * (b[i] as number)) / rows;
      squares += r * r;
    }
  const cols = columns.length;
  const X = new Float64Array(rows * cols);
  for (const [j, column] of columns.entries())
    for (let i = 0; i < rows; i++) X[i * cols + j] = column[i] as number;
  const out = { X, cols, directions: squares > 0 ? (cols * cols) / squares : 0 };
  made.set(design, out);
  return out;
}

function byWords(design: GuardDesign, train: Int32Array, test: Int32Array, near: Near): void {
  const { texts } = design;
  if (texts === null) return;
  const words = texts.map((text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []));
  for (const row of test)
    for (const other of train) {
      const [a, b] = [words[row] as Set<string>, words[other] as Set<string>];
      if (Math.min(a.size, b.size) < 4 || sameStimulus(design, row, other)) continue;
      let both = 0;
      for (const word of a) if (b.has(word)) both++;
      const share = both / (a.size + b.size - both);
      if (share >= nearWords && !near.has(row))
        near.set(row, {
          row: other,
          size: 1 - share,
          how: `${Math.round(100 * share)} % of their words shared`,
        });
    }
}
