import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { backgrounds, categories, drawScene, holdsRelation, relations, type Scene } from "./index.ts";

const scenes = Array.from({ length: 2000 }, (_, n) => drawScene(createRandom(7).stream(`scene ${n}`)));
const share = (rule: (scene: Scene) => boolean) => scenes.filter(rule).length / scenes.length;
/** Four standard errors of a share p over the 2,000 scenes. */
const near = (p: number) => 4 * Math.sqrt((p * (1 - p)) / scenes.length);

describe("drawScene", () => {
  it("draws one to three objects of different categories that lie on the picture", () => {
    for (const { objects } of scenes) {
      expect(objects.length).toBeGreaterThanOrEqual(1);
      expect(objects.length).toBeLessThanOrEqual(3);
      expect(new Set(objects.map((o) => o.category)).size).toBe(objects.length);
      for (const { x, y, size } of objects) {
        expect(Math.min(x, y - size / 2)).toBeGreaterThanOrEqual(-1e-12);
        expect(Math.max(x, y + size / 2)).toBeLessThanOrEqual(1 + 1e-12);
      }
    }
  });
  it("places the first two objects as their relation says, and names none where there is one object", () => {
    for (const { objects, relation } of scenes) {
      expect(relation === null).toBe(objects.length === 1);
      if (relation !== null) expect(holdsRelation(objects[0]!, objects[1]!, relation)).toBe(true);
    }
  });
  it("never lets opposite relations hold at once", () => {
    for (const { objects } of scenes) {
      const [a, b] = objects;
      if (a === undefined || b === undefined) continue;
      const sides = ["left of", "right of", "above", "below"] as const;
      expect(sides.filter((r) => holdsRelation(a, b, r)).length).toBeLessThanOrEqual(1);
      expect(holdsRelation(a, b, "left of")).toBe(holdsRelation(b, a, "right of"));
      expect(holdsRelation(a, b, "above")).toBe(holdsRelation(b, a, "below"));
    }
  });
  it("draws places, relations and categories evenly and apart from each other", () => {
    for (const place of backgrounds)
      expect(Math.abs(share((s) => s.background === place) - 1 / 7)).toBeLessThan(near(1 / 7));
    for (const relation of relations)
      expect(Math.abs(share((s) => s.relation === relation) - 0.75 / 6)).toBeLessThan(near(0.125));
    for (const category of categories) {
      const shows = (s: Scene) => s.objects.some((o) => o.category === category);
      expect(Math.abs(share(shows) - 2.05 / 8)).toBeLessThan(near(0.256));
      const beach = share((s) => s.background === "beach");
      expect(
        Math.abs(share((s) => shows(s) && s.background === "beach") - share(shows) * beach),
      ).toBeLessThan(0.02);
    }
  });
  it("gives the same scene for the same seed and another for another", () => {
    expect(drawScene(createRandom(3))).toEqual(drawScene(createRandom(3)));
    expect(drawScene(createRandom(3))).not.toEqual(drawScene(createRandom(4)));
  });
});
