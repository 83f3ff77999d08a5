import { checkCancelled, checkNumber, EncodingError, type OnProgress } from "../core/index.ts";
import {
  add,
  compileGraph,
  constant,
  encodeGraph,
  gradients,
  matmul,
  mean,
  mul,
  pow,
  slice,
  sub,
  sum,
  type Tensors,
  type Value,
} from "../graph/index.ts";
import { type EncoderPlan, encoderGraph } from "./build-encoder.ts";
import type { EncoderSession } from "./encode.ts";

/** A session that is closed when the ascent ends. */
export interface ClosableSession extends EncoderSession {
  /** Free what the session holds. */
  close(): Promise<void>;
}

/** A network with the gradient of a drive towards the picture, ready to run. */
export interface AscentOptions {
  /** Encoder of the model that is climbed. */
  readonly plan: EncoderPlan;
  /** Weights of one presentation, averaged over the targets that shall be driven: [1, features], as many as the sense has columns. */
  readonly weights: ArrayLike<number>;
  /** Opens an ONNX file; in Node `openSession`. */
  readonly open: (bytes: Uint8Array) => Promise<ClosableSession>;
  /** Steps of the ascent, default 60. */
  readonly steps?: number;
  /** Length of a step: root mean square change of the numbers that the encoder sees (−1 … 1), default .02. */
  readonly rate?: number;
  /** Weight of roughness: mean squared difference of neighbouring pixels; default 1. Without it the ascent finds noise that no eye reads. */
  readonly smooth?: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a gradient ascent came to. */
export interface Ascent {
  /** Start and end, as the encoder sees them: (channels, height, width), −1 … 1. */
  readonly start: Float32Array;
  readonly picture: Float32Array;
  readonly shape: readonly [number, number, number];
  /** Drive at each step, the start first, in the brain's unit. */
  readonly drive: readonly number[];
  /** Distance from the training stimuli at start and end, as the encoder gives it. */
  readonly distance: readonly [number, number];
}

/** Change a picture so that it drives some targets more: gradient ascent through encoder and weights.
 *
 * Maximises drive − smooth · roughness, normalised steps, numbers kept within −1 … 1. The result is what *the model* is driven by: report it
 * beside an untrained model's, and its distance from the training stimuli, which as a rule is far beyond them.
 * @param start numbers that the encoder sees, such as a picture of the library after preprocessing, or grey (0).
 * @throws EncodingError "option" if the tower reads no pictures; "shape" if start or weights do not fit; "cancelled".
 * @source Erhan et al. 2009 (activation maximisation). */
export async function ascendPicture(start: Float32Array, options: AscentOptions): Promise<Ascent> {
  const { plan, weights, open, steps = 60, rate = 0.02, smooth = 1, onProgress, signal } = options;
  checkNumber("ascendPicture", "steps", steps, { min: 1, whole: true });
  checkNumber("ascendPicture", "rate", rate, { min: 1e-6, max: 2 });
  if (plan.tower.kind !== "vit")
    throw new EncodingError("option", "ascendPicture: the tower must read pictures; words have no gradient.");
  const { channels, size } = plan.tower.config;
  const shape = [channels, size[0], size[1]] as const;
  if (start.length !== channels * size[0] * size[1])
    throw new EncodingError(
      "shape",
      `ascendPicture: the encoder sees ${shape.join(" × ")} numbers; got ${start.length}.`,
    );
  const session = await open(climber(plan, weights, smooth));
  try {
    let picture = start.slice();
    const drive: number[] = [];
    const distance: number[] = [];
    for (let step = 0; step <= steps; step++) {
      checkCancelled(signal);
      const feeds: Tensors = { images: { type: "float32", shape: [1, ...shape], data: picture } };
      const out = await session.run(feeds);
      drive.push(out.drive?.data[0] as number);
      distance.push(out.distance?.data[0] as number);
      if (step < steps) picture = moved(picture, out.gradient?.data as Float32Array, rate);
      onProgress?.({ step: "ascent", done: step, total: steps });
    }
    return { start, picture, shape, drive, distance: [distance[0] as number, distance.at(-1) as number] };
  } finally {
    await session.close();
  }
}

/** Drive, distance and the gradient of the objective towards the picture as one ONNX file. */
function climber(plan: EncoderPlan, weights: ArrayLike<number>, smooth: number): Uint8Array {
  const { inputs, features, distance, weights: tower } = encoderGraph(plan, { batch: 1 });
  const images = inputs.images as Value;
  const width = features.shape[1] as number;
  if (weights.length !== width + 1)
    throw new EncodingError(
      "shape",
      `ascendPicture: needs ${width + 1} weights, one for [1, features]; got ${weights.length}.`,
    );
  const own = constant(
    Float32Array.from({ length: width }, (_, k) => weights[k + 1] as number),
    [width, 1],
  );
  const drive = add(sum(matmul(features, own)), weights[0] as number);
  const objective = smooth > 0 ? sub(drive, mul(roughness(images), smooth)) : drive;
  const [gradient] = gradients(objective, [images]) as [Value];
  return encodeGraph(compileGraph({ drive, distance, gradient }, { name: "ascent", weights: tower }));
}

/** Mean squared difference of neighbours, down and to the right. */
function roughness(images: Value): Value {
  const [, , height, width] = images.shape as [number, number, number, number];
  const down = sub(slice(images, 2, 1, height), slice(images, 2, 0, height - 1));
  const right = sub(slice(images, 3, 1, width), slice(images, 3, 0, width - 1));
  return add(mean(pow(down, 2)), mean(pow(right, 2)));
}

function moved(
  picture: Float32Array<ArrayBuffer>,
  gradient: Float32Array,
  rate: number,
): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (const g of gradient) squares += g * g;
  const scale = squares > 0 ? rate / Math.sqrt(squares / gradient.length) : 0;
  return picture.map((x, k) => Math.max(-1, Math.min(1, x + scale * (gradient[k] as number))));
}
