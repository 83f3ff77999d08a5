import { describe, expect, it } from "vitest";
import { clampPose, placeHemisphere, startPose } from "./pose.ts";

const move = (m: Float64Array, [x, y, z]: readonly [number, number, number]) =>
  [0, 4, 8].map((r) => m[r]! * x + m[r + 1]! * y + m[r + 2]! * z + m[r + 3]!) as [number, number, number];

describe("placeHemisphere", () => {
  it("leaves a folded brain where it is", () => {
    const pose = { ...startPose, morph: 0, open: 0 };
    for (const side of [-1, 1] as const)
      expect(move(placeHemisphere(side, pose, false), [side * 60, 10, 5])).toEqual([side * 60, 10, 5]);
  });
  it("turns lateral sides, or medial ones, towards a viewer behind the head", () => {
    for (const side of [-1, 1] as const)
      for (const open of [90, -90]) {
        const m = placeHemisphere(side, { ...startPose, open }, false);
        const [lateral, medial] = [move(m, [side * 66, 0, 0]), move(m, [side * 2, 0, 0])];
        expect(Math.sign(medial[1] - lateral[1])).toBe(Math.sign(open)); // the viewer is at −y
        expect(Math.sign(lateral[0])).toBe(side);
      }
  });
  it("shows the flat map from its lateral side whatever was seen before", () => {
    const seen = [-90, 0, 45, 90].map((open) => [
      ...placeHemisphere(1, { ...startPose, morph: 2, open }, false),
    ]);
    for (const one of seen) for (const [k, x] of one.entries()) expect(x).toBeCloseTo(seen[0]![k]!, 9);
  });
  it("keeps hemispheres apart, side by side or one above the other", () => {
    const beside = ([-1, 1] as const).map((side) =>
      move(placeHemisphere(side, startPose, false), [side * 34, 0, 0]),
    );
    expect(beside[1]![0] - beside[0]![0]).toBeGreaterThan(170); // each is 170 mm long
    const above = ([-1, 1] as const).map((side) =>
      move(placeHemisphere(side, startPose, true), [side * 34, 0, 0]),
    );
    expect(above[0]![2] - above[1]![2]).toBeGreaterThan(110); // each is 105 mm high
  });
});

describe("clampPose", () => {
  it("goes on around, and stops at the poles", () => {
    const pose = clampPose({ ...startPose, yaw: 190, pitch: 120, zoom: 100, morph: -1 });
    expect(pose).toMatchObject({ yaw: -170, pitch: 90, zoom: 12, morph: 0 });
  });
});
