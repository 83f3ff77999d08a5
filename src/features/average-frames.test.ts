import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { averageFrames, sampleEvents } from "./index.ts";

describe("averageFrames", () => {
  it("gives what sampleEvents gives with `mean`, frame by frame", () => {
    const random = createRandom(5);
    const events = Array.from({ length: 40 }, (_, k) => ({
      onset: 1.3 + k / 7,
      duration: 1 / 7,
      values: [random.normal(), random.normal()],
    }));
    const grid = { tr: 0.8, samples: 9, columns: 2 };
    const own = averageFrames(grid);
    for (const { onset, duration, values } of events) own.add(onset, duration, values);
    const wanted = sampleEvents(events, { ...grid, sampling: "mean" }).data;
    for (const [k, value] of own.finish().data.entries()) expect(value).toBeCloseTo(wanted[k] as number, 12);
  });
  it("tells the share of each sample in which something was on", () => {
    const own = averageFrames({ tr: 2, samples: 3, columns: 1, dtype: "float32" });
    own.add(1, 2, [10]); // half of the first and half of the second sample
    expect([...own.finish().data]).toEqual([5, 5, 0]);
    expect([...own.covered]).toEqual([0.5, 0.5, 0]);
  });
  it("refuses a frame with another number of features", () => {
    expect(() => averageFrames({ tr: 2, samples: 3, columns: 2 }).add(0, 1, [1])).toThrow(
      "averageFrames: every frame must have 2 features; got 1.",
    );
  });
});
