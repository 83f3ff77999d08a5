import { join } from "node:path";
import { buildCortex, plantRegions } from "../brain/index.ts";
import { createRandom, EncodingError, type OnProgress } from "../core/index.ts";
import { spaceAlphas } from "../encoding/index.ts";
import { hashValue } from "../engine/index.ts";
import { type LinalgOptions, openLinalg } from "../linalg/index.ts";
import { towerOf } from "../models/index.ts";
import { readTwin, type TwinModel } from "../pretrain/index.ts";
import {
  type BrainFiles,
  buildEncoder,
  type FitBrainOptions,
  type FittedBrain,
  type FittedModel,
  fitBrain,
  type ModelRole,
  type PackedEncoder,
  type PackedSurface,
  type Pipeline,
  packBrain,
  type Sense,
} from "../simulator/index.ts";
import { type TokenizerFile, wordPieceFile } from "../stimuli/index.ts";
import { activateTowers, makeLabBrain, type TowerPair, towerPictures } from "./lab-brain.ts";
import { drawLibrary } from "./lab-library.ts";
import type { StudySettings } from "./settings.ts";
import { version } from "./version.ts";

/** How the brain of a virtual laboratory is made. */
export interface BuildBrainOptions {
  /** Folder of a family of twins, as `simcortex pretrain` writes it: `image-text`, `image-only`, `text-only`, `untrained`. */
  readonly family: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: a worker thread of one thread; "here" where the caller is a worker itself: the encoders run there too. */
  readonly linalg?: LinalgOptions;
  /** Overrides of {@link brainDefaults}. */
  readonly fit?: Partial<typeof brainDefaults>;
}

/** How a brain is fitted unless it is said otherwise. */
export const brainDefaults = {
  components: 64,
  folds: 4,
  seconds: { picture: 2, sentence: 3 },
  window: [4, 8],
  coverage: 0.9,
  level: 0.05,
  draws: 2000,
} as const satisfies Partial<FitBrainOptions>;

/** A brain with all that is known of it. */
export interface BuiltBrain {
  readonly brain: FittedBrain;
  readonly files: BrainFiles;
}

/** Fit and pack the brain of a virtual laboratory: its people saw pictures and sentences, and a family of twins predicts them.
 * @param settings of a study with `virtual`.
 * @throws EncodingError "settings" for a study of real data, "file" if the family has no twin that is known. */
export async function buildBrain(settings: StudySettings, options: BuildBrainOptions): Promise<BuiltBrain> {
  if (!settings.virtual)
    throw new EncodingError(
      "settings",
      "buildBrain: this study has real data; a brain is fitted to the virtual laboratory only. Publish it to be looked at: simcortex publish.",
    );
  const models = await readModels(options.family);
  const { data, stimuli } = makeLabBrain(settings);
  const inputs = [];
  for (const [k, { towers, ...about }] of models.entries()) {
    options.onProgress?.({ step: "activations", done: k, total: models.length, message: about.label });
    inputs.push(await activateTowers(towers, stimuli, about, { where: options.linalg?.where ?? "worker" }));
  }
  options.onProgress?.({ step: "activations", done: models.length, total: models.length });
  const linalg = await openLinalg(options.linalg);
  const random = createRandom(settings.seed).stream("brain");
  try {
    const brain = await fitBrain(data, inputs, {
      ...brainDefaults,
      ...options.fit,
      linalg,
      random,
      alphas: spaceAlphas(1, 1e5, 11),
      delays: [1, 2, 3, 4],
      onProgress: options.onProgress,
      signal: options.signal,
    });
    const library = await drawLibrary(createRandom(settings.seed).stream("library"));
    const { encoders, tokenizers } = buildEncoders(models, brain.models);
    const files = await packBrain(brain, {
      title: settings.title,
      question: settings.question,
      card: {
        license: "CC0-1.0",
        attribution: "simulated by simcortex; no person's data",
        provenance: {
          simcortex: version(),
          seed: settings.seed,
          settings: hashValue(settings),
          family: hashValue(
            models.map(({ towers }) => Object.values(towers).map(({ metadata }) => metadata)),
          ),
          backend: `${linalg.name}: ${linalg.version}`,
          people: data.people.length,
          "training pictures and sentences": stimuli.pictures.length + stimuli.sentences.length,
        },
        limits: [
          "The people are simulated and what their regions answer to was planted: this brain shows a method, and nothing about human brains.",
          "Only pictures and sentences like those of the procedural world are predicted; others are marked as unlike the training.",
          "Responses of one presentation; nothing is known here of repetition, order or attention.",
        ],
      },
      margin: settings.tests.equivalence?.margin,
      encoders,
      surface: dressCortex(
        data.regionOf,
        data.regions.map(({ name }) => name),
      ),
      files: { ...tokenizers, ...library.files },
      library: library.listed,
      unit: "SD of a run",
      random,
    });
    return { brain, files };
  } finally {
    await linalg.close();
  }
}

