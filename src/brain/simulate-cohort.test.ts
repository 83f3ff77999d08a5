import { describe, expect, it } from "vitest";
import { createRandom, dtypeOf, type Features } from "../core/index.ts";
import {
  answersOf,
  columnsOf,
  drawDrive,
  regress,
  runs,
  sizeOf,
  step,
  targetOf,
  targets,
  tr,
  varianceOf,
} from "./cohort.fixture.ts";
import { type Cohort, type RegionPlan, simulateCohort } from "./index.ts";

const driveOf = (name: string, cols: number) => runs.map((run) => drawDrive(name, run.samples, cols));
const drives = { object: driveOf("object", 4), scene: driveOf("scene", 3), meaning: driveOf("meaning", 5) };
const regions: RegionPlan[] = [
  { name: "one", spaces: { object: 1 }, snr: 0.5 },
  { name: "two", spaces: { object: 0.7, scene: 0.3 }, snr: 1 },
  { name: "both", spaces: { object: 0.5, meaning: 0.5 }, shared: [["object", "meaning"]] },
  { name: "silent", spaces: {} },
];
const base = { runs, tr, step, drives, regions, people: 2, targets } as const;
const quiet = { level: 0 };
const simulate = (change: Partial<Parameters<typeof simulateCohort>[0]> = {}, seed = 1): Cohort =>
  simulateCohort({ ...base, random: createRandom(seed), ...change });
const bytes = (cohort: Cohort) =>
  cohort.people.flatMap((p) =>
    p.responses.flatMap((r) => r.map((y) => Buffer.from(y.data.buffer).toString("base64"))),
  );

