import { EncodingError, type Matrix, type Random } from "../../core/index.ts";
import * as g from "../../graph/index.ts";

/** Features of some items and the class of each. */
export interface Labelled {
  readonly features: Matrix;
  readonly labels: readonly number[];
}

/** Settings of {@link fitHead}. */
export interface HeadOptions {
  readonly classes: number;
  /** Units of a hidden layer with GELU; 0: the classes are linear in the features. */
  readonly hidden?: number;
  readonly steps?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly random: Random;
}

/** Train a small classifier on frozen features: cross-entropy over all items at once, AdamW. Features are z-scored by the training items.
 * @returns a function that gives the most likely class of each row.
 * @throws EncodingError "shape" if labels and rows differ in number. */
export async function fitHead(
  { features, labels }: Labelled,
  { classes, hidden = 0, steps = 200, learningRate = 0.02, weightDecay = 0.05, random }: HeadOptions,
): Promise<(features: Matrix) => Promise<number[]>> {
  const { rows, cols } = features;
  if (labels.length !== rows)
    throw new EncodingError(
      "shape",
      `fitHead: each row needs a label; got ${rows} rows, ${labels.length} labels.`,
    );
  const scale = scaleOf(features);
  const input = (count: number) => g.input("features", "float32", [count, cols]);
  const right = g.input("labels", "int64", [rows]);
  const weights = layersOf(cols, hidden, classes);
  const loss = g.crossEntropy(scoresOf(input(rows), weights), right);
  const rate = g.scalar(learningRate, "float64");
  const decay = (name: string) => (name.endsWith("weight") ? weightDecay : 0);
  const updates = g.adamw(weights, g.gradients(loss, weights), { learningRate: rate, weightDecay: decay });
  const train = g.defineStep({ name: "train", outputs: { loss }, updates });
  const session = await g.openTraining({ train }, startOf(weights, random), { threads: 2 });
  const data = scale(features);
  const classesOf = BigInt64Array.from(labels, BigInt);
  for (let step = 0; step < steps; step++)
    await session.run("train", {
      features: { type: "float32", shape: [rows, cols], data },
      labels: { type: "int64", shape: [rows], data: classesOf },
    });
  const fitted = await session.read(weights.map(nameOf));
  await session.close();
  return async (some) => {
    const best = g.cast(g.argMax(scoresOf(input(some.rows), weights)), "float64");
    const use = await g.openTraining({ use: g.defineStep({ outputs: { best } }) }, fitted);
    const shape = [some.rows, cols];
    const answer = await use.run("use", { features: { type: "float32", shape, data: scale(some) } });
    await use.close();
    return Array.from((answer.best as g.Tensor).data, Number);
  };
}

/** Weights and biases of one or two layers. */
function layersOf(width: number, hidden: number, classes: number): g.Value[] {
  const sizes = hidden > 0 ? [width, hidden, classes] : [width, classes];
  return sizes
    .slice(1)
    .flatMap((out, k) => [
      g.state(`${k}.weight`, "float32", [out, sizes[k] as number]),
      g.state(`${k}.bias`, "float32", [out]),
    ]);
}

function scoresOf(x: g.Value, [a, b, c, d]: readonly g.Value[]): g.Value {
  const first = g.linear(x, a as g.Value, b);
  return c === undefined ? first : g.linear(g.gelu(first), c, d);
}

function startOf(weights: readonly g.Value[], random: Random): g.Tensors {
  return Object.fromEntries(
    weights.map((weight): [string, g.Tensor] => {
      const shape = weight.shape as readonly number[];
      const count = shape.reduce((a, b) => a * b, 1);
      const stream = random.stream(nameOf(weight));
      const size = shape.length === 2 ? 1 / Math.sqrt(shape[1] as number) : 0;
      const data = Float32Array.from({ length: count }, () => size * stream.normal());
      return [nameOf(weight), { type: "float32", shape, data }];
    }),
  );
}

function nameOf(weight: g.Value): string {
  return (weight.attributes as { name: string }).name;
}

/** z-scores by the columns' means and deviations in the training items; constant columns become 0. */
function scaleOf({ rows, cols, data }: Matrix): (features: Matrix) => Float32Array<ArrayBuffer> {
  const [mean, deviation] = [new Float64Array(cols), new Float64Array(cols)];
  for (let k = 0; k < rows * cols; k++) mean[k % cols]! += (data[k] as number) / rows;
  for (let k = 0; k < rows * cols; k++)
    deviation[k % cols]! += ((data[k] as number) - (mean[k % cols] as number)) ** 2 / rows;
  const factor = deviation.map((square) => (square > 1e-12 ? 1 / Math.sqrt(square) : 0));
  return (some) =>
    Float32Array.from(
      some.data as Float32Array,
      (x, k) => (x - (mean[k % cols] as number)) * (factor[k % cols] as number),
    );
}
