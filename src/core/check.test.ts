import { describe, expect, it } from "vitest";
import {
  checkCancelled,
  checkFinite,
  checkNumber,
  checkSameRows,
  EncodingError,
  isEncodingError,
  zeros,
} from "./index.ts";

describe("checks", () => {
  it("name both shapes when samples differ", () => {
    const X = zeros(["samples", "features"], 20, 4);
    const Y = zeros(["samples", "targets"], 19, 3);
    expect(() => checkSameRows("fitRidge", X, Y)).toThrow(
      "fitRidge: X and Y must have the same samples; got X 20 samples × 4 features and Y 19 samples × 3 targets. Was only one of them trimmed?",
    );
  });
  it("name the first NaN and how many there are", () => {
    const Y = zeros(["samples", "targets"], 3, 2);
    Y.data[3] = Number.NaN;
    Y.data[5] = Number.POSITIVE_INFINITY;
    expect(() => checkFinite("fitRidge", Y, "Y")).toThrow(
      /got 2 NaN or infinite values in 3 samples × 2 targets, the first at row 1, column 1/,
    );
    Y.data.fill(0);
    expect(() => checkFinite("fitRidge", Y, "Y")).not.toThrow();
  });
  it("refuse numbers outside their range", () => {
    expect(() => checkNumber("delay", "delays", -1, { min: 0, whole: true })).toThrow(
      /whole number in \[0, Infinity\]; got -1/,
    );
    expect(() => checkNumber("delay", "delays", Number.NaN)).toThrow(/got NaN/);
  });
});

describe("isEncodingError", () => {
  it("knows our errors and their kind", () => {
    const error = new EncodingError("shape", "m", { n: 1 });
    expect(isEncodingError(error)).toBe(true);
    expect(isEncodingError(error, "shape")).toBe(true);
    expect(isEncodingError(error, "file")).toBe(false);
    expect(isEncodingError(new Error("m"))).toBe(false);
  });
  it("marks cancelled work", () => {
    const stop = new AbortController();
    expect(() => checkCancelled(stop.signal)).not.toThrow();
    stop.abort();
    expect(() => checkCancelled(stop.signal)).toThrow(/Stopped by the user/);
  });
});
