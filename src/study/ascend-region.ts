import { resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { openSession } from "../graph/index.ts";
import { preprocessPicture, towerOf } from "../models/index.ts";
import {
  type Ascent,
  ascendPicture,
  type EncoderPlan,
  findPerson,
  findSense,
  maskOf,
  type PipelineRef,
  percentileOf,
} from "../simulator/index.ts";
import { readModels } from "./build-brain.ts";
import type { Bench, ExperimentResult, Of } from "./experiment-bench.ts";
import { insideOf } from "./region-targets.ts";

/** Change a picture until it drives a region, through each of two models, and show each result to the other too. */
export async function ascendRegion(bench: Bench, step: Of<"ascend">): Promise<ExperimentResult> {
  const { ascend: region, control, family, steps } = step;
  const named = await readModels(resolve(bench.folder, family));
  const rows = [];
  const pictures = [];
  const start = await startOf(bench, step.from);
  for (const model of [bench.settings.model, ...(control === undefined ? [] : [control])]) {
    const twin = named.find(({ id }) => id === model)?.towers.picture;
    if (twin === undefined)
      throw new EncodingError(
        "option",
        `experiment: the family ${family} has no image tower for "${model}".`,
      );
    const sense = findSense(bench.own.brain.manifest, model, "picture");
    if (sense.pipeline === undefined || sense.picture === undefined)
      throw new EncodingError("option", `experiment: the brain does not tell the pipeline of "${model}".`);
    const plan: EncoderPlan = {
      tower: towerOf(twin.config, "image"),
      weights: twin.weights,
      layers: sense.pipeline.layers,
      pipeline: await readPipeline(bench, sense.pipeline),
    };
    const { weights, targets } = await regionWeights(bench, model, region);
    const grey = new Float32Array(
      twin.config.image.channels * twin.config.image.size[0] * twin.config.image.size[1],
    );
    const ascent = await ascendPicture(start === null ? grey : preprocessPicture(start, sense.picture).data, {
      plan,
      weights,
      open: (bytes) => openSession(bytes),
      steps,
      signal: bench.options.signal,
    });
    const distances = await bench.own.brain.array(sense.distances);
    rows.push({
      model,
      targets,
      start: ascent.drive[0] as number,
      end: ascent.drive.at(-1) as number,
      startPercentile: percentileOf(distances, ascent.distance[0]),
      endPercentile: percentileOf(distances, ascent.distance[1]),
    });
    pictures.push({ name: `${region}-${model}`, ...bytesOf(ascent) });
  }
  return {
    kind: "ascend",
    title: `A picture that drives ${region}, by gradient ascent (${steps} steps)`,
    warnings: [
      "A picture made by ascent shows what drives the model. It lies beyond the training stimuli, where the prediction is a guess.",
    ],
    rows,
    pictures,
  };
}

async function startOf(bench: Bench, from: string | undefined) {
  if (from === undefined) return null;
  const { stimuli } = await bench.set(from);
  const [picture] = stimuli.sense === "picture" ? stimuli.pictures : [];
  if (picture === undefined)
    throw new EncodingError("option", `experiment: the set "${from}" has no picture.`);
  return picture;
}

async function readPipeline({ own }: Bench, { mean, scale, basis, deviation, rest }: PipelineRef) {
  const read = async (ref: PipelineRef["mean"]) => Float64Array.from(await own.brain.array(ref));
  return {
    mean: await read(mean),
    scale: await read(scale),
    basis: await read(basis),
    deviation: await read(deviation),
    rest,
  };
}

/** Weights of pictures, averaged over the region's targets inside the mask. */
async function regionWeights(bench: Bench, model: string, region: string) {
  const { brain } = bench.own;
  const { manifest } = brain;
  const person = findPerson(manifest, bench.settings.person ?? manifest.people[0]?.id ?? "");
  const [from, to] = findSense(manifest, model, "picture").columns;
  const { data, columns } = await brain.weights(model);
  const mask = await maskOf(brain, model);
  const inside = await insideOf(brain, region);
  const count = manifest.targets.count;
  const used = [...inside.keys()].filter((t) => inside[t] === 1 && mask[person * count + t] === 1);
  if (used.length === 0)
    throw new EncodingError(
      "value",
      `experiment: "${model}" predicts no target of ${region} better than chance.`,
    );
  const weights = Float64Array.from({ length: to - from }, (_, c) =>
    used.reduce(
      (sum, t) => sum + (data[(person * count + t) * columns + from + c] as number) / used.length,
      0,
    ),
  );
  return { weights, targets: used.length };
}

/** What the encoder saw as bytes again. */
function bytesOf({ picture, shape }: Ascent) {
  const [channels, height, width] = shape;
  const data = new Uint8Array(height * width * channels);
  for (let c = 0; c < channels; c++)
    for (let k = 0; k < height * width; k++)
      data[k * channels + c] = Math.round(127.5 * ((picture[c * height * width + k] as number) + 1));
  return { width, height, data };
}
