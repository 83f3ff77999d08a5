import { describe, expect, it } from "vitest";
import { createRandom, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { type GroupPart, lengthOfScaled, scaleRows } from "./group-parts.ts";
import { allocateVector, type Vectors, vectorsOn } from "./vector-loops.ts";

const random = createRandom(3);
const draw = (length: number) => Float32Array.from({ length }, () => random.normal());

function vectorMemory(length: number): { memory: FloatArray; vectors: Vectors } {
  const memory = allocateVector("float32", length);
  const vectors = vectorsOn(memory);
  if (!vectors) throw new Error("This machine runs no WebAssembly vectors.");
  return { memory, vectors };
}

describe("allocateVector", () => {
  it("gives memory of the length, with vectors for floats alone", () => {
    const { memory } = vectorMemory(70_001);
    expect(memory).toBeInstanceOf(Float32Array);
    expect(memory.length).toBe(70_001);
    expect(vectorsOn(memory.subarray(5, 9) as FloatArray)).toBeDefined();
    const doubles = allocateVector("float64", 7);
    expect(doubles).toEqual(new Float64Array(7));
    expect(vectorsOn(doubles)).toBeUndefined();
    expect(vectorsOn(new Float32Array(7))).toBeUndefined();
  });
});

describe("addSquares", () => {
  it.each([
    [1, 1],
    [4, 3],
    [7, 10],
    [96, 33],
  ])("adds %i rows of %i squares as a plain loop does, to the last bit", (rows, count) => {
    const numbers = draw(rows * count);
    const place = rows * count + ((rows * count) % 2); // doubles begin at a multiple of eight bytes
    const { memory, vectors } = vectorMemory(place + 2 * count);
    memory.set(numbers);
    const sums = new Float64Array(memory.buffer, 4 * place, count);
    const before = Float64Array.from({ length: count }, () => random.uniform());
    sums.set(before);
    vectors.addSquares(0, 4 * place, rows, count);
    const square = (s: number, t: number) => (numbers[s * count + t] as number) ** 2;
    const wanted = before.map((sum, t) => {
      let s = 0;
      let out = sum;
      for (; s + 4 <= rows; s += 4)
        out += square(s, t) + square(s + 1, t) + (square(s + 2, t) + square(s + 3, t));
      for (; s < rows; s++) out += square(s, t);
      return out;
    });
    expect(sums).toEqual(wanted);
    expect(memory.subarray(0, numbers.length)).toEqual(numbers);
  });
});

describe("scaleRows", () => {
  const parts: GroupPart[] = [
    { from: 0, factors: matrix(["nodes", "components"], 3, 2, draw(6)) },
    { from: 2, factors: matrix(["nodes", "components"], 0, 5, draw(0)) },
    { from: 7, factors: matrix(["nodes", "components"], 2, 21, draw(42)) },
  ];
  const left: Matrix<"samples", "components"> = matrix(["samples", "components"], 9, 28, draw(9 * 28));

  it.each([
    [0, 9],
    [4, 5],
    [8, 1],
  ])("scales rows from %i on, %i of them, in vectors as in plain memory", (start, rows) => {
    const length = lengthOfScaled(left, parts, 9);
    const plain = scaleRows(left, parts, start, rows, new Float32Array(length));
    const quick = scaleRows(left, parts, start, rows, vectorMemory(length).memory);
    expect(quick.map(({ data }) => [...data])).toEqual(plain.map(({ data }) => [...data]));
    for (const [g, { from, factors }] of parts.entries()) {
      const made = plain[g] as Matrix;
      expect([made.rows, made.cols]).toEqual([factors.rows * rows, factors.cols]);
      for (let j = 0; j < factors.rows; j++)
        for (let i = 0; i < rows; i++)
          for (let k = 0; k < factors.cols; k++)
            expect(made.data[(j * rows + i) * factors.cols + k]).toBe(
              Math.fround(
                (left.data[(start + i) * 28 + from + k] as number) *
                  (factors.data[j * factors.cols + k] as number),
              ),
            );
    }
  });
});
