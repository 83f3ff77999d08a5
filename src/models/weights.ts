import { EncodingError, type FloatArray, type Random } from "../core/index.ts";
import { state, type Tensor, type Value } from "../graph/index.ts";

/** Gives the weight of a name and shape; the same name gives the same weight. Towers ask for what they need by Hugging Face's names,
 * and do not know whether they get states that are trained, momentum copies of them, or anything else. */
export type Weights = (name: string, shape: readonly number[]) => Value;

/** Weights that were asked for, by full name (prefix and name), in the order of first use. */
export type MadeWeights = ReadonlyMap<string, Value>;

/** Contents of weights, by full name. */
export type WeightTensors = Readonly<Record<string, Tensor & { readonly data: FloatArray }>>;

/** Collect the weights that towers ask for: each becomes a state of the graph when it is first asked for.
 * @param prefix put before every name, such as "image.".
 * @returns `weights` for towers, and `made`: the states so far, by full name.
 * @throws EncodingError "shape" if one name is asked for with two shapes. */
export function collectWeights(
  type: "float32" | "float64",
  prefix = "",
): { readonly weights: Weights; readonly made: MadeWeights } {
  const made = new Map<string, Value>();
  const weights: Weights = (name, shape) => {
    const full = prefix + name;
    const value = made.get(full) ?? state(full, type, shape);
    checkSameShape(full, value, shape);
    made.set(full, value);
    return value;
  };
  return { weights, made };
}

/** The weights of a part: every name is asked for with `prefix` before it. */
export function weightsWithin(weights: Weights, prefix: string): Weights {
  return (name, shape) => weights(prefix + name, shape);
}

/** Weights that exist already.
 * @param made by full name. @param prefix that full names have before the names that towers ask for.
 * @throws EncodingError "option" if a weight is asked for that does not exist, "shape" if it has another shape. */
export function reuseWeights(made: MadeWeights, prefix = ""): Weights {
  return (name, shape) => {
    const value = made.get(prefix + name);
    if (value === undefined)
      throw new EncodingError("option", `reuseWeights: there is no weight "${prefix}${name}".`);
    checkSameShape(prefix + name, value, shape);
    return value;
  };
}

/** First contents of weights: matrices and embeddings from a normal distribution cut at two deviations, scales of norms 1, biases 0.
 * Each weight has a random stream of its own name: towers of one seed start alike whatever else is made beside them.
 * @param made weights by full name. @param random seeded. @param deviation of the normal before cutting; published: .02.
 * @returns tensors by full name, for `openTraining` or `compileGraph`.
 * @source Devlin 2019 (released code), Dosovitskiy 2021 as in Hugging Face's ViT. */
export function startWeights(made: MadeWeights, random: Random, deviation = 0.02): WeightTensors {
  return Object.fromEntries(
    Array.from(made, ([name, value]) => {
      const type = value.type as "float32" | "float64";
      const shape = value.shape as readonly number[];
      const count = shape.reduce((a, b) => a * b, 1);
      const data = type === "float32" ? new Float32Array(count) : new Float64Array(count);
      if (isNormScale(name)) data.fill(1);
      else if (!name.endsWith("bias")) fillTruncated(data, random.stream(name), deviation);
      return [name, { type, shape, data }];
    }),
  );
}

/** Whether a weight is the scale of a normalisation. */
export function isNormScale(name: string): boolean {
  return /norm(_before|_after)?\.weight$/i.test(name);
}

/** Whether AdamW shall decay a weight: matrices and embeddings yes, biases and scales of norms no.
 * @source Devlin 2019 (released code). */
export function isDecayed(name: string): boolean {
  return !name.endsWith("bias") && !isNormScale(name);
}

function fillTruncated(data: FloatArray, random: Random, deviation: number): void {
  for (let k = 0; k < data.length; k++) {
    let z = random.normal();
    while (Math.abs(z) > 2) z = random.normal();
    data[k] = deviation * z;
  }
}

function checkSameShape(name: string, value: Value, shape: readonly number[]): void {
  if (value.shape.length === shape.length && value.shape.every((size, i) => size === shape[i])) return;
  throw new EncodingError(
    "shape",
    `weights: "${name}" is [${value.shape.join(", ")}]; it was asked for as [${shape.join(", ")}]. Do two towers share a prefix?`,
  );
}