describe("simulateCohort", () => {
  const bare = simulate({ noise: quiet, dtype: "float64" });
  const noisy = simulate();

  it("answers with HRF ∗ (drive · weights), with the HRF that it reports", () => {
    const { hrf, responses } = bare.people[1]!;
    for (const [r, space] of [
      [0, drives.object],
      [1, null],
    ] as const) {
      const columns = space
        ? answersOf(space, hrf[r]!)
        : [...answersOf(drives.object, hrf[r]!), ...answersOf(drives.scene, hrf[r]!)];
      const y = Float64Array.from(targetOf(responses, r * targets + 3).flatMap((x) => [...x]));
      expect(regress(y, columns).left).toBeLessThan(1e-18);
    }
    const other = answersOf(drives.object, { ...hrf[0]!, peak: hrf[0]!.peak + 1 });
    const y = Float64Array.from(targetOf(responses, 3).flatMap((x) => [...x]));
    expect(regress(y, other).left).toBeGreaterThan(0.01);
  });

  it("gives each feature space its planned share of the signal", () => {
    let [object, whole] = [0, 0];
    for (const { hrf, responses } of bare.people)
      for (let t = 0; t < targets; t++) {
        const y = Float64Array.from(targetOf(responses, targets + t).flatMap((x) => [...x]));
        const X = [...answersOf(drives.object, hrf[1]!), ...answersOf(drives.scene, hrf[1]!)];
        const { weights } = regress(y, X);
        const part = y.map((_, i) => weights.slice(0, 4).reduce((sum, w, k) => sum + w * X[k]![i]!, 0));
        object += varianceOf(part);
        whole += varianceOf(y);
        expect(varianceOf(y)).toBeCloseTo(1, 9); // snr 1
      }
    // parts are scaled exactly before they are summed; what remains is their chance correlation
    expect(Math.abs(object / whole - 0.7)).toBeLessThan(0.07);
  });

  it("reports the realised shares: they sum to the explainable variance and agree with the plan", () => {
    const { truth } = simulate({ people: 8, targets: 20, noise: { drift: 0, spikeRate: 0 } });
    expect(truth.spaces).toEqual(["object", "scene", "meaning"]);
    for (const [r, region] of regions.entries()) {
      const snr = Object.keys(region.spaces).length === 0 ? 0 : (region.snr ?? 0.35);
      const row = truth.share[r]!;
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(truth.explainable[r]!, 12);
      expect(Math.abs(truth.explainable[r]! - snr / (1 + snr))).toBeLessThan(0.03);
      expect(truth.explainableDetrended[r]).toBeCloseTo(truth.explainable[r]!, 12);
      for (const [s, space] of truth.spaces.entries())
        expect(Math.abs(row[s]! - ((region.spaces[space] ?? 0) * snr) / (1 + snr))).toBeLessThan(0.04);
    }
  });

  it("counts drift into the total, and says what is explainable without it", () => {
    const { truth } = simulate({ people: 6, noise: { drift: 1, spikeRate: 0 } });
    expect(truth.explainable[1]!).toBeGreaterThan(0.33); // 1 / (1 + 1 + 1) at full drift; runs are centred
    expect(truth.explainable[1]!).toBeLessThan(0.42);
    expect(Math.abs(truth.explainableDetrended[1]! - 0.5)).toBeLessThan(0.03);
  });

  it("uses the same weights for spaces that share a code, up to a scale", () => {
    const { hrf, responses } = bare.people[0]!;
    const y = Float64Array.from(targetOf(responses, 2 * targets + 5).flatMap((x) => [...x]));
    const columns = [...answersOf(drives.object, hrf[2]!), ...answersOf(drives.meaning, hrf[2]!)];
    const { weights } = regress(y, columns);
    const scaled = weights.map(
      (w, k) => w * sizeOf(k < 4 ? drives.object : drives.meaning, k < 4 ? k : k - 4),
    );
    const ratio = scaled[4]! / scaled[0]!;
    expect(ratio).toBeGreaterThan(0);
    for (let j = 0; j < 4; j++) expect(scaled[4 + j]! / scaled[j]!).toBeCloseTo(ratio, 6);
  });

  it("repeats the signal exactly and the noise never", () => {
    for (const { responses } of bare.people) expect(responses[1]![2]!.data).toEqual(responses[1]![0]!.data);
    for (const { responses } of noisy.people)
      expect(responses[1]![2]!.data).not.toEqual(responses[1]![0]!.data);
  });

  it("leaves a silent region without any signal", () => {
    expect(columnsOf(bare.people[0]!.responses, 3).every((value) => value === 0)).toBe(true);
    const still = simulate({ drives: { ...drives, object: driveOf("other", 4) } });
    expect(columnsOf(still.people[1]!.responses, 3)).toEqual(columnsOf(noisy.people[1]!.responses, 3));
    expect(noisy.truth.explainable[3]).toBe(0);
    expect(simulate({ noise: quiet }).truth.explainable[3]).toBeNaN();
  });

  it("makes noise of the planned autocorrelation and variance", () => {
    const noise = { ar: [0.6], white: 0.25, common: 0, drift: 0, spikeRate: 0 };
    const { people } = simulate({ noise, targets: 60, regions: [{ name: "silent", spaces: {} }] });
    let [zero, one, count] = [0, 0, 0];
    for (const { responses } of people)
      for (const { data, cols, rows } of responses.flat())
        for (let k = cols; k < rows * cols; k++, count++) {
          zero += data[k]! ** 2;
          one += data[k]! * data[k - cols]!;
        }
    const tolerance = 4 * Math.sqrt(4 / count); // (1 + .6) / (1 − .6) times the error of white noise
    expect(Math.abs(zero / count - 1)).toBeLessThan(2 * tolerance);
    expect(Math.abs(one / count - 0.75 * 0.6)).toBeLessThan(2 * tolerance);
  });

  it("gives the targets of a region the planned noise in common, and those of two regions none", () => {
    const noise = { ar: [], white: 0.2, common: 0.5, drift: 0, spikeRate: 0 };
    const two = ["left", "right"].map((name) => ({ name, spaces: {} }));
    const { people } = simulate({ noise, targets: 2, people: 40, regions: two });
    let [within, between, variance, count] = [0, 0, 0, 0];
    for (const { data, cols } of people.flatMap((person) => person.responses.flat()))
      for (let k = 0; k < data.length; k += cols, count++) {
        within += data[k]! * data[k + 1]!;
        between += data[k + 1]! * data[k + 2]!;
        variance += data[k]! ** 2;
      }
    const tolerance = 4 * Math.sqrt(2 / count);
    expect(Math.abs(variance / count - 1)).toBeLessThan(tolerance);
    expect(Math.abs(within / count - 0.8 * 0.5)).toBeLessThan(tolerance);
    expect(Math.abs(between / count)).toBeLessThan(tolerance);
  });

  it("moves all targets of a person at a motion spike", () => {
    const noise = { spikeRate: 0.05, spikeSize: 20, drift: 0 };
    const { data, cols, rows } = simulate({ noise }).people[0]!.responses[0]![0]!;
    const loud = Array.from({ length: rows }, (_, i) => data.subarray(i * cols, (i + 1) * cols)).filter(
      (row) => Array.from(row, Math.abs).reduce((sum, v) => sum + v, 0) / cols > 8,
    );
    expect(loud.length).toBeGreaterThan(0);
    for (const row of loud)
      expect(Array.from(row).every((v) => Math.sign(v) === Math.sign(row[0]!))).toBe(true);
  });

  it("gives the same bytes for the same seed and others for another", () => {
    expect(bytes(simulate())).toEqual(bytes(noisy));
    const other = bytes(simulate({}, 2));
    expect(bytes(noisy).every((run, k) => run !== other[k])).toBe(true);
  });

  it("leaves people, regions and repeats as they were when others are added", () => {
    expect(simulate({ people: 3 }).people.slice(0, 2)).toEqual(noisy.people);
    const fewer = simulate({ regions: regions.slice(1) });
    for (const [p, person] of fewer.people.entries()) {
      expect(columnsOf(person.responses, 0)).toEqual(columnsOf(noisy.people[p]!.responses, 1));
      expect(person.hrf).toEqual(noisy.people[p]!.hrf.slice(1));
    }
    const more = simulate({ runs: [runs[0]!, { ...runs[1]!, repeats: 5 }] });
    expect(more.people[1]!.responses[1]!.slice(0, 3)).toEqual(noisy.people[1]!.responses[1]);
    const first = Object.fromEntries(
      Object.entries(drives).map(([space, list]) => [space, list.slice(0, 1)]),
    );
    const single = simulate({ runs: runs.slice(0, 1), drives: first });
    expect(single.people[0]!.hrf).toEqual(noisy.people[0]!.hrf);
    expect(columnsOf([single.people[0]!.responses[0]!], 3)).toEqual(
      columnsOf([noisy.people[0]!.responses[0]!], 3),
    );
  });

  it("orders targets by region and writes float32 unless asked", () => {
    expect([...noisy.people[0]!.regionOf]).toEqual(Array.from({ length: 48 }, (_, t) => Math.floor(t / 12)));
    expect(noisy.regions).toEqual(["one", "two", "both", "silent"]);
    expect(dtypeOf(noisy.people[0]!.responses[0]![0]!)).toBe("float32");
    expect(dtypeOf(bare.people[0]!.responses[0]![0]!)).toBe("float64");
    expect(noisy.people.map((p) => p.id)).toEqual(["P01", "P02"]);
  });

  it("keeps chance correlations of a silent region within chance", () => {
    const noise = { ar: [], white: 1, common: 0, drift: 0, spikeRate: 0 };
    const { people } = simulate({ noise, targets: 400, regions: [{ name: "silent", spaces: {} }] });
    const x = answersOf(drives.object, people[0]!.hrf[0]!)[0]!;
    let beyond = 0;
    for (let t = 0; t < 400; t++) {
      const y = Float64Array.from(targetOf(people[0]!.responses, t).flatMap((v) => [...v]));
      const r =
        y.reduce((sum, v, i) => sum + v * x[i]!, 0) / Math.sqrt(varianceOf(x) * varianceOf(y)) / y.length;
      if (Math.abs(r) > 1.96 / Math.sqrt(y.length - 2)) beyond++;
    }
    expect(Math.abs(beyond / 400 - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / 400));
  });

  it("says what is wrong with a plan", () => {
    const wrong = (change: Parameters<typeof simulate>[0], message: string | RegExp) =>
      expect(() => simulate(change)).toThrow(message);
    wrong({ step: 0.3 }, "simulateCohort: step must divide tr; got step 0.3 s and tr 2 s.");
    wrong({ people: 0 }, /people must be a whole number in \[1, 10000\]; got 0/);
    wrong({ runs: [runs[0]!, runs[0]!] }, /names of runs must differ; got "a" twice/);
    wrong({ regions: [] }, /needs at least one of regions; got none/);
    wrong(
      { regions: [{ name: "x", spaces: { object: 0.5 } }] },
      "the shares of region x must sum to 1; got 0.5.",
    );
    wrong(
      { regions: [{ name: "x", spaces: { sound: 1 } }] },
      /names the feature space "sound"; the drives have object, scene/,
    );
    wrong(
      { regions: [{ name: "x", spaces: { object: 1 }, shared: [["object", "scene"]] }] },
      /shares the weights of "scene", which it does not have/,
    );
    wrong({ regions: [{ name: "x", spaces: { object: 1 }, snr: -1 }] }, /snr of region x must be/);
    wrong({ drives: { object: drives.object.slice(1) } }, /one matrix a run; got 1 for 2 runs/);
    wrong(
      { drives: { ...drives, scene: [drives.scene[0]!, drives.scene[0]!] } },
      "the drive of scene in run b must be 400 rows (100 × 2 s / 0.5 s) × 3 features; got 480 × 3.",
    );
    const flat = drives.object.map((m) => ({ ...m, data: new Float64Array(m.data.length).fill(3.3) }));
    wrong(
      { drives: { ...drives, object: flat } },
      /region one shall answer to "object", whose drive is constant/,
    );
    const bad = {
      ...drives.object[1]!,
      data: drives.object[1]!.data.map((v, k) => (k === 9 ? Number.NaN : v)),
    };
    wrong(
      { drives: { ...drives, object: [drives.object[0]!, bad as Features] } },
      /the drive of object in run b must be finite; got 1 NaN .* row 2, column 1/,
    );
    const responses = noisy.people[0]!.responses[0]!;
    // @ts-expect-error drives are features, not responses
    wrong({ drives: { object: responses } }, /one matrix a run; got 1 for 2 runs/);
  });
});
