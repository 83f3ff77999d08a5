import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readView, type View, writeView } from "./address.ts";
import { startPose } from "./pose.ts";

const known = { maps: ["score/a", "difference/a b"], people: ["mean", "P01"], models: ["a", "b"] };
const start: View = {
  tab: "study",
  map: "score/a",
  second: null,
  person: "mean",
  threshold: 0,
  onlySignificant: false,
  contour: true,
  outlines: true,
  names: true,
  colours: "viridis",
  pose: startPose,
  picked: null,
  model: "a",
};

describe("the address", () => {
  it("is empty at the start", () => {
    expect(writeView(start, start)).toBe("");
    expect(readView("", start, known)).toEqual(start);
  });
  it("brings every view back", () => {
    const number = (min: number, max: number) =>
      fc.integer({ min: min * 100, max: max * 100 }).map((x) => x / 100);
    const views = fc.record({
      tab: fc.constantFrom("study", "laboratory", "tables", "about"),
      map: fc.constantFrom(...known.maps),
      second: fc.constantFrom(null, ...known.maps),
      person: fc.constantFrom(...known.people),
      threshold: number(0, 2),
      onlySignificant: fc.boolean(),
      contour: fc.boolean(),
      outlines: fc.boolean(),
      names: fc.boolean(),
      colours: fc.constantFrom("viridis", "cividis"),
      pose: fc.record({
        morph: number(0, 2),
        open: number(-90, 90),
        yaw: number(-179, 179),
        pitch: number(-90, 90),
        zoom: number(1, 12),
        panX: number(-50, 50),
        panY: number(-50, 50),
        show: fc.constantFrom("both", "left", "right"),
      }),
      picked: fc.constantFrom(null, "r3", "t17"),
      model: fc.constantFrom(...known.models),
    }) as fc.Arbitrary<View>;
    fc.assert(
      fc.property(views, (view) => {
        expect(readView(writeView(view, start), start, known)).toEqual(view);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
  it("that is wrong falls back to the start, part by part", () => {
    const view = readView(
      "tab=x&map=nothing&person=P01&pose=1,2&threshold=abc&picked=<script>&second=zzz",
      start,
      known,
    );
    expect(view).toEqual({ ...start, person: "P01" });
    expect(readView("pose=9,0,0,500,99,0,0", start, known).pose).toMatchObject({
      morph: 2,
      pitch: 90,
      zoom: 12,
    });
  });
});
