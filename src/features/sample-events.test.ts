import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { column, type Responses } from "../core/index.ts";
import { type FeatureEvent, type SampleOptions, sampleEvents } from "./index.ts";

const word = (middle: number, values: number[]): FeatureEvent => ({
  onset: middle - 0.1,
  duration: 0.2,
  values,
});
const options = (sampling: SampleOptions["sampling"], samples = 6, columns = 2): SampleOptions => ({
  tr: 2,
  samples,
  sampling,
  columns,
});
const events = fc.array(
  fc.record({
    onset: fc.double({ min: -5, max: 25, noNaN: true }),
    duration: fc.double({ min: 0.01, max: 8, noNaN: true }),
    values: fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })),
  }),
  { maxLength: 12 },
);

describe("sampleEvents", () => {
  it("agrees with the Huth lab's lanczosinterp2D (numpy 2.4, words at midpoints, TR midpoints 1, 3, … 11 s)", () => {
    const words = [
      word(0.15, [1, 2]),
      word(0.9, [0.5, -1]),
      word(1, [3, 0]),
      word(3.4, [-2, 1]),
      word(7.25, [1, 1]),
      word(12.6, [4, -3]),
    ];
    const expected = [
      4.438185125303192, 0.29549200892575134, -2.0012128868527235, 0.697320441770532, -0.4666190779394541,
      0.16999390310724247, 1.0955565146669706, 0.9050558393966514, -0.09872033159589548, 0.2826067490556799,
      0.7992701834703966, -0.6529474933062014,
    ];
    const X = sampleEvents(words, options("lanczos"));
    for (const [k, value] of expected.entries()) expect(X.data[k]).toBeCloseTo(value, 12);
  });
  it("keeps values × duration under mean sampling", () => {
    fc.assert(
      fc.property(events, (list) => {
        const inside = list.filter(({ onset, duration }) => onset >= 0 && onset + duration <= 20);
        const X = sampleEvents(inside, options("mean", 10));
        for (const j of [0, 1]) {
          const sum = column(X, j).reduce((a, b) => a + b, 0) * 2;
          expect(sum).toBeCloseTo(
            inside.reduce((a, e) => a + e.duration * (e.values[j] as number), 0),
            9,
          );
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });
  it("keeps the total of events inside the run under sum sampling", () => {
    fc.assert(
      fc.property(events, (list) => {
        const X = sampleEvents(list, options("sum", 10));
        const inside = list.filter(({ onset }) => onset / 2 >= -1e-9 && onset / 2 < 10 - 1e-9);
        expect(column(X, 1).reduce((a, b) => a + b, 0)).toBe(inside.reduce((a, e) => a + e.values[1], 0));
      }),
      { seed: 2, numRuns: 100 },
    );
  });
  it("is linear: the samples of two lists together are the sum of both", () => {
    fc.assert(
      fc.property(events, events, fc.constantFrom("mean", "sum", "lanczos"), (a, b, sampling) => {
        const [A, B] = [sampleEvents(a, options(sampling)), sampleEvents(b, options(sampling))];
        const both = sampleEvents([...a, ...b], options(sampling));
        for (let k = 0; k < both.data.length; k++)
          expect(both.data[k]).toBeCloseTo((A.data[k] as number) + (B.data[k] as number), 9);
      }),
      { seed: 3, numRuns: 100 },
    );
  });
  it("moves with the clock: events and start shifted alike change nothing", () => {
    const list = [
      { onset: 1, duration: 2.5, values: [1, 0] },
      { onset: 4, duration: 0.5, values: [0, 1] },
    ];
    const shifted = list.map((e) => ({ ...e, onset: e.onset + 8 }));
    for (const sampling of ["mean", "sum", "lanczos"] as const)
      expect(sampleEvents(shifted, { ...options(sampling), start: 8 })).toEqual(
        sampleEvents(list, options(sampling)),
      );
  });
  it("weighs by overlap, by hand", () => {
    const list = [
      { onset: 1, duration: 2, values: [1, 10] }, // half of sample 0, half of sample 1
      { onset: 4, duration: 2, values: [2, 20] }, // sample 2, exactly
      { onset: -1, duration: 1.5, values: [4, 0] }, // the last half second lies in sample 0
      { onset: 7, duration: 100, values: [1, 0] }, // runs beyond the end
      { onset: 8, duration: 1, values: [9, 9] }, // begins at the end: dropped
    ];
    const X = sampleEvents(list, options("mean", 4));
    expect([...X.data]).toEqual([1.5, 5, 0.5, 5, 2, 20, 0.5, 0]);
    expect([...sampleEvents(list, options("sum", 4)).data]).toEqual([1, 10, 0, 0, 2, 20, 1, 0]);
  });
  it("counts events of no duration, drops those beyond the run and lets no event be a run of zeros", () => {
    const X = sampleEvents(
      [
        { onset: 2, duration: 0, values: [1] },
        { onset: 3.9, duration: 0, values: [1] },
        { onset: 8, duration: 0, values: [1] },
        { onset: -0.01, duration: 0, values: [1] },
      ],
      options("sum", 4, 1),
    );
    expect([...X.data]).toEqual([0, 2, 0, 0]);
    expect([...sampleEvents([], { ...options("lanczos", 2, 1), dtype: "float32" }).data]).toEqual([0, 0]);
    expect([...sampleEvents([word(40, [1, 1])], options("lanczos")).data].every((x) => x === 0)).toBe(true);
  });
  it("counts an onset on a sample's start there, in spite of rounding", () => {
    const clicks = [0.3, 0.6, 0.7].map((onset) => ({ onset, duration: 0, values: [1] })); // 0.3 / 0.1 < 3
    const X = sampleEvents(clicks, { tr: 0.1, samples: 8, sampling: "sum", columns: 1 });
    expect([...X.data]).toEqual([0, 0, 0, 1, 0, 0, 1, 1]);
  });
  it("takes typed arrays and gives the dtype asked for", () => {
    const X = sampleEvents([{ onset: 0, duration: 2, values: new Float32Array([0.5]) }], {
      ...options("mean", 1, 1),
      dtype: "float32",
    });
    expect(X.data).toEqual(new Float32Array([0.5]));
  });
  it("says which event is wrong", () => {
    const one = (event: Partial<FeatureEvent>) => () =>
      sampleEvents([{ onset: 0, duration: 1, values: [1, 2], ...event }], options("mean"));
    expect(one({ duration: -1 })).toThrow(
      "sampleEvents: onset and duration must be finite seconds and duration ≥ 0; event 0 has onset 0 and duration -1.",
    );
    expect(one({ onset: Number.NaN })).toThrow(/onset NaN/);
    expect(one({ values: [1] })).toThrow("every event must have 2 features; event 0 has 1.");
    expect(one({ values: [1, Number.NaN] })).toThrow("event 0 has NaN in column 1");
    expect(one({ duration: 0 })).toThrow(/all 1 events have duration 0\. Use "sum"/);
    expect(() => sampleEvents([], { ...options("mean"), tr: 0 })).toThrow(/tr must be/);
    expect(() => sampleEvents([], { ...options("mean"), samples: 1e12 })).toThrow(/up to 2\^31 numbers/);
    // @ts-expect-error not a way of sampling
    expect(() => sampleEvents([], options("median"))).toThrow(/"mean", "sum" or "lanczos"; got median/);
  });
  it("gives features, not responses", () => {
    // @ts-expect-error features are not responses
    const Y: Responses = sampleEvents([], options("sum"));
    expect(Y.axes[1]).toBe("features");
  });
});
