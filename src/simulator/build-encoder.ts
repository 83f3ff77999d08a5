import { EncodingError } from "../core/index.ts";
import {
  add,
  compileGraph,
  concat,
  constant,
  div,
  encodeGraph,
  matmul,
  maximum,
  mul,
  sqrt,
  sub,
  sum,
  type Value,
} from "../graph/index.ts";
import {
  type BuiltTower,
  buildTower,
  collectWeights,
  meanToken,
  type TowerModel,
  type WeightTensors,
} from "../models/index.ts";
import type { Pipeline } from "./pipeline.ts";

/** A tower and the pipeline that follows it. */
export interface EncoderPlan {
  readonly tower: TowerModel;
  /** By full names; float32. */
  readonly weights: WeightTensors;
  /** Layers whose averages over patches or real tokens stand side by side, 0: the embeddings. */
  readonly layers: readonly number[];
  readonly pipeline: Pipeline;
}

/** Inputs, features and distance as values of one graph, for files and for gradients. */
export interface EncoderGraph {
  /** `images`, or `tokens` and `mask`. */
  readonly inputs: BuiltTower["inputs"];
  /** (batch, components). */
  readonly features: Value;
  /** (batch). */
  readonly distance: Value;
  /** Contents of the states that the graph asks for. */
  readonly weights: WeightTensors;
}

/** Build tower and pipeline as one graph for `batch` stimuli at once; "batch", the default, leaves the number open.
 * @throws EncodingError "option" if weights or layers are not there, "shape" if the pipeline is for another width. */
export function encoderGraph(
  { tower: model, weights, layers, pipeline }: EncoderPlan,
  { batch = "batch" as number | string } = {},
): EncoderGraph {
  const { weights: collected, made } = collectWeights("float32");
  const tower = buildTower(model, collected, { type: "float32", batch });
  const pooled = layers.map((i) => {
    const layer = tower.layers[i];
    if (layer === undefined)
      throw new EncodingError(
        "option",
        `encoderGraph: the tower has layers 0 to ${tower.layers.length - 1}; got ${i}.`,
      );
    return meanToken(layer, tower.inputs.mask);
  });
  const missing = [...made.keys()].filter((name) => !Object.hasOwn(weights, name));
  if (missing.length > 0)
    throw new EncodingError("option", `encoderGraph: the weight "${missing[0]}" is missing.`, { missing });
  const kept = [...made.keys()].map((name) => [name, weights[name] as WeightTensors[string]] as const);
  return { inputs: tower.inputs, weights: Object.fromEntries(kept), ...pipe(concat(pooled, 1), pipeline) };
}

/** An encoder as a plain ONNX file with an open batch: outputs `features` (batch, components) and `distance` (batch).
 * Weights that float16 holds exactly are stored so. The same plan gives the same bytes. @throws EncodingError as {@link encoderGraph}. */
export function buildEncoder(plan: EncoderPlan): Uint8Array {
  const { features, distance, weights } = encoderGraph(plan);
  return encodeGraph(compileGraph({ features, distance }, { name: "encoder", weights }), { halves: true });
}

/** Pooled activations (batch, columns) → features and distance, as `applyPipeline` has them. */
function pipe(pooled: Value, { mean, scale, basis, deviation, rest }: Pipeline) {
  const columns = mean.length;
  if (pooled.shape[1] !== columns)
    throw new EncodingError(
      "shape",
      `encoderGraph: the pipeline is for ${columns} columns; the layers give ${pooled.shape[1]}.`,
    );
  const k = deviation.length;
  const row = (values: ArrayLike<number>, shape: readonly number[]) =>
    constant(Float32Array.from(values), shape);
  const scaled = div(sub(pooled, row(mean, [1, columns])), row(scale, [1, columns]));
  const coordinates = matmul(scaled, row(basis, [columns, k]));
  const features = div(coordinates, row(deviation, [1, k]));
  const squares = sum(mul(features, features), [1]);
  if (!(rest > 0)) return { features, distance: sqrt(squares) };
  // what is left outside the components, itself and not as a difference of two large sums: float32 keeps its digits
  const left = sub(scaled, matmul(coordinates, row(transposed(basis, columns, k), [k, columns])));
  const outside = div(sum(mul(left, left), [1]), rest);
  return { features, distance: sqrt(maximum(add(squares, outside), 1e-12)) };
}

function transposed(data: ArrayLike<number>, rows: number, cols: number): Float64Array {
  return Float64Array.from(
    { length: rows * cols },
    (_, k) => data[(k % rows) * cols + Math.floor(k / rows)] as number,
  );
}
