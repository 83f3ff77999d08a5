import { expect, it } from "vitest";
import { compileGraph, encodeGraph, erf, input, openSession } from "../index.ts";

// Abramowitz and Stegun 1964, table 7.1, in the digits of mpmath
const table = [
  [0, 0],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [4, 0.9999999845827421],
  [7, 1],
  [1e300, 1],
] as const;

it.each([
  ["float64", 1e-15],
  ["float32", 2e-7],
] as const)("erf in %s is the tabulated one on both sides and far out", async (type, tolerance) => {
  const numbers = table.flatMap(([x]) => [x, -x]);
  const session = await openSession(encodeGraph(compileGraph({ y: erf(input("x", type, ["n"])) })), {
    where: "here",
  });
  const data = type === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers);
  const { y } = await session.run({ x: { type, shape: [numbers.length], data } });
  await session.close();
  table.forEach(([, wanted], i) => {
    expect(Math.abs(Number(y?.data[2 * i]) - wanted)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(Number(y?.data[2 * i + 1]) + wanted)).toBeLessThanOrEqual(tolerance);
  });
});
