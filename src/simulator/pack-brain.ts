import { EncodingError, type Random } from "../core/index.ts";
import { meanDefined } from "../stats/index.ts";
import type { FittedBrain, FittedModel } from "./fitted.ts";
import type { BrainManifest } from "./manifest.ts";
import type {
  BrainModel,
  EncoderFile,
  PipelineRef,
  Sense,
  SenseModel,
  WeightsRef,
} from "./manifest-model.ts";
import { packMaps } from "./pack-maps.ts";
import { type PackedSurface, packSurface } from "./pack-surface.ts";
import { type LowRank, weightsError } from "./pack-weights.ts";
import { type BrainFiles, openPacker, type Packer, toFileName } from "./packer.ts";
import type { Pipeline } from "./pipeline.ts";
import {
  compareModels,
  describeSmall,
  regionScoring,
  scoreRegions,
  uniqueByRegion,
} from "./region-scores.ts";

/** An encoder that was built for a sense of a fitted model. */
export interface PackedEncoder extends Pick<SenseModel, "picture" | "text"> {
  /** The ONNX file, see `buildEncoder`. */
  readonly bytes: Uint8Array;
  readonly inputs: EncoderFile["inputs"];
  readonly layer: string;
  /** Layers that stand side by side. */
  readonly layers: readonly number[];
  /** The pipeline in one sentence. */
  readonly sentence: string;
}

/** What a brain is packed with. */
export interface PackOptions extends Pick<BrainManifest, "title" | "question" | "card" | "library"> {
  /** By model id and sense. */
  readonly encoders: Readonly<Record<string, Readonly<Partial<Record<Sense, PackedEncoder>>>>>;
  readonly surface: PackedSurface | null;
  /** Other files by path: tokenizers, stimuli. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly unit: string;
  /** Where samples are no volumes in time. */
  readonly presentation?: Pick<BrainManifest["presentation"], "tr" | "text">;
  readonly random: Random;
  /** Smallest difference in R² between two models that matters, declared beforehand; left out: none is. */
  readonly margin?: number | undefined;
  /** Parts of the joint R² of feature spaces, which the study divided beside its models. */
  readonly partition?: BrainManifest["partition"] | undefined;
  /** Weights of low rank instead of all of them: made by `approximateWeights`, by model id. */
  readonly lowRank?: Readonly<Record<string, LowRank>>;
}

/** Pack a fitted brain as the files of docs/fitted-brain.md. The same brain gives the same bytes.
 *
 * Weights and held-out responses are stored as float16; `weightsError` says what that changes in the predicted responses of the training
 * stimuli, measured on what was stored.
 * @throws EncodingError "option" if an encoder is missing or two files share a path. */
export async function packBrain(brain: FittedBrain, options: PackOptions): Promise<BrainFiles> {
  const packer = openPacker("packBrain");
  for (const [path, bytes] of Object.entries(options.files)) packer.file(path, bytes);
  const models = brain.models.map((model) => packModel(brain, model, options, packer));
  return packer.finish(await describe(brain, models, options, packer));
}

