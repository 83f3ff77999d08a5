import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  equalP,
  formatCount,
  formatInterval,
  formatNumber,
  formatP,
  formatR2,
  formatShare,
  joinWords,
  shorten,
} from "./format.ts";

const at05 = { level: 0.05 };

describe("formatP", () => {
  it("writes two significant digits, two decimals from .1 on", () => {
    const told = [1 / 256, 0.0234375, 0.3125, 0.30001, 0.0002, 0.9986, 1, 2 ** -16];
    expect(told.map((p) => formatP(p, at05))).toEqual([
      ".0039",
      ".023",
      ".31",
      ".30",
      ".0002",
      "> .99",
      "1",
      ".000015",
    ]);
  });
  it("never lets rounding carry a p across the level", () => {
    expect(formatP(0.0501, at05)).toBe(".0501");
    expect(formatP(0.04999, at05)).toBe(".05");
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 0.99, noNaN: true }),
        fc.constantFrom(0.05, 0.01, 0.001),
        (p, level) => {
          expect(Number(`0${formatP(p, { level })}`) <= level).toBe(p <= level);
        },
      ),
      { seed: 1 },
    );
  });
  it("writes an undefined p as a dash, and never as 0", () => {
    expect(formatP(Number.NaN, at05)).toBe("—");
    expect(formatP(0, at05)).toBe("< 10⁻¹²");
  });
  it("joins the sign of comparison", () => {
    expect(["0.02", "0.998"].map((p) => equalP(Number(p), at05))).toEqual(["= .02", "> .99"]);
  });
});

describe("numbers", () => {
  it("have a true minus, no leading zero, and no sign where they round to zero", () => {
    expect(
      [0.3111, -0.02, -0.0001, 1.2, Number.NaN, Number.POSITIVE_INFINITY].map((x) => formatNumber(x)),
    ).toEqual([".31", "−.02", ".00", "1.20", "—", "—"]);
    expect([0.26, 0.004, -0.004, 0, 1.2, Number.NaN].map(formatShare)).toEqual([
      "26 %",
      "0.4 %",
      "−0.4 %",
      "0 %",
      "120 %",
      "—",
    ]);
    expect(formatInterval(-0.01, 0.02, formatR2)).toBe("[−.010, .020]");
    expect(formatInterval(Number.NaN, 0.02, formatR2)).toBe("—");
    expect([4, 1024, 84038].map(formatCount)).toEqual(["4", "1024", "84\u202f038"]);
  });
});

describe("lists and names", () => {
  it("count what they leave out, but never only one", () => {
    expect(joinWords(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
    expect(joinWords(["a", "b", "c"], 2)).toBe("a, b and c");
    expect(joinWords([])).toBe("");
  });
  it("keep both ends of a long name", () => {
    expect(shorten("superior temporal sulcus 12", 12)).toBe("superio…s 12");
    expect([...shorten("𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ", 5)]).toHaveLength(5);
  });
});
