import { createRandom, EncodingError, isEncodingError, type OnProgress } from "../core/index.ts";
import { spaceAlphas } from "../encoding/index.ts";
import { type LinalgOptions, openLinalg } from "../linalg/index.ts";
import {
  type BrainFiles,
  buildEncoder,
  type FitBrainOptions,
  type FittedModel,
  fitBrain,
  type ModelInput,
  type ModelRole,
  type PackedEncoder,
  packBrain,
  type Sense,
  type SenseInput,
} from "../simulator/index.ts";
import { createTokenizer, readTokenizerFile } from "../stimuli/index.ts";
import { brainDefaults, tellEncoder } from "./build-brain.ts";
import type { LoadedSurface } from "./load-surface.ts";
import { longestOf, preprocessingOf, readTowerModel } from "./open-tower.ts";
import { cardOf } from "./page-card.ts";
import { partitionOf } from "./page-findings.ts";
import { dressSurface, placeTargets } from "./page-targets.ts";
import { layersOf } from "./read-model.ts";
import type { StudySettings } from "./settings.ts";
import type { SolvedStudy } from "./solved.ts";
import { senseOf, toBrainData } from "./study-brain-data.ts";
import type { StudyModel, StudyTower } from "./study-model.ts";

/** How the brain of a study is made. */
export interface BuildStudyBrainOptions {
  readonly settings: StudySettings;
  readonly surface: LoadedSurface | null;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: a worker thread of one thread. */
  readonly linalg?: LinalgOptions;
  /** Overrides of {@link brainDefaults}. */
  readonly fit?: Partial<typeof brainDefaults>;
}

/** Why no brain can be fitted to a study, in one sentence; null if one can. */
export function whyNoBrain(
  { data, folds, models }: SolvedStudy,
  { settings, surface }: Pick<BuildStudyBrainOptions, "settings" | "surface">,
): string | null {
  if (models.length === 0) return "A study with `models` has encoders of its own.";
  if (settings.activations.pooling === "cls")
    return "Encoders of a published brain average over patches and tokens; this study takes the first token (`activations.pooling: cls`).";
  try {
    toBrainData(data, settings, folds, placeTargets(data, surface?.shows === "regions"));
    return null;
  } catch (error) {
    if (!isEncodingError(error, "design")) throw error;
    return `No brain was fitted: ${error.message.replace(/^toBrainData: /, "")}`;
  }
}

/** Fit and pack the brain of a study of real data: its foundation models become encoders that predict these people's responses to new pictures and
 * sentences. Each model takes all its layers side by side, with principal components, and all its senses together; delays and alphas are
 * those of the study. It is a fit of its own, tested by itself: the study's report compares models, and this says how far to trust each prediction.
 * @throws EncodingError "design" if runs or groups are too few; what fitting and packing throw. */
export async function buildStudyBrain(
  solved: SolvedStudy,
  options: BuildStudyBrainOptions,
): Promise<BrainFiles> {
  const { settings, surface, onProgress, signal } = options;
  const { data, folds, models, activations } = solved;
  const places = placeTargets(data, surface?.shows === "regions");
  const brainData = toBrainData(data, settings, folds, places);
  const timed = settings.design === "time-series";
  const layers = layersOf(models, settings);
  const inputs = models.map((model) =>
    inputOf(model, (tower) => layersBeside(activations.of(tower), layers)),
  );
  const random = createRandom(settings.seed).stream("brain");
  const linalg = await openLinalg(options.linalg);
  try {
    const { from, to, count } = settings.fit.alphas;
    const training = brainData.runs.filter(({ role }) => role === "train").length;
    const brain = await fitBrain(brainData, inputs, {
      ...brainDefaults,
      ...presentedAs(brainData.presentations, brainData.tr, timed),
      components: settings.activations.pca ?? brainDefaults.components,
      ...options.fit,
      folds: Math.min(options.fit?.folds ?? brainDefaults.folds, training),
      linalg,
      random,
      alphas: spaceAlphas(from, to, count),
      delays: timed ? (settings.activations.delays ?? settings.delays) : [0],
      onProgress,
      signal,
    });
    const built = await Promise.all(
      models.map((model, m) => buildEncoders(model, brain.models[m] as FittedModel, layers, solved)),
    );
    return packBrain(brain, {
      title: settings.title,
      question: settings.question,
      card: cardOf(solved, settings, [
        "Fitted to the people of this study and what they were shown: predictions for other people, tasks and kinds of stimuli are guesses.",
        ...(places.whole ? ["Every region is one target, the mean over the targets of each person."] : []),
        ...(surface !== null && settings.surface?.note !== undefined ? [settings.surface.note] : []),
      ]),
      encoders: Object.fromEntries(models.map(({ name }, m) => [name, built[m]?.encoders ?? {}])),
      surface: surface && dressSurface(surface, places),
      files: Object.assign({}, ...built.map(({ files }) => files)),
      library: { pictures: [], sentences: [] },
      unit: timed ? "SD of a run" : "as measured",
      margin: settings.tests.equivalence?.margin,
      partition: partitionOf(solved),
      ...(!timed && {
        presentation: {
          tr: null,
          text: "One stimulus, as the rows of the study have it, against the mean of the training stimuli.",
        },
      }),
      random,
    });
  } finally {
    await linalg.close();
  }
}

