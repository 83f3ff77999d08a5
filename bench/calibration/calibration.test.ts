import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/core/index.ts";
import { wilsonInterval } from "../../src/stats/index.ts";
import { groups } from "./groups.ts";
import { count, type Measured } from "./measured.ts";
import { designs, measureParts } from "./parts.ts";

/** The calibration in small; bench/calibration/run.ts measures 1,000 studies and more, docs/statistics.md has the rates. */
const slow = process.env.SIMCORTEX_SLOW !== undefined;
const measure = async (name: string, studies: number) => {
  const group = groups.find((one) => one.name === name);
  return group!.measure(createRandom(9).stream(name), slow ? 200 : studies);
};
const rate = ({ passed, of }: Measured) => passed / of;

describe("calibration in small", () => {
  const cases = [
    ["within-2", 30],
    ["people", 100],
    ["stimuli", 40],
    ...(slow
      ? (["paired-1", "paired-3", "within-1", "within-3", "equivalence"] as const).map(
          (name) => [name, 0] as const,
        )
      : []),
  ] as const;
  it.each(cases)(
    "%s: what is offered is not far above .05; what is naive is far above what is offered",
    { timeout: slow ? 300_000 : 60_000 },
    async (name, studies) => {
      const rows = await measure(name, studies);
      for (const row of rows.filter(({ kind }) => kind === "offered")) {
        // blocks that are too short on purpose do what the formula says they do
        const limit = Math.max(0.055, row.expected ?? 0) + 3.3 * Math.sqrt((0.05 * 0.95) / row.of);
        expect(rate(row), `${row.test}; ${row.condition}`).toBeLessThanOrEqual(limit);
      }
      for (const row of rows.filter(({ kind }) => kind === "naive"))
        expect(wilsonInterval(row.passed, row.of).low, row.test).toBeGreaterThan(0.055);
    },
  );
  it.runIf(slow)(
    "parts: intervals of R² hold the truth, and those about the drawn rows' own mean do not",
    () => {
      const weak = designs.find(({ people }) => people === 26);
      const rows = measureParts(weak!, createRandom(9).stream("parts"), 60, 200);
      for (const row of rows.filter(({ kind }) => kind === "offered"))
        expect(rate(row), row.test).toBeLessThan(0.13); // .05, and three standard errors
      const [joint] = rows.filter(({ kind, test }) => kind === "naive" && test.startsWith("joint"));
      expect(rate(joint!)).toBeGreaterThan(0.15);
    },
    120_000,
  );
  it("counts p at the level as significant, and NaN as none", () => {
    const row = count("f", "t", "c");
    row.add([0.05, 0.0501, Number.NaN, 0.001]);
    expect(row.done()).toEqual({ family: "f", test: "t", condition: "c", kind: "offered", passed: 2, of: 4 });
  });
});
