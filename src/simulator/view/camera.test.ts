import { describe, expect, it } from "vitest";
import { buildIcosphere } from "../../brain/index.ts";
import { aimCamera, facesAt, morphVertex, sightOf, standHemisphere, vertexNormals } from "./camera.ts";
import { anchorsOf, placeNames } from "./labels.ts";
import { startPose } from "./pose.ts";
import type { Surface } from "./surface.ts";

const left: Surface = {
  name: "left",
  side: -1,
  vertices: 4,
  faces: Uint32Array.of(0, 1, 2, 0, 2, 3),
  flatFaces: Uint32Array.of(0, 1, 2),
  folded: Float32Array.of(-34, 0, 0, -34, 10, 0, -34, 10, 10, -34, 0, 10),
  inflated: Float32Array.of(-34, 0, 0, -34, 20, 0, -34, 20, 20, -34, 0, 20),
  flat: Float32Array.of(-5, -5, 5, -5, 5, 5, 0, 0),
  shade: new Float32Array(4),
  target: Int32Array.of(0, 0, 0, -1),
  codes: new Uint8Array(4),
};

describe("aimCamera", () => {
  it("stands behind the head at yaw 0, above it at pitch 90, and its directions are at right angles", () => {
    const { back, right, up } = aimCamera({ ...startPose, pitch: 0 }, 800, 400);
    for (const [has, wants] of [
      [back, [0, -1, 0]],
      [right, [1, 0, 0]],
      [up, [0, 0, 1]],
    ] as const)
      for (const d of [0, 1, 2]) expect(has[d]).toBeCloseTo(wants[d] as number, 12);
    expect(aimCamera({ ...startPose, pitch: 90 }, 800, 400).back[2]).toBeCloseTo(1, 12);
    const { back: b, right: r, up: u } = aimCamera({ ...startPose, yaw: 33, pitch: 21 }, 800, 400);
    for (const [one, other] of [
      [b, r],
      [b, u],
      [r, u],
    ] as const)
      expect(one[0] * other[0] + one[1] * other[1] + one[2] * other[2]).toBeCloseTo(0, 12);
  });
  it("sees the same millimetres a pixel in both directions, half of them at zoom 2", () => {
    const of = (zoom: number) => aimCamera({ ...startPose, zoom }, 800, 400).bounds;
    const { left: l, right: r, top, bottom } = of(1);
    expect((r - l) / 800).toBeCloseTo((top - bottom) / 400, 12);
    expect(of(2).top).toBeCloseTo(top / 2, 12);
  });
});

describe("shapes", () => {
  it("are mixed by hand: folded, half way, inflated, and the sheet with the lateral side outwards", () => {
    expect(morphVertex(left, 2, 0)).toEqual([-34, 10, 10]);
    expect(morphVertex(left, 2, 0.5)).toEqual([-34, 15, 15]);
    expect(morphVertex(left, 2, 2)).toEqual([-34, -5, 5]);
    expect(facesAt(left, { morph: 1 })).toBe(left.faces);
    expect(facesAt(left, { morph: 2 })).toBe(left.flatFaces);
  });
  it("of one side alone stand in the middle", () => {
    const [, , , x] = standHemisphere(-1, { ...startPose, show: "left" }, false);
    const place = standHemisphere(-1, { ...startPose, show: "left" }, false);
    expect((place[0] as number) * -34 + (x as number)).toBeCloseTo(0, 12);
  });
  it("have normals that point away from the middle of a ball", () => {
    const { directions, triangles } = buildIcosphere(3);
    const normals = vertexNormals(Float32Array.from(directions), Uint32Array.from(triangles));
    for (const [k, x] of normals.entries())
      expect(Math.abs(x - (directions[k] as number))).toBeLessThan(0.02);
  });
});

describe("names", () => {
  const seen = {
    points: new Float32Array(12),
    normals: Float32Array.from({ length: 12 }, (_, k) => (k % 3 === 2 ? 1 : 0)),
  };
  it("stand at the middle vertex of their region, once, and not where they would cover another", () => {
    expect(anchorsOf([left], Int32Array.of(0), 2)).toEqual([{ region: 0, surface: left, vertex: 1 }]);
    const anchors = [0, 1, 2].map((region) => ({ region, surface: left, vertex: region }));
    const place = (xs: readonly number[]) =>
      placeNames(
        anchors,
        ["one", "two", "three"],
        (_, v) => ({ x: xs[v] as number, y: 50, facing: v < 2, shown: true }),
        {
          width: 200,
          height: 100,
        },
      ).map(({ name }) => name);
    expect(place([50, 120, 180])).toEqual(["one", "two"]);
    expect(place([50, 55, 180])).toEqual(["one"]);
  });
  it("are not seen from behind, nor where the flat map has no place", () => {
    const behind = { ...seen, normals: seen.normals.map((x) => -x) };
    expect(sightOf(left, 0, startPose, seen)).toEqual({ shown: true, facing: true });
    expect(sightOf(left, 0, startPose, behind)).toEqual({ shown: true, facing: false });
    expect(sightOf(left, 3, { ...startPose, morph: 2 }, seen).shown).toBe(false);
    expect(sightOf(left, 0, { ...startPose, show: "right" }, seen).shown).toBe(false);
  });
});
