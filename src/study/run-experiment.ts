import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { createRandom, EncodingError } from "../core/index.ts";
import {
  compareOnStimuli,
  contrastSets,
  driveOf,
  findPerson,
  localise,
  type Prediction,
  predict,
  rankOf,
  tuneTags,
} from "../simulator/index.ts";
import { decodePicture } from "../stimuli/index.ts";
import { ascendRegion } from "./ascend-region.ts";
import type { Bench, ExperimentResult, Of, ReadSet, RunExperimentOptions } from "./experiment-bench.ts";
import type { BrainFolder } from "./open-brain-folder.ts";
import type { ExperimentSettings, ExperimentStep, StimulusSetSettings } from "./read-experiment.ts";
import { insideOf } from "./region-targets.ts";

/** Run experiments on a fitted brain, in their order.
 * @throws EncodingError of any kind, one readable line; "cancelled". */
export async function runExperiments(
  own: BrainFolder,
  settings: ExperimentSettings,
  options: RunExperimentOptions,
): Promise<ExperimentResult[]> {
  const bench = openBench(own, settings, options);
  const results: ExperimentResult[] = [];
  for (const [k, step] of settings.experiments.entries()) {
    options.onProgress?.({ step: "experiments", done: k, total: settings.experiments.length });
    results.push(await runStep(bench, step));
  }
  options.onProgress?.({
    step: "experiments",
    done: settings.experiments.length,
    total: settings.experiments.length,
  });
  return results;
}

function openBench(own: BrainFolder, settings: ExperimentSettings, options: RunExperimentOptions): Bench {
  const sets = new Map<string, Promise<ReadSet>>();
  const asked = new Map<string, Promise<Prediction>>();
  const { person } = settings;
  if (person !== undefined) findPerson(own.brain.manifest, person);
  return {
    own,
    settings,
    random: createRandom(settings.seed),
    folder: options.folder,
    options,
    set(name) {
      const found =
        sets.get(name) ?? readSet(own, name, settings.sets[name] as StimulusSetSettings, options.folder);
      sets.set(name, found);
      return found;
    },
    ask(set, model = settings.model) {
      const key = `${model} ${set.name}`;
      const found =
        asked.get(key) ??
        own
          .encode(model, set.stimuli)
          .then((encoded) => predict(own.brain, encoded, { model, ...(person !== undefined && { person }) }));
      asked.set(key, found);
      return found;
    },
  };
}

async function readSet(
  own: BrainFolder,
  name: string,
  from: StimulusSetSettings,
  folder: string,
): Promise<ReadSet> {
  if ("sentences" in from) return sentenceSet(name, from.sentences);
  if ("files" in from) {
    const paths = (await Promise.all(from.files.map((pattern) => listFiles(folder, pattern)))).flat();
    const pictures = await Promise.all(
      paths.map(async (path) => decodePicture(new Uint8Array(await readFile(resolve(folder, path))))),
    );
    return { name, stimuli: { sense: "picture", pictures }, labels: paths, tags: paths.map(() => []) };
  }
  const { library } = own.brain.manifest;
  const fits = ({ tags }: { readonly tags: readonly string[] }) =>
    (from.tags ?? []).every((tag) => tags.includes(tag)) &&
    !(from.without ?? []).some((tag) => tags.includes(tag));
  if (from.library === "sentence") {
    const kept = library.sentences.filter(fits);
    return {
      ...sentenceSet(
        name,
        kept.map(({ text }) => text),
      ),
      tags: kept.map(({ tags }) => tags),
    };
  }
  const kept = library.pictures.filter(fits);
  const pictures = await Promise.all(kept.map(async ({ file }) => decodePicture(await own.brain.file(file))));
  return {
    name,
    stimuli: { sense: "picture", pictures },
    labels: kept.map(({ file, label }) => `${file}: ${label}`),
    tags: kept.map(({ tags }) => tags),
  };
}

