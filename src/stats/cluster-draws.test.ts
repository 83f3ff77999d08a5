import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Random } from "../core/index.ts";
import { countClusters, drawFlips, drawShifts, type MapDraws } from "./cluster-draws.ts";
import { enhanceClusters, testClusters } from "./clusters.ts";
import { voxelNeighbours } from "./neighbours.ts";

const neighbours = voxelNeighbours([1, 4, 5], new Uint8Array(20).fill(1), 6);
const table = (random: Random, rows: number, cols = 20) =>
  matrix(
    ["rows", "targets"] as const,
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
const whole = (draws: MapDraws, alternative: "greater" | "two-sided" = "greater") =>
  countClusters(draws, neighbours, { alternative, from: 0, to: draws.total });

describe("countClusters", () => {
  it("counts what testClusters does where all signs are counted", () => {
    const values = table(createRandom(1), 7);
    const people = matrix(["people", "tests"] as const, 7, 20, values.data);
    const draws = drawFlips(values, { random: createRandom(2), draws: 128 });
    expect(draws).toMatchObject({ exact: true, total: 128 });
    const plain = testClusters(people, neighbours, {
      alternative: "two-sided",
      random: createRandom(2),
      draws: 128,
    });
    const { enhanced, passed, passedMax } = whole(draws, "two-sided");
    expect([...enhanced]).toEqual([...plain.enhanced]);
    expect([...passed].map((count) => count / 128)).toEqual([...plain.p]);
    expect([...passedMax].map((count) => count / 128)).toEqual([...plain.pMax]);
    // one-sided: the same where the value is above zero
    const above = testClusters(people, neighbours, {
      alternative: "greater",
      random: createRandom(2),
      draws: 128,
    });
    const one = whole(draws);
    for (let t = 0; t < 20; t++)
      if ((plain.t[t] as number) > 0) {
        expect((one.passedMax[t] as number) / 128).toBe(above.pMax[t]);
        expect(one.enhanced[t]).toBe(above.enhanced[t]);
      } else expect([one.enhanced[t], one.passedMax[t]]).toEqual([0, 128]);
  });
  it.each(["signs", "shifts"])("gives the same numbers in parts and in any order: %s", (kind) => {
    const random = createRandom(3);
    const [u, d] = [table(random, 60), table(random, 60)];
    const how = { random: createRandom(4).stream("map"), draws: 40 };
    const draws = kind === "signs" ? drawFlips(u, how) : drawShifts(u, d, { ...how, runLengths: [40, 20] });
    expect(draws).toMatchObject({ exact: false, total: 40 });
    const part = (from: number, to: number) =>
      countClusters(draws, neighbours, { alternative: "two-sided", from, to });
    const [last, first] = [part(25, 40), part(0, 25)];
    const all = part(0, 40);
    expect(all.passedMax).toEqual(first.passedMax.map((count, t) => count + (last.passedMax[t] as number)));
    expect(all.passed).toEqual(first.passed.map((count, t) => count + (last.passed[t] as number)));
  });
  it("leaves targets out that are not defined, and lets no cluster reach through them", () => {
    const values = table(createRandom(5), 6);
    for (let i = 0; i < 6; i++)
      for (let t = 0; t < 20; t++) values.data[20 * i + t] = 2 + 0.1 * (values.data[20 * i + t] as number);
    for (let t = 5; t < 10; t++) values.data[t] = Number.NaN; // the second of four lines
    const { enhanced, passedMax } = whole(drawFlips(values, { random: createRandom(6), draws: 64 }));
    expect([...enhanced.subarray(5, 10)].every(Number.isNaN)).toBe(true);
    expect([...passedMax.subarray(5, 10)]).toEqual([0, 0, 0, 0, 0]);
    const t = drawFlips(values, { random: createRandom(6), draws: 64 }).observed;
    const line = voxelNeighbours([1, 1, 5], new Uint8Array(5).fill(1), 6);
    expect([...enhanced.subarray(0, 5)]).toEqual([...enhanceClusters(t.subarray(0, 5), line)]);
  });
});

describe("drawShifts", () => {
  it("is the sum of products in units of unrelated courses, shifted in a circle run by run, all targets alike", () => {
    const random = createRandom(7);
    const [u, d] = [table(random, 7, 2), table(random, 7, 2)];
    const draws = drawShifts(u, d, { random: createRandom(8), runLengths: [4, 3], draws: 19 });
    expect(draws).toMatchObject({ exact: true, total: 12 });
    const at = (m: typeof u, i: number, t: number) => m.data[2 * i + t] as number;
    for (const t of [0, 1]) {
      const squares = (m: typeof u, from: number, to: number) =>
        Array.from({ length: to - from }, (_, k) => at(m, from + k, t) ** 2).reduce((a, b) => a + b, 0);
      const unit = Math.sqrt(
        (squares(u, 0, 4) * squares(d, 0, 4)) / 4 + (squares(u, 4, 7) * squares(d, 4, 7)) / 3,
      );
      const shifted = (a: number, b: number) => {
        let sum = 0;
        for (let i = 0; i < 4; i++) sum += at(u, i, t) * at(d, (i + a) % 4, t);
        for (let i = 0; i < 3; i++) sum += at(u, 4 + i, t) * at(d, 4 + ((i + b) % 3), t);
        return sum / unit;
      };
      expect(draws.observed[t]).toBeCloseTo(shifted(0, 0), 12);
      expect(draws.draw(0)[t]).toBeCloseTo(shifted(0, 0), 12);
      expect(draws.draw(6)[t]).toBeCloseTo(shifted(2, 1), 12);
    }
  });
  it("refuses courses that do not fit", () => {
    const random = createRandom(9);
    const how = { random, draws: 19, runLengths: [4, 2] };
    expect(() => drawShifts(table(random, 7), table(random, 7), how)).toThrow(
      "drawShifts: u, d and the runs must have the same samples; got 7 × 20, 7 × 20 and runs of 4, 2.",
    );
  });
  it("finds a weak cluster that the largest single target does not, and holds its level over a map of slow noise", () => {
    const studies = process.env.SIMCORTEX_SLOW === undefined ? 60 : 1000;
    const slow = (random: Random, rows: number) => {
      const m = table(random, rows);
      for (let k = 20; k < m.data.length; k++)
        m.data[k] = 0.6 * (m.data[k - 20] as number) + 0.8 * (m.data[k] as number);
      return m;
    };
    let [wrong, found, single] = [0, 0, 0];
    for (let k = 0; k < studies; k++) {
      const random = createRandom(k).stream("shifted map");
      const [u, d] = [slow(random, 100), slow(random, 100)];
      const how = { random: random.stream("draws"), runLengths: [100], draws: 199 };
      const least = (draws: MapDraws) => {
        const { enhanced, passedMax } = whole(draws);
        return Math.min(
          ...Array.from(passedMax, (count, t) => ((enhanced[t] as number) > 0 ? count / draws.total : 1)),
        );
      };
      if (least(drawShifts(u, d, how)) <= 0.05) wrong++;
      for (let i = 0; i < 100; i++)
        for (let t = 0; t < 10; t++)
          u.data[20 * i + t] = (u.data[20 * i + t] as number) + 0.2 * (d.data[20 * i + t] as number);
      const draws = drawShifts(u, d, how);
      if (least(draws) <= 0.05) found++;
      const largest = (map: Float64Array) => Math.max(...map);
      const own = largest(draws.observed);
      let above = 0;
      for (let s = 0; s < draws.total; s++) if (largest(draws.draw(s)) >= own) above++;
      if (above / draws.total <= 0.05) single++;
    }
    expect(wrong / studies).toBeLessThan(0.055 + 2.6 * Math.sqrt((0.05 * 0.95) / studies));
    expect(found).toBeGreaterThan(single);
    expect(found / studies).toBeGreaterThan(0.6);
  });
});
