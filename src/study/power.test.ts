import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { encodeCsv } from "../io/index.ts";
import { samples } from "../report/samples.fixture.ts";
import { cellColumns, comparisonColumns } from "../report/score-tables.ts";
import { runPower } from "./power.ts";
import { readPilot } from "./power-pilot.ts";
import { parsePowerSettings } from "./power-settings.ts";
import { powerText, writePower } from "./write-power.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-power-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const result = samples.compared();
const [comparison] = result.comparisons;
mkdirSync(join(folder, "report"));
writeFileSync(join(folder, "report", "cells.csv"), encodeCsv(cellColumns(result)));
writeFileSync(join(folder, "report", "comparisons.csv"), encodeCsv(comparisonColumns(result)));

describe("readPilot", () => {
  it("reads each person's difference as the report holds it, and its negative for the pair the other way round", async () => {
    const { a, b, region, perPerson } = comparison!;
    const [there] = await readPilot({ report: "report", compare: [a, b], regions: [region] }, folder);
    expect(there).toEqual({ region, differences: perPerson });
    const [back] = await readPilot({ report: "report", compare: [b, a], regions: [region] }, folder);
    expect(back!.differences).toEqual(perPerson.map((value) => -value));
  });
  it("reads unique variances of a space in all regions", async () => {
    const space = result.cells[0]!.space;
    const own = result.cells.filter(
      (cell) => cell.space === space && cell.perPerson.filter(Number.isFinite).length > 2,
    );
    const read = await readPilot(
      { report: "report", space, regions: own.map(({ region }) => region) },
      folder,
    );
    expect(read.map(({ differences }) => differences)).toEqual(
      own.map(({ perPerson }) => perPerson.filter(Number.isFinite)),
    );
  });
  it("names what the report has where a pair, a region or the table is missing", async () => {
    await expect(readPilot({ report: "report", compare: ["x", "y"] }, folder)).rejects.toThrow(
      /comparisons.csv of report has no row for x against y; it has .* against .* in /,
    );
    const regions = ["nowhere"];
    await expect(
      readPilot({ report: "report", compare: [comparison!.a, comparison!.b], regions }, folder),
    ).rejects.toThrow(/in region nowhere; it has/);
    await expect(readPilot({ report: "none", compare: ["x", "y"] }, folder)).rejects.toThrow(
      /none\/comparisons.csv: there is no such file; a study writes comparisons.csv only where/,
    );
  });
});

describe("runPower", () => {
  const settings = (own: object) =>
    parsePowerSettings(JSON.stringify({ title: "t", people: [6, 12], studies: 200, ...own }));
  it("from a pilot draws a curve of its mean and a cautious one below it", async () => {
    const { a, b, region, perPerson } = comparison!;
    const mean = perPerson.reduce((x, y) => x + y, 0) / perPerson.length;
    const compare = mean > 0 ? [a, b] : [b, a];
    const pilot = { report: "report", compare, regions: [region] };
    const { curves, notes } = await runPower(settings({ pilot }), { folder });
    expect(curves.map(({ label }) => label)).toEqual(["the pilot's mean", "cautious"]);
    expect(curves[0]!.mean).toBeCloseTo(Math.abs(mean), 12);
    expect(curves[1]!.mean).toBeLessThan(curves[0]!.mean);
    expect(curves[1]!.points[1]!.power).toBeLessThanOrEqual(curves[0]!.points[1]!.power);
    expect(notes.join(" ")).toContain("Runs and repeats are those of the pilot");
  });
  it("from an assumed region tries runs × repeats, gains by each, and writes table and figure of the same numbers", async () => {
    const region = { region: "r", ceiling: 0.3, explained: [0.6, 0.45], spread: 0.1, targets: 1 };
    const own = settings({ assumed: [region], runs: [1, 4], repeats: [1, 4], samples: 30, family: 2 });
    const found = await runPower(own, { folder });
    expect(found.curves.map(({ label }) => label)).toEqual([
      "1 run, 1 presentation",
      "1 run, 4 presentations",
      "4 runs, 1 presentation",
      "4 runs, 4 presentations",
    ]);
    expect(found.level).toBe(0.025);
    const power = found.curves.map(({ points }) => points[1]!.power);
    expect(power[3]).toBeGreaterThan(power[0]! + 0.1);
    expect(await runPower(own, { folder })).toEqual(found);
    await writePower(found, folder);
    const table = readFileSync(join(folder, "power.csv"), "utf8").trim().split("\n");
    expect(table).toHaveLength(9);
    expect(table[2]).toContain(String(power[0]));
    expect(readFileSync(join(folder, "power.svg"), "utf8")).toContain("4 runs, 4 presentations");
    expect(powerText(found)).toContain(
      "With 6 people the test cannot reach p ≤ 0.025: its smallest p is 0.031.",
    );
  });
});

describe("parsePowerSettings", () => {
  it("takes the example, and names line and rule of what is wrong", () => {
    const text = readFileSync("examples/power/power.yaml", "utf8");
    expect(parsePowerSettings(text).assumed).toHaveLength(2);
    expect(() => parsePowerSettings("title: t\n")).toThrow(/line 1: needs either `pilot` .* or `assumed`/);
    expect(() => parsePowerSettings(text.replace("[0.30, 0.25]", "[0.25, 0.30]"))).toThrow(
      /line \d+: assumed.0.explained: A must explain more than B/,
    );
    expect(() => parsePowerSettings("title: t\npilot: { report: x }")).toThrow(/line 2: pilot: needs either/);
    expect(() => parsePowerSettings("title: t\ngoal: 2")).toThrow(/power.yaml, line 2: goal: /);
  });
});