/** Files of a pattern, a `*` in the last part fitting any letters, in the order of their names.
 * @throws EncodingError "file" if there is none. */
async function listFiles(folder: string, pattern: string): Promise<string[]> {
  const [place, last] = [dirname(pattern), basename(pattern)];
  const escaped = last.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const names = await readdir(resolve(folder, place)).catch(() => [] as string[]);
  const found = names.filter((name) => new RegExp(`^${escaped}$`).test(name)).sort();
  if (found.length === 0) throw new EncodingError("file", `experiment: no file fits ${pattern}.`);
  return found.map((name) => join(place, name));
}

function sentenceSet(name: string, sentences: readonly string[]): ReadSet {
  return {
    name,
    stimuli: { sense: "sentence", sentences },
    labels: sentences,
    tags: sentences.map(() => []),
  };
}

function runStep(bench: Bench, step: ExperimentStep): Promise<ExperimentResult> {
  if ("present" in step) return present(bench, step);
  if ("contrast" in step) return contrast(bench, step);
  if ("localise" in step) return findTargets(bench, step);
  if ("tune" in step) return tune(bench, step);
  if ("controversial" in step) return disagree(bench, step);
  if ("drive" in step) return drive(bench, step);
  return ascendRegion(bench, step);
}

/** Mean response of every region to every stimulus. */
async function present(bench: Bench, { present: name }: Of<"present">): Promise<ExperimentResult> {
  const set = await bench.set(name);
  const prediction = await bench.ask(set);
  const rows = [];
  for (const { region, inside, kept } of await regionsOf(bench, prediction)) {
    if (kept === 0) {
      rows.push({ region, stimulus: null, response: null, interval: null, kept, percentile: null });
      continue;
    }
    const { values, interval } = driveOf(prediction, inside);
    for (const [i, response] of values.entries())
      rows.push({
        region,
        stimulus: set.labels[i] ?? "",
        response,
        interval,
        kept,
        percentile: prediction.percentile[i] as number,
      });
  }
  return { kind: "present", title: `Responses to ${name}`, warnings: prediction.warnings, rows };
}

async function contrast(bench: Bench, { contrast: names, draws }: Of<"contrast">): Promise<ExperimentResult> {
  const predictions = await predictSets(bench, names);
  const found = contrastSets(predictions, {
    random: bench.random.stream(`contrast ${names.join(" ")}`),
    draws,
  });
  const rows = (await regionsOf(bench, predictions[0] as Prediction)).map(({ region, targets, kept }) => ({
    region,
    kept,
    difference: names.length === 2 ? meanAt(found.difference, targets) : null,
    effect: meanAt(found.effect, targets),
    significant: targets.filter((t) => (found.p[t] as number) <= 0.05).length,
  }));
  return { kind: "contrast", title: names.join(" against "), warnings: warningsOf(predictions), rows };
}

async function findTargets(bench: Bench, step: Of<"localise">): Promise<ExperimentResult> {
  const { localise: names, least, level, direction } = step;
  const predictions = await predictSets(bench, names);
  const first = predictions[0] as Prediction;
  const found = contrastSets(predictions, { random: bench.random.stream(`localise ${names.join(" ")}`) });
  const located = localise(found, first.mask, { least, level, direction });
  const rows = (await regionsOf(bench, first)).map(({ region, inside, kept }) => {
    const own = [...located].filter((one, t) => one === 1 && inside[t] === 1).length;
    return { region, targets: inside.reduce((a, b) => a + b, 0), kept, localised: own };
  });
  return {
    kind: "localise",
    title: direction === "first" ? names.join(" over ") : `any difference of ${names.join(", ")}`,
    warnings: warningsOf(predictions),
    rows,
    targets: [...located.keys()].filter((t) => located[t] === 1),
  };
}

