import type { Random } from "../core/index.ts";
import type { Cell, Comparison, Equivalence, Estimate, RegionScore, TargetScores } from "./result.ts";

export function makeCell(
  random: Random,
  region: string,
  space: string,
  size: number,
  people: number,
  ceiling: number,
): Cell {
  const perPerson = Array.from(
    { length: people },
    () => size + (size > 0 ? 0.15 * size : 0.003) * random.normal() - (size > 0 ? 0 : 0.001),
  );
  const mean = average(perPerson);
  const estimate = (value: number): Estimate => ({
    mean: value,
    low: value - (size > 0 ? 0.3 * size : 0.004),
    high: value + (size > 0 ? 0.25 * size : 0.004),
  });
  return {
    region,
    space,
    alone: estimate(1.2 * mean),
    aloneR: estimate(Math.sign(mean) * Math.sqrt(Math.abs(1.2 * mean))),
    unique: estimate(mean),
    shared: estimate(0.05),
    split: estimate(1.1 * mean),
    uniqueShareOfCeiling: mean / ceiling,
    perPerson,
    p: size > 0 ? 2 ** -people : 0.6,
    pCorrected: size > 0 ? 0.0234375 : 1,
    inFavour: perPerson.filter((value) => value > 0).length,
    significant: size > 0,
    equivalence: excluding(1.2 * size + 0.004),
  };
}

/** Differences of `bound` and more are excluded; no margin is named. */
export function excluding(bound: number): Equivalence {
  return { bound, p: Number.NaN, pCorrected: Number.NaN, equivalent: false };
}

export function makeRegion(
  random: Random,
  region: string,
  size: number,
  people: number,
  ceiling: number,
): RegionScore {
  const center = size > 0 ? 0.6 : 0;
  const perPerson = Array.from({ length: people }, () => center + 0.03 * random.normal());
  const r = average(perPerson);
  const known = center > 0 ? ceiling : ceiling * 0;
  return {
    region,
    targets: 16,
    r: { mean: r, low: r - 0.05, high: r + 0.05 },
    r2: { mean: r * Math.abs(r), low: r * Math.abs(r) - 0.04, high: r * Math.abs(r) + 0.04 },
    ceiling: known,
    ccNorm: known > 0 ? r / Math.sqrt(known) : Number.NaN,
    perPerson,
    ceilingPerPerson: perPerson.map(() => known + 0.02 * random.normal()),
    p: size > 0 ? 2 ** -people : 0.5,
    pCorrected: size > 0 ? 0.0045 : 0.5,
    inFavour: perPerson.filter((value) => value > 0).length,
    significant: size > 0,
  };
}

export function makeTargets(
  random: Random,
  participant: string,
  regions: number,
  spaces: number,
  each: number,
  ceiling: number,
): TargetScores {
  const count = regions * each;
  const draw = (scale: number, shift = 0) =>
    Float64Array.from({ length: count }, () => shift + scale * random.normal());
  const bands = () => Array.from({ length: spaces }, () => draw(0.05));
  return {
    participant,
    region: Int32Array.from({ length: count }, (_, k) => Math.floor(k / each)),
    r: draw(0.2, 0.4),
    r2: draw(0.1, 0.2),
    ceiling: draw(0.1, ceiling),
    alpha: Float64Array.from({ length: count }, (_, k) => 10 ** (k % 5)),
    unique: bands(),
    alone: bands(),
    split: bands(),
    bandWeight: bands(),
  };
}

export function makeComparison(region: string, difference: number): Comparison {
  const perPerson = Array.from({ length: 8 }, (_, k) => difference + 0.002 * (k - 3.5));
  return {
    a: "model A",
    b: "model B",
    region,
    difference: { mean: difference, low: difference - 0.01, high: difference + 0.01 },
    perPerson,
    p: difference === 0 ? 0.9 : 0.0078125,
    pCorrected: difference === 0 ? 0.9 : 0.02,
    inFavour: perPerson.filter((value) => value > 0).length,
    significant: difference !== 0,
    equivalence: excluding(Math.abs(difference) + 0.0084),
  };
}

const empty: Estimate = { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
const untested = { p: Number.NaN, pCorrected: Number.NaN, inFavour: 0, significant: false };

export function emptyCell(cell: Cell): Cell {
  const perPerson = cell.perPerson.map(() => Number.NaN);
  const none = {
    alone: empty,
    aloneR: empty,
    unique: empty,
    shared: empty,
    split: empty,
    uniqueShareOfCeiling: Number.NaN,
    equivalence: excluding(Number.NaN),
  };
  return { ...cell, ...none, ...untested, perPerson };
}

export function emptyRegion(score: RegionScore): RegionScore {
  const perPerson = score.perPerson.map(() => Number.NaN);
  const none = { r: empty, r2: empty, ceiling: Number.NaN, ccNorm: Number.NaN };
  return { ...score, ...none, ...untested, perPerson, ceilingPerPerson: perPerson };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
