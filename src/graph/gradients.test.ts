import { beforeAll, describe, expect, it } from "vitest";
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

function draw(kind: Draw, random: Random): number {
  if (typeof kind === "number") return random.integer(kind);
  if (kind === "bool") return random.integer(2);
  return kind === "positive" ? 0.5 + 1.5 * random.uniform() : random.normal();
}

/** A case with its inputs drawn; `name` keeps cases apart that share a graph. */
interface Trial {
  readonly one: Case;
  readonly name: string;
  readonly title: string;
  readonly feeds: Readonly<Record<string, Plain>>;
}

const trials: readonly Trial[] = cases.map((one, seed) => {
  const random = createRandom(seed);
  const name = `case${seed}`;
  const feeds = one.inputs.map(([shape, kind], i) => {
    const data = Array.from({ length: countOf(shape) }, () => Math.fround(draw(kind, random)));
    return [`${name}.${i}`, { shape, data }] as const;
  });
  const title = `${one.operator} of ${one.inputs.map(([shape]) => formatShape(shape)).join(", ")}`;
  return { one, name, title, feeds: Object.fromEntries(feeds) };
});

/** Inputs of a trial, those that gradients can flow to, and the result. */
function build({ one, name }: Trial, type: Float) {
  const inputs = statesOf(one, type, name);
  return { sources: inputs.filter((x) => isFloat(x.type)), result: one.build(inputs, type) };
}

/** Trials whose operator has a derivative (or is outer, or stops gradients on purpose). */
const smooth = trials.filter(
  (trial) =>
    (rules[trial.one.operator] !== "none" || trial.one.operator === "outer") &&
    build(trial, "float64").sources.length > 0,
);

/** Σ y w with seeded weights, so that every number of y counts differently. */
function lossOf(y: Value, random: Random): Value {
  const real = isFloat(y.type) ? y : cast(y, "float64");
  const weights = Array.from({ length: countOf(y.shape as number[]) }, () => random.normal());
  return sum(mul(real, constant(arrayOf(real.type, weights), y.shape as number[])));
}

function lossOfTrial(trial: Trial, type: Float) {
  const { sources, result } = build(trial, type);
  return { sources, loss: lossOf(result, createRandom(0).stream(trial.name)) };
}

/** The loss of a trial's gradients: its gradients are second derivatives. */
function secondLoss(trial: Trial) {
  const random = createRandom(1).stream(trial.name);
  const { sources, loss } = lossOfTrial(trial, "float64");
  return { sources, loss: addAll(gradients(loss, sources).map((g) => lossOf(mul(g, g), random))) };
}

type Answers = ReadonlyMap<Trial, readonly Tensor[]>;

const dataOf = (answers: Answers, trial: Trial, i: number) =>
  (answers.get(trial) as readonly Tensor[])[i]?.data ?? [];

/** Compute values of many trials in one graph, which is faster than a session each. */
async function compute(wanted: readonly (readonly [Trial, readonly Value[]])[]): Promise<Answers> {
  const outputs = wanted.flatMap(([{ name }, values]) =>
    values.map((v, i) => [`${name}.out${i}`, v] as const),
  );
  const feeds = Object.assign({}, ...wanted.map(([trial]) => trial.feeds)) as Record<string, Plain>;
  const graph = compileGraph(Object.fromEntries(outputs));
  const session = await openSession(encodeGraph(graph), { where: "here" });
  const tensors = graph.inputs.map(({ name, type }) => {
    const { shape, data } = feeds[name] as Plain;
    return [name, { type, shape, data: arrayOf(type, data as number[]) }] as const;
  });
  const results = await session.run(Object.fromEntries(tensors));
  await session.close();
  return new Map(
    wanted.map(([trial, values]) => [
      trial,
      values.map((_, i) => results[`${trial.name}.out${i}`] as Tensor),
    ]),
  );
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

const titled = (list: readonly Trial[]) => list.map((trial) => [trial.title, trial] as const);

describe("operators", () => {
  it("each have a case here", () => {
    const used = inOrder(trials.map((trial) => build(trial, "float64").result)).map((v) => v.operator.name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(operators).sort());
  });
  describe.each([
    ["float64", 1e-13],
    ["float32", 2e-6],
  ] as const)("compute in %s their definition:", (type, tolerance) => {
    let answers: Answers;
    beforeAll(async () => {
      answers = await compute(trials.map((trial) => [trial, [build(trial, type).result]]));
    });
    it.each(titled(trials))("%s", (_, trial) => {
      const wanted = interpret(build(trial, type).result, trial.feeds);
      const got = answers.get(trial)?.[0] as Tensor;
      expect(got.shape).toEqual(wanted.shape);
      expectClose(got.data, wanted.data, tolerance);
    });
  });
});

describe.each([
  ["gradients", 1e-8, (trial: Trial) => lossOfTrial(trial, "float64")],
  ["gradients of gradients", 1e-7, secondLoss],
] as const)("%s are finite differences:", (_, tolerance, make) => {
  let answers: Answers;
  beforeAll(async () => {
    answers = await compute(
      smooth.map((trial) => {
        const { loss, sources } = make(trial);
        return [trial, gradients(loss, sources)];
      }),
    );
  });
  it.each(titled(smooth))("%s", (_title, trial) => {
    const { loss, sources } = make(trial);
    sources.forEach((source, i) => {
      const { name } = source.attributes as { name: string };
      const got = answers.get(trial)?.[i] as Tensor;
      expect(got.shape).toEqual(source.shape);
      expectClose(got.data, differences(loss, trial.feeds, name), tolerance);
    });
  });
});

describe("gradients", () => {
  let answers: Answers;
  beforeAll(async () => {
    answers = await compute(
      smooth.map((trial) => {
        const { loss, sources } = lossOfTrial(trial, "float32");
        return [trial, gradients(loss, sources)];
      }),
    );
  });
  it.each(titled(smooth))("are the same in float32: %s", (_, trial) => {
    const { loss, sources } = lossOfTrial(trial, "float64");
    for (const [i, g] of gradients(loss, sources).entries())
      expectClose(dataOf(answers, trial, i), interpret(g, trial.feeds).data, 1e-5);
  });
});