async function tune(bench: Bench, { tune: region, set: name }: Of<"tune">): Promise<ExperimentResult> {
  const set = await bench.set(name);
  const prediction = await bench.ask(set);
  const found = driveOf(prediction, await insideOf(bench.own.brain, region));
  const rows = tuneTags(found, set.tags, { random: bench.random.stream(`tune ${region} ${name}`) });
  return {
    kind: "tune",
    title: `Tuning of ${region} over ${name} (${found.targets} targets)`,
    warnings: prediction.warnings,
    rows: rows.map((row) => ({ ...row })),
  };
}

async function disagree(bench: Bench, step: Of<"controversial">): Promise<ExperimentResult> {
  const { controversial: name, models, region, top } = step;
  const set = await bench.set(name);
  const [a, b] = [await bench.ask(set, models[0]), await bench.ask(set, models[1])];
  const inside =
    region === undefined ? new Uint8Array(a.targets).fill(1) : await insideOf(bench.own.brain, region);
  const { disagreement, lean, targets } = compareOnStimuli(a, b, inside);
  const rows = rankOf(disagreement)
    .slice(0, top)
    .map((i) => ({
      stimulus: set.labels[i] ?? "",
      disagreement: disagreement[i] as number,
      lean: lean[i] as number,
    }));
  return {
    kind: "controversial",
    title: `Where ${models[0]} and ${models[1]} disagree most (${targets} targets${region ? ` of ${region}` : ""})`,
    warnings: a.warnings,
    rows,
  };
}

async function drive(
  bench: Bench,
  { drive: region, set: name, control, top }: Of<"drive">,
): Promise<ExperimentResult> {
  const set = await bench.set(name);
  const prediction = await bench.ask(set);
  const inside = await insideOf(bench.own.brain, region);
  const own = driveOf(prediction, inside);
  const ranks = control === undefined ? null : await controlRanks(bench, set, control, inside);
  const rows = rankOf(own.values)
    .slice(0, top)
    .map((i) => ({
      stimulus: set.labels[i] ?? "",
      response: own.values[i] as number,
      interval: own.interval,
      percentile: prediction.percentile[i] as number,
      controlRank: ranks === null ? null : (ranks.ranks?.[i] ?? null),
    }));
  return {
    kind: "drive",
    title: `What drives ${region} most, of ${set.labels.length} in ${name}`,
    warnings: [...prediction.warnings, ...(ranks?.warnings ?? [])],
    rows,
  };
}

/** Rank of each stimulus by the control model; null where the control predicts nothing in the region. */
async function controlRanks(bench: Bench, set: ReadSet, control: string, inside: Uint8Array) {
  const prediction = await bench.ask(set, control);
  if (![...inside.keys()].some((t) => inside[t] === 1 && prediction.mask[t] === 1))
    return { ranks: null, warnings: [`"${control}" predicts no target of this region better than chance.`] };
  const ranks: number[] = [];
  for (const [rank, i] of rankOf(driveOf(prediction, inside).values).entries()) ranks[i] = rank + 1;
  return { ranks, warnings: [] };
}

async function predictSets(bench: Bench, names: readonly string[]): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const name of names) predictions.push(await bench.ask(await bench.set(name)));
  return predictions;
}

async function regionsOf(bench: Bench, { mask }: Prediction) {
  const all = [];
  for (const { name } of bench.own.brain.manifest.regions) {
    const inside = await insideOf(bench.own.brain, name);
    const targets = [...inside.keys()].filter((t) => inside[t] === 1 && mask[t] === 1);
    all.push({ region: name, inside, targets, kept: targets.length });
  }
  return all;
}

function meanAt(values: Float64Array, targets: readonly number[]): number | null {
  if (targets.length === 0) return null;
  return targets.reduce((sum, t) => sum + (values[t] as number), 0) / targets.length;
}

function warningsOf(predictions: readonly Prediction[]): string[] {
  return [...new Set(predictions.flatMap(({ warnings }) => warnings))];
}
