import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../core/index.ts";
import { arrayOf } from "./element-type.ts";
import { rules } from "./gradients.ts";
import {
  addAll,
  compileGraph,
  encodeGraph,
  gradients,
  mul,
  openSession,
  type Tensor,
  type Value,
} from "./index.ts";
import { interpret, type Plain } from "./interpret.fixture.ts";
import { type Case, cases, type Draw, statesOf } from "./operator-cases.fixture.ts";
import { constant } from "./operators/leaf.ts";
import { sum } from "./operators/reduce.ts";
import { cast } from "./operators/unary.ts";
import { operators } from "./operators.ts";
import { countOf, formatShape } from "./shape.ts";
import { inOrder, isFloat } from "./value.ts";

type Float = "float32" | "float64";
const title = (one: Case) =>
  `${one.operator} of ${one.inputs.map(([shape]) => formatShape(shape)).join(", ")}`;
const titled = cases.map((one, seed) => [title(one), one, seed] as const);

function draw(kind: Draw, random: Random): number {
  if (typeof kind === "number") return random.integer(kind);
  if (kind === "bool") return random.integer(2);
  return kind === "positive" ? 0.5 + 1.5 * random.uniform() : random.normal();
}

function feedsOf(one: Case, random: Random): Record<string, Plain> {
  return Object.fromEntries(
    one.inputs.map(([shape, kind], i) => [
      `x${i}`,
      { shape, data: Array.from({ length: countOf(shape) }, () => Math.fround(draw(kind, random))) },
    ]),
  );
}

/** Σ y w with seeded weights, so that every number of y counts differently. */
function lossOf(y: Value, random: Random): Value {
  const real = isFloat(y.type) ? y : cast(y, "float64");
  const weights = Array.from({ length: countOf(y.shape as number[]) }, () => random.normal());
  return sum(mul(real, constant(arrayOf(real.type, weights), y.shape as number[])));
}

async function run(
  outputs: Record<string, Value>,
  feeds: Record<string, Plain>,
): Promise<Record<string, Tensor>> {
  const graph = compileGraph(outputs);
  const session = await openSession(encodeGraph(graph), { where: "here" });
  const tensors = graph.inputs.map(({ name, type }) => {
    const { shape, data } = feeds[name] as Plain;
    return [name, { type, shape, data: arrayOf(type, data as number[]) }] as const;
  });
  const results = await session.run(Object.fromEntries(tensors));
  await session.close();
  return results;
}

/** Central differences of the reference towards every number of one input. */
function differences(loss: Value, feeds: Record<string, Plain>, name: string, h = 1e-5): number[] {
  const { shape, data } = feeds[name] as Plain;
  const nudged = (k: number, by: number) =>
    interpret(loss, { ...feeds, [name]: { shape, data: data.map((x, i) => (i === k ? x + by : x)) } })
      .data[0] as number;
  return data.map((_, k) => (nudged(k, h) - nudged(k, -h)) / (2 * h));
}

function expectClose(got: ArrayLike<number | bigint>, wanted: readonly number[], tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((x, k) => {
    expect(Math.abs(Number(got[k]) - x), `number ${k}: ${got[k]}, wanted ${x}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(x)),
    );
  });
}

/** How many different numbers a tensor holds. */
const distinct = ({ data }: Tensor) => new Set<number | bigint>(data as Float64Array).size;
const movable = (one: Case, type: Float) => statesOf(one, type).filter((x) => isFloat(x.type));
/** Operators that have no derivative by design, or whose derivative is zero where it exists. */
const flat = (one: Case) => rules[one.operator] === "none" && one.operator !== "outer";

describe("operators", () => {
  it("each have a case here", () => {
    const used = new Set(
      cases
        .flatMap((one) => inOrder([one.build(statesOf(one, "float64"), "float64")]))
        .map((v) => v.operator.name),
    );
    expect([...used].sort()).toEqual(Object.keys(operators).sort());
  });
  it.each(titled)("%s computes its definition", async (_, one, seed) => {
    const feeds = feedsOf(one, createRandom(seed));
    for (const [type, tolerance] of [
      ["float64", 1e-13],
      ["float32", 2e-6],
    ] as const) {
      const y = one.build(statesOf(one, type), type);
      const wanted = interpret(y, feeds);
      const { y: got } = await run({ y }, feeds);
      expect(got?.shape).toEqual(wanted.shape);
      expectClose((got as Tensor).data, wanted.data, tolerance);
    }
  });
});

describe("gradients", () => {
  const smooth = titled.filter(([, one]) => !flat(one) && movable(one, "float64").length > 0);
  it.each(smooth)("of %s are its finite differences", async (_, one, seed) => {
    const feeds = feedsOf(one, createRandom(seed));
    const inputs = statesOf(one, "float64");
    const sources = inputs.filter((x) => isFloat(x.type));
    const loss = lossOf(one.build(inputs, "float64"), createRandom(seed).stream("weights"));
    const found = gradients(loss, sources);
    const results = await run(Object.fromEntries(found.map((g, i) => [`g${i}`, g])), feeds);
    sources.forEach((source, i) => {
      const { name } = source.attributes as { name: string };
      expect(results[`g${i}`]?.shape).toEqual(source.shape);
      if (one.operator === "stopGradient") expect(distinct(results[`g${i}`] as Tensor)).toBeLessThan(2);
      else expectClose((results[`g${i}`] as Tensor).data, differences(loss, feeds, name), 1e-8);
    });
  });
  it.each(smooth)("of %s are the same in float32", async (_, one, seed) => {
    const feeds = feedsOf(one, createRandom(seed));
    const [coarse, fine] = (["float32", "float64"] as const).map((type) => {
      const inputs = statesOf(one, type);
      const loss = lossOf(one.build(inputs, type), createRandom(seed).stream("weights"));
      return gradients(
        loss,
        inputs.filter((x) => isFloat(x.type)),
      );
    }) as [Value[], Value[]];
    const results = await run(Object.fromEntries(coarse.map((g, i) => [`g${i}`, g])), feeds);
    for (const [i, g] of fine.entries())
      expectClose((results[`g${i}`] as Tensor).data, interpret(g, feeds).data, 1e-5);
  });
  it.each(smooth)("of gradients of %s are their finite differences", async (_, one, seed) => {
    const feeds = feedsOf(one, createRandom(seed));
    const inputs = statesOf(one, "float64");
    const sources = inputs.filter((x) => isFloat(x.type));
    const random = createRandom(seed).stream("second");
    const first = gradients(lossOf(one.build(inputs, "float64"), random), sources);
    const loss = addAll(first.map((g) => lossOf(mul(g, g), random)));
    const second = gradients(loss, sources);
    const results = await run(Object.fromEntries(second.map((g, i) => [`g${i}`, g])), feeds);
    for (const [i, source] of sources.entries()) {
      const got = results[`g${i}`] as Tensor;
      const { name } = source.attributes as { name: string };
      if (one.operator === "stopGradient") expect(distinct(got)).toBeLessThan(2);
      else expectClose(got.data, differences(loss, feeds, name), 1e-7);
    }
  });
});