/** Length of a presentation and window of the response: of time series the median of the study's own presentations, 4 to 8 s after onset;
 * of rows the row itself. */
function presentedAs(
  presentations: readonly { readonly sense: Sense; readonly duration: number }[],
  tr: number,
  timed: boolean,
): Pick<FitBrainOptions, "seconds" | "window"> {
  if (!timed) return { seconds: { picture: 1, sentence: 1 }, window: [0, 1] };
  const [from, to] = brainDefaults.window;
  const median = (sense: Sense) => {
    const own = presentations.filter((one) => one.sense === sense).map(({ duration }) => duration);
    return own.sort((a, b) => a - b)[Math.floor(own.length / 2)] ?? brainDefaults.seconds[sense];
  };
  return {
    seconds: { picture: median("picture"), sentence: median("sentence") },
    window: [from, Math.max(to, from + tr)],
  };
}

function inputOf(
  { name, description, control, towers }: StudyModel,
  layersOfTower: (tower: StudyTower) => SenseInput,
): ModelInput {
  return {
    id: name,
    label: name,
    description,
    role: roleOf(towers, control),
    senses: Object.fromEntries(towers.map((tower) => [senseOf(tower.sense), layersOfTower(tower)])),
  };
}

/** What its towers' own records say that a model is. */
function roleOf(towers: readonly StudyTower[], control: boolean): ModelRole {
  const signals = new Set(towers.map(({ signal }) => signal));
  if (signals.size === 1 && signals.has("untrained")) return "untrained";
  if (control) return "control";
  const all = (...known: string[]) =>
    [...signals].every((signal) => signal !== null && known.includes(signal));
  if (all("image-text", "clip", "brain")) return "multimodal";
  return all("image-only", "text-only") ? "unimodal" : "other";
}

function layersBeside(
  found: readonly SenseInput["layers"][number]["X"][],
  layers: readonly number[],
): SenseInput {
  return {
    layers: found.map((X, k) => ({ name: `mean.${layers[k]}`, X })),
    use: found.map((_, k) => k),
  };
}

/** One encoder a tower, and the tokenizers that they need. */
async function buildEncoders(
  { name, towers }: StudyModel,
  fitted: FittedModel,
  layers: readonly number[],
  { data }: SolvedStudy,
) {
  const encoders: Partial<Record<Sense, PackedEncoder>> = {};
  const files: Record<string, Uint8Array> = {};
  for (const tower of towers) {
    const sense = senseOf(tower.sense);
    const pipeline = fitted.senses.find((one) => one.sense === sense)?.pipeline;
    if (pipeline === undefined) continue;
    const { model, weights, positions } = await readTowerModel(tower);
    const about = tellEncoder(sense, layers, pipeline);
    if (model.kind === "vit") {
      encoders.picture = {
        ...about,
        bytes: buildEncoder({ tower: model, weights, layers, pipeline }),
        inputs: { images: "images" },
        picture: await preprocessingOf(tower.path, tower.kind, model.config.size),
      };
      continue;
    }
    const shown = data.shown?.sentences ?? [];
    const read = await readTokenizerFile(tower.path);
    const bare = createTokenizer({ tokenizer: read.tokenizer });
    const same = (text: string) => bare.encode(text).join() === createTokenizer(read).encode(text).join();
    if (!shown.slice(0, 20).every(same))
      throw new EncodingError(
        "format",
        `buildStudyBrain: the tokenizer of ${tower.folder} depends on its tokenizer_config.json, which a published brain has no place for. Save it as a fast tokenizer (tokenizer.json).`,
      );
    const length = Math.min(positions, longestOf(bare, shown));
    const path = `encoders/tokenizer-${tower.hash.slice(0, 12)}.json`;
    files[path] = new TextEncoder().encode(JSON.stringify(read.tokenizer));
    encoders.sentence = {
      ...about,
      bytes: buildEncoder({ tower: { ...model, length }, weights, layers, pipeline }),
      inputs: { tokens: "tokens", mask: "mask" },
      text: { length, tokenizer: path },
    };
  }
  return { name, encoders, files };
}