function packModel(brain: FittedBrain, model: FittedModel, options: PackOptions, packer: Packer): BrainModel {
  const { id, label, description, role } = model.input;
  const [people, targets] = [brain.data.people.length + 1, brain.data.regionOf.length];
  const senses: Partial<Record<Sense, SenseModel>> = {};
  for (const one of model.senses) {
    const encoder = options.encoders[id]?.[one.sense];
    if (encoder === undefined)
      throw new EncodingError("option", `packBrain: the model "${id}" has no encoder of ${one.sense}s.`);
    const file = `encoders/${toFileName(id)}-${one.sense}.onnx`;
    packer.file(file, encoder.bytes);
    senses[one.sense] = {
      encoder: {
        file,
        bytes: encoder.bytes.byteLength,
        inputs: encoder.inputs,
        outputs: { features: "features", distance: "distance" },
        layer: encoder.layer,
        text: encoder.sentence,
      },
      ...(encoder.picture && { picture: encoder.picture }),
      ...(encoder.text && { text: encoder.text }),
      ...(one.sense === "picture" && {
        pipeline: packPipeline(`${id}-${one.sense}`, one.pipeline, encoder, packer),
      }),
      columns: one.columns,
      interval: packer.array(`${id}-${one.sense}-interval`, "float32", [people, targets], one.interval),
      distances: packer.array(`${id}-${one.sense}-distances`, "float32", [101], one.distances),
    };
  }
  const low = options.lowRank?.[id];
  const weights: WeightsRef = low
    ? {
        kind: "low-rank",
        left: packer.array(`${id}-weights-left`, "float16", [people, targets, low.rank], low.left),
        right: packer.array(`${id}-weights-right`, "float16", [people, low.rank, model.columns], low.right),
      }
    : {
        kind: "full",
        values: packer.array(`${id}-weights`, "float16", [people, targets, model.columns], model.weights),
      };
  return {
    id,
    label,
    description,
    role,
    senses,
    weights,
    weightsError: {
      largest: weightsError(model, low ?? null),
      of: "predicted response of a training stimulus, in its unit",
    },
    mask: packer.array(`${id}-mask`, "uint8", [people, targets], model.mask),
    heldOut: {
      predicted: packer.array(
        `${id}-predicted`,
        "float16",
        [1, model.predicted.rows, targets],
        firstPerson(model.predicted.data, model.predicted.rows, targets),
      ),
    },
  };
}

/** The numbers of a pipeline: of pictures, which gradients can climb. */
function packPipeline(
  name: string,
  { mean, scale, basis, deviation, rest }: Pipeline,
  { layers }: Pick<PackedEncoder, "layers">,
  packer: Packer,
): PipelineRef {
  const put = (kind: string, shape: readonly number[], numbers: ArrayLike<number>) =>
    packer.array(`${name}-pipeline-${kind}`, "float32", shape, numbers);
  return {
    layers,
    mean: put("mean", [mean.length], mean),
    scale: put("scale", [mean.length], scale),
    basis: put("basis", [mean.length, deviation.length], basis),
    deviation: put("deviation", [deviation.length], deviation),
    rest,
  };
}

/** The mean person's columns of (samples × people · targets). */
function firstPerson(data: ArrayLike<number>, rows: number, targets: number): Float64Array {
  const cols = data.length / rows;
  return Float64Array.from(
    { length: rows * targets },
    (_, k) => data[Math.floor(k / targets) * cols + (k % targets)] as number,
  );
}

