import { describe, expect, it } from "vitest";
import { buffersOf } from "./buffers.ts";

describe("buffersOf", () => {
  it("finds every array's memory once, at any depth, and leaves shared and pooled memory alone", () => {
    const whole = new Float64Array(8);
    const other = Int8Array.of(1);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    const value = {
      a: [whole, whole.subarray(2)],
      b: { c: other, d: null, e: "x" },
      shared,
      f: Buffer.from("a"),
    };
    expect(buffersOf(value)).toEqual([whole.buffer, other.buffer]);
    expect(buffersOf(7)).toEqual([]);
  });
});
