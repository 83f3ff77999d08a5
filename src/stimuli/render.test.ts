import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createRandom, isEncodingError } from "../core/index.ts";
import { backgrounds, categories, drawScene, renderScene, type Scene, type SceneObject } from "./index.ts";

const hashOf = (scenes: readonly Scene[], size: 64 | 96) => {
  const hash = createHash("sha256");
  for (const scene of scenes) hash.update(renderScene(scene, { size }).data);
  return hash.digest("hex").slice(0, 16);
};
const ball: SceneObject = { category: "ball", color: "red", texture: "plain", size: 0.4, x: 0.5, y: 0.5 };
const empty: Scene = {
  objects: [],
  relation: null,
  background: "field",
  horizon: 0.4,
  openness: 0.8,
  light: 1,
  grain: 5,
};
const pixel = (scene: Scene, x: number, y: number) => {
  const { data, width } = renderScene(scene);
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
};
const changed = (a: Scene, b: Scene) => {
  const [p, q] = [renderScene(a).data, renderScene(b).data];
  let count = 0;
  for (let k = 0; k < p.length; k += 3)
    if (p[k] !== q[k] || p[k + 1] !== q[k + 1] || p[k + 2] !== q[k + 2]) count++;
  return count;
};

describe("renderScene", () => {
  it("gives the same bytes on every machine", () => {
    const scenes = Array.from({ length: 40 }, (_, n) => drawScene(createRandom(1).stream(`${n}`)));
    expect([hashOf(scenes, 64), hashOf(scenes, 96)]).toMatchInlineSnapshot(`
      [
        "a1ddcc74d4a617f7",
        "bdc2fa49db8fd241",
      ]
    `);
  });
  it("fills a square of RGB bytes", () => {
    const picture = renderScene(empty, { size: 96 });
    expect([picture.width, picture.height, picture.data.length]).toEqual([96, 96, 96 * 96 * 3]);
    expect(renderScene(empty).width).toBe(64);
  });
  it("shows an object where it is, in its colour, and nothing of it elsewhere", () => {
    const [r, g, b] = pixel({ ...empty, objects: [ball] }, 32, 42) as [number, number, number];
    expect(r).toBeGreaterThan(2 * Math.max(g, b));
    expect(pixel({ ...empty, objects: [ball] }, 4, 60)).toEqual(pixel(empty, 4, 60));
    const area = Math.PI * (0.5 * 0.4 * 64) ** 2; // a disc of diameter 0.4, and its shadow and rim around it
    const seen = changed(empty, { ...empty, objects: [ball] });
    expect(seen).toBeGreaterThan(0.95 * area);
    expect(seen).toBeLessThan(1.25 * area);
  });
  it("draws the same picture at both sizes", () => {
    const large = renderScene({ ...empty, objects: [ball] }, { size: 96 });
    const small = renderScene({ ...empty, objects: [ball] });
    const mean = (data: Uint8Array) => data.reduce((a, v) => a + v, 0) / data.length;
    expect(Math.abs(mean(large.data) - mean(small.data))).toBeLessThan(1.5); // the same picture at both sizes
  });
  it("draws every category, every place and every texture differently", () => {
    const withBall = (change: Partial<SceneObject>): Scene => ({
      ...empty,
      objects: [{ ...ball, ...change }],
    });
    for (const category of categories.filter((c) => c !== "ball"))
      expect(changed(withBall({}), withBall({ category }))).toBeGreaterThan(200);
    for (const texture of ["striped", "spotted", "checked"] as const)
      expect(changed(withBall({}), withBall({ texture }))).toBeGreaterThan(100);
    for (const background of backgrounds.filter((b) => b !== "field"))
      expect(changed(empty, { ...empty, background })).toBeGreaterThan(1000);
  });
  it("darkens with the light", () => {
    const sum = (light: number) => renderScene({ ...empty, light }).data.reduce((a, v) => a + v, 0);
    expect(sum(0.7) / sum(1)).toBeCloseTo(0.7, 2);
  });
  it("survives objects that hang over the edge", () => {
    expect(renderScene({ ...empty, objects: [{ ...ball, x: -0.1, y: 1.2 }] }).data.length).toBe(64 * 64 * 3);
    expect(renderScene({ ...empty, objects: [{ ...ball, size: 4 }] }).data.length).toBe(64 * 64 * 3);
  });
  it("refuses other sizes", () => {
    try {
      renderScene(empty, { size: 100 as 64 });
      expect.unreachable();
    } catch (error) {
      expect(isEncodingError(error, "option")).toBe(true);
      expect(String(error)).toContain("renderScene: size must be 64 or 96 pixels; got 100.");
    }
    // @ts-expect-error other sizes are a compile error too
    expect(() => renderScene(empty, { size: 128 })).toThrow(/got 128/);
  });
});
