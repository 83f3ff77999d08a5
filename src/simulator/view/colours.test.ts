import { describe, expect, it } from "vitest";
import {
  type ColourMapName,
  colourTable,
  cssColour,
  divergingMaps,
  lightness,
  sequentialMaps,
} from "./colours.ts";

const lights = (name: ColourMapName) => {
  const table = colourTable(name);
  return Array.from({ length: 256 }, (_, k) => lightness(table.subarray(4 * k, 4 * k + 3)));
};

describe("colourTable", () => {
  it("starts and ends with the published colours", () => {
    const table = colourTable("viridis");
    expect([...table.subarray(0, 3)]).toEqual([0x44, 0x01, 0x54]);
    expect([...table.subarray(4 * 255, 4 * 255 + 3)]).toEqual([0xfd, 0xe7, 0x25]);
    // matplotlib's viridis(127) is (33, 144, 140)
    for (const [k, x] of [33, 144, 140].entries())
      expect(Math.abs((table[4 * 127 + k] as number) - x)).toBeLessThan(4);
  });
  it.each(sequentialMaps)("%s grows lighter at an even pace, so that it reads in grey too", (name) => {
    const light = lights(name);
    const steps = light.slice(1).map((x, k) => x - (light[k] as number));
    const even = ((light[255] as number) - (light[0] as number)) / 255;
    expect(even).toBeGreaterThan(0.0015);
    for (let k = 0; k + 16 < steps.length; k++) {
      const part = steps.slice(k, k + 16).reduce((a, b) => a + b, 0) / 16;
      expect(part).toBeGreaterThan(0.4 * even);
      expect(part).toBeLessThan(2 * even);
    }
  });
  it.each(divergingMaps)("%s is lightest in the middle and as dark on both sides", (name) => {
    const light = lights(name);
    const top = light.indexOf(Math.max(...light));
    expect(Math.abs(top - 127.5)).toBeLessThan(20);
    for (let k = 0; k < 128; k += 16)
      expect(Math.abs((light[k] as number) - (light[255 - k] as number))).toBeLessThan(0.12);
  });
});

describe("cssColour", () => {
  it("takes the ends for values beyond them", () => {
    const table = colourTable("cividis");
    expect(cssColour(table, -3)).toBe(cssColour(table, 0));
    expect(cssColour(table, 7)).toBe(`rgb(${0xfe} ${0xe8} ${0x38})`);
  });
});