/** A model by its towers. */
export interface NamedModel {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly role: ModelRole;
  readonly towers: TowerPair;
}

/** The models that the twins of a family make.
 * @throws EncodingError "file" if it has none that is known. */
export async function readModels(family: string): Promise<NamedModel[]> {
  const read = (name: string) => readTwin(join(family, name)).catch(() => null);
  const [both, image, text, untrained] = await Promise.all(
    ["image-text", "image-only", "text-only", "untrained"].map(read),
  );
  const models: NamedModel[] = [];
  const add = (id: string, label: string, role: ModelRole, description: string, towers: TowerPair) =>
    models.push({ id, label, role, description, towers });
  if (both)
    add(
      "multimodal",
      "image-text twin",
      "multimodal",
      "both towers trained together on pictures with captions",
      {
        picture: both,
        sentence: both,
      },
    );
  if (image && text)
    add(
      "unimodal",
      "unimodal twins",
      "unimodal",
      "the image tower trained on pictures alone, the text tower on captions alone",
      {
        picture: image,
        sentence: text,
      },
    );
  if (untrained)
    add("untrained", "untrained twin", "untrained", "both towers as they were before training", {
      picture: untrained,
      sentence: untrained,
    });
  if (models.length === 0)
    throw new EncodingError(
      "file",
      `publish: ${family} holds none of the twins image-text, image-only with text-only, untrained. Make them with simcortex pretrain.`,
    );
  return models;
}

function buildEncoders(models: readonly NamedModel[], fitted: readonly FittedModel[]) {
  const tokenizers: Record<string, Uint8Array> = {};
  const encoders: Record<string, Partial<Record<Sense, PackedEncoder>>> = {};
  for (const [m, { id, towers }] of models.entries()) {
    const own: Partial<Record<Sense, PackedEncoder>> = {};
    for (const { sense, pipeline } of fitted[m]?.senses ?? []) {
      const twin = towers[sense] as TwinModel;
      const layers = fitted[m]?.input.senses[sense]?.use ?? [];
      const kind = sense === "picture" ? "image" : "text";
      own[sense] = {
        bytes: buildEncoder({ tower: towerOf(twin.config, kind), weights: twin.weights, layers, pipeline }),
        inputs: sense === "picture" ? { images: "images" } : { tokens: "tokens", mask: "mask" },
        ...tellEncoder(sense, layers, pipeline),
        ...(sense === "picture"
          ? { picture: towerPictures(twin.config) }
          : { text: { length: twin.config.tokens, tokenizer: addTokenizer(tokenizers, twin) } }),
      };
    }
    encoders[id] = own;
  }
  return { encoders, tokenizers };
}

/** What a brain says of an encoder: layers side by side, averaged, and the pipeline. */
export function tellEncoder(
  sense: Sense,
  layers: readonly number[],
  { deviation }: Pipeline,
): Pick<PackedEncoder, "layers" | "layer" | "sentence"> {
  return {
    layers,
    layer: layers.map((layer) => `mean.${layer}`).join(" + "),
    sentence: `mean over ${sense === "picture" ? "patches" : "tokens"} of ${layers.length === 1 ? "layer" : "layers"} ${layers.join(", ")} side by side, z-scored, ${deviation.length} principal components, z-scored`,
  };
}

/** Put a twin's tokenizer among the files, once for all twins that share it. @returns its path. */
function addTokenizer(files: Record<string, Uint8Array>, { vocabulary }: TwinModel): string {
  const { tokenizer }: TokenizerFile = wordPieceFile(vocabulary);
  const text = JSON.stringify(tokenizer);
  const known = Object.entries(files).find(([, bytes]) => new TextDecoder().decode(bytes) === text);
  if (known) return known[0];
  const path = `encoders/tokenizer-${Object.keys(files).length + 1}.json`;
  files[path] = new TextEncoder().encode(text);
  return path;
}

/** The procedural cortex with the regions of the laboratory planted on it. */
function dressCortex(regionOf: Int32Array, regions: readonly string[]): PackedSurface {
  const cortex = buildCortex();
  const layout = plantRegions(cortex, regionOf, regions);
  return {
    space: "virtual",
    hemispheres: (["left", "right"] as const).map((side) => {
      const { triangles, folded, inflated, flat, flatTriangles, sulcus } = cortex[side];
      return {
        name: side,
        faces: triangles,
        folded,
        inflated,
        flat,
        flatFaces: flatTriangles,
        sulcus,
        target: layout[side].targetAt,
      };
    }),
  };
}