async function describe(
  brain: FittedBrain,
  models: readonly BrainModel[],
  options: PackOptions,
  packer: Packer,
): Promise<Omit<BrainManifest, "files">> {
  const { data, options: how } = brain;
  const targets = data.regionOf.length;
  const people = data.people.length + 1;
  const scoring = { ...regionScoring, random: options.random.stream("region scores") };
  const [from, to] = how.window;
  const pairs = pairsOf(brain.models);
  const margin = options.margin ?? null;
  return {
    format: "simcortex-brain",
    version: 1,
    title: options.title,
    question: options.question,
    card: options.card,
    people: [
      { id: "mean", label: `mean of ${data.people.length} people`, mean: true },
      ...data.people.map(({ id }) => ({ id, label: id, mean: false })),
    ],
    targets: { count: targets, region: packer.array("region", "int32", [targets], data.regionOf) },
    regions: data.regions.map(({ name, description }, g) => ({
      name,
      description,
      targets: data.regionOf.filter((region) => region === g).length,
    })),
    presentation: {
      seconds: how.seconds,
      window: how.window,
      tr: data.tr,
      unit: options.unit,
      text: `One presentation (pictures ${how.seconds.picture} s, sentences ${how.seconds.sentence} s) on an otherwise empty screen, against the empty screen: mean of the volumes that begin ${from} to ${to} s after onset.`,
      ...options.presentation,
    },
    surface: options.surface && packSurface(options.surface, packer),
    models,
    maskTest: `Test runs, mean over repeats: r above the largest r of ${targets * people} targets and people in ${how.draws.toLocaleString("en")} circular shifts within runs; family-wise error ${how.level}, each model by itself.`,
    intervals: {
      level: how.coverage,
      text: `Split conformal: the ${Math.round(100 * how.coverage)} % quantile of the absolute residual of single presentations (mean over the same window) in training runs that were held out, ${how.folds} folds, per target. Measured in test runs, every repeat, target and person.`,
      coverage: brain.models.flatMap((model) =>
        model.senses.map(({ sense, measured }) => ({
          model: model.input.id,
          sense,
          measured: measured.share,
          responses: measured.responses,
        })),
      ),
    },
    maps: packMaps(brain, pairs, packer),
    table: brain.models.flatMap((model) => scoreRegions(brain, model, scoring).rows),
    tableText: `Mean over a region's targets in the test runs, mean over repeats. 95 % intervals from ${regionScoring.draws} draws of blocks of ${regionScoring.block} volumes; they say nothing of other people.`,
    differences: pairs.flatMap((pair) => compareModels(brain, pair, scoring, margin)),
    ...(pairs.length > 0 && { equivalence: describeSmall(data.people.length, margin) }),
    unique: brain.models.flatMap((model) =>
      model.senses.flatMap(({ sense, unique }) =>
        uniqueByRegion(brain, unique, scoring).map((interval, g) => ({
          model: model.input.id,
          sense,
          region: data.regions[g]?.name ?? "",
          unique: interval,
        })),
      ),
    ),
    layers: brain.models.flatMap((model) => layersOf(brain, model)),
    bandWeights: brain.models.flatMap((model) => bandsOf(brain, model)),
    ...(options.partition && { partition: options.partition }),
    reliability: {
      ceiling: packer.array("ceiling", "float32", [people, targets], brain.ceiling),
      text: "Share of the variance of the mean over repeats that is signal; r of a perfect model is its root.",
    },
    heldOut: {
      samples: brain.measured.rows,
      tr: data.tr,
      runs: brain.testRuns,
      measured: packer.array(
        "measured",
        "float16",
        [1, brain.measured.rows, targets],
        firstPerson(brain.measured.data, brain.measured.rows, targets),
      ),
      people: [0],
    },
    library: options.library,
  };
}

/** The first multimodal model against every unimodal, untrained or control model. */
function pairsOf(models: readonly FittedModel[]): (readonly [FittedModel, FittedModel])[] {
  const first = models.find(({ input }) => input.role === "multimodal");
  if (first === undefined) return [];
  return models.filter((model) => model !== first).map((other) => [first, other] as const);
}

function layersOf(brain: FittedBrain, model: FittedModel): BrainManifest["layers"] {
  return model.senses.flatMap(({ sense, layers }) =>
    layers.flatMap(({ name, r }, k) =>
      brain.data.regions.map((region, g) => {
        const own = [...r].filter((_, t) => brain.data.regionOf[t] === g);
        const mean = meanDefined(own);
        return {
          model: model.input.id,
          sense,
          layer: name,
          region: region.name,
          r: Number.isFinite(mean) ? mean : null,
          chosen: model.input.senses[sense]?.use.includes(k) ?? false,
        };
      }),
    ),
  );
}

function bandsOf(brain: FittedBrain, model: FittedModel): BrainManifest["bandWeights"] {
  const count = model.senses.length;
  return brain.data.regions.map(({ name }, g) => {
    const places = [...brain.data.regionOf.keys()].filter((t) => brain.data.regionOf[t] === g);
    const weights = model.senses.map(({ sense }, s) => [
      sense,
      meanDefined(places.map((t) => model.bandWeights[t * count + s] as number)),
    ]);
    return { model: model.input.id, region: name, ...Object.fromEntries(weights) };
  });
}
