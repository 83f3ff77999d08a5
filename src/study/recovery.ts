import type { Cell, Recovery } from "../report/index.ts";
import type { StudyData } from "./data.ts";

/** Compare what the study found with what the virtual laboratory planted; null for real data.
 *
 * A planted region counts as found when all its planted spaces are significant there; every other significant cell is false. */
export function judgeRecovery(data: StudyData, cells: readonly Cell[], level: number): Recovery | null {
  if (data.truth === null) return null;
  const { planted, share } = data.truth;
  const effects = planted.filter((region) => region.spaces.length > 0);
  const called = (region: string, space: string) =>
    cells.some((cell) => cell.region === region && cell.space === space && cell.significant);
  const isPlanted = (cell: Cell) =>
    effects.some((effect) => effect.region === cell.region && effect.spaces.includes(cell.space));
  const falseCells = cells.filter((cell) => cell.significant && !isPlanted(cell));
  const truth = cells.map(
    (cell) =>
      share[data.regions.indexOf(cell.region)]?.[data.spaces.findIndex((s) => s.name === cell.space)] ?? 0,
  );
  return {
    planted,
    found: effects.filter(({ region, spaces }) => spaces.every((space) => called(region, space))).length,
    plantedTotal: effects.length,
    falseCells: falseCells.map(({ region, space }) => ({ region, space })),
    falseRegions: [...new Set(falseCells.map((cell) => cell.region))],
    nominalRate: level,
    shareCorrelation: pearson(
      truth,
      cells.map((cell) => cell.unique.mean),
    ),
  };
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const pairs = a.map((x, k) => [x, b[k] as number] as const).filter(([x, y]) => Number.isFinite(x + y));
  const n = pairs.length;
  const [mx, my] = [0, 1].map((side) => pairs.reduce((sum, pair) => sum + (pair[side] as number), 0) / n) as [
    number,
    number,
  ];
  const sum = (f: (x: number, y: number) => number) =>
    pairs.reduce((total, [x, y]) => total + f(x - mx, y - my), 0);
  const spread = Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
  return spread > 0 ? sum((x, y) => x * y) / spread : Number.NaN;
}
