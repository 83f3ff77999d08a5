import { expect, it } from "vitest";
import { fromHalf, toHalf } from "./half.ts";

it("every half-precision pattern goes to a number and back", () => {
  let wrong = 0;
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromHalf(bits);
    if (!Number.isNaN(value) && toHalf(value) !== bits) wrong++;
  }
  expect(wrong).toBe(0);
  expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
});

it("numbers between two patterns are rounded to the nearer, halves to even", () => {
  expect([0.1, 65504, 65519.99, 65520, 2049, 2051, 6e-8, 1e-8].map((x) => fromHalf(toHalf(x)))).toEqual([
    0.0999755859375,
    65504,
    65504,
    Number.POSITIVE_INFINITY,
    2048,
    2052,
    2 ** -24,
    0,
  ]); // numpy.float16 of the same
  expect(Object.is(fromHalf(toHalf(-0)), -0)).toBe(true);
});
