import { join } from "node:path";
import { encodeCsv, writeFileAtomic } from "../io/index.ts";
import { toSvgFile } from "../report/figure.ts";
import type { PowerResult } from "./power.ts";
import { powerFigure } from "./power-figure.ts";

/** Write `power.csv`, `power.txt` and `power.svg`. @returns their names. @throws EncodingError "file". */
export async function writePower(result: PowerResult, folder: string): Promise<readonly string[]> {
  const rows = result.curves.flatMap((curve) => curve.points.map((point) => ({ ...curve, ...point })));
  const numbers = (pick: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, pick);
  const csv = encodeCsv([
    { name: "region", values: rows.map(({ region }) => region) },
    { name: "measured", values: rows.map(({ label }) => label) },
    { name: "mean_difference", values: numbers(({ mean }) => mean) },
    { name: "deviation_over_people", values: numbers(({ deviation }) => deviation) },
    { name: "people", values: numbers(({ people }) => people) },
    { name: "power", values: numbers(({ power }) => power) },
    { name: "power_low", values: numbers(({ low }) => low) },
    { name: "power_high", values: numbers(({ high }) => high) },
    { name: "smallest_p", values: numbers(({ smallestP }) => smallestP) },
  ]);
  await writeFileAtomic(join(folder, "power.csv"), csv);
  await writeFileAtomic(join(folder, "power.txt"), powerText(result));
  await writeFileAtomic(join(folder, "power.svg"), toSvgFile(powerFigure(result).wide));
  return ["power.csv", "power.svg", "power.txt"];
}

/** The result as a table in plain text, the notes below. */
export function powerText({ title, curves, goal, level, studies, notes }: PowerResult): string {
  const people = curves[0]?.points.map((point) => point.people) ?? [];
  const head = ["region", "measured", "difference", "SD", ...people.map(String), `for ${two(goal)}`];
  const lines = curves.map(({ region, label, mean, deviation, points, needed }) => [
    region,
    label,
    mean.toFixed(4),
    deviation.toFixed(4),
    ...points.map(({ power }) => two(power)),
    needed === null ? "more" : String(needed),
  ]);
  const widths = head.map((_, k) => Math.max(...[head, ...lines].map((row) => (row[k] as string).length)));
  const print = (row: readonly string[]) =>
    row
      .map((cell, k) => (k < 2 ? cell.padEnd(widths[k] as number) : cell.padStart(widths[k] as number)))
      .join("  ");
  return [
    title,
    "",
    `Power with so many people (two-sided sign-flip test over people, p ≤ ${Number(level.toPrecision(3))}, ${studies} simulated studies), and the people that reach ${two(goal)}:`,
    "",
    print(head),
    ...lines.map(print),
    "",
    ...notes,
    "",
  ].join("\n");
}

function two(x: number): string {
  return x >= 0.995 ? "1" : x.toFixed(2).replace(/^0/, "");
}
