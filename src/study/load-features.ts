import { checkFinite, EncodingError, type Features } from "../core/index.ts";
import { bareWord, type FeatureEvent, lookUpVectors, sampleEvents } from "../features/index.ts";
import { parseTable, parseTextGrid, tableToMatrix } from "../io/index.ts";
import type { SpaceFeatures, StudyRun } from "./data.ts";
import type { Places, StudyFiles } from "./files.ts";
import { readRuns } from "./read-runs.ts";
import type { SpaceSettings, StudySettings } from "./settings.ts";

/** Load one feature space for all runs.
 * @returns [layer][run], and warnings (words without a vector …).
 * @throws EncodingError "file" | "format" | "shape" | "value" | "settings", naming the feature space. */
export async function loadSpace(
  files: StudyFiles,
  name: string,
  space: SpaceSettings,
  settings: StudySettings,
  runs: readonly StudyRun[],
  places: Places,
): Promise<{ layers: SpaceFeatures; warnings: readonly string[] }> {
  const warnings: string[] = [];
  try {
    const layers = isLayered(space) ? layerNumbers(settings) : [null];
    const loaded: (readonly Features[])[] = [];
    for (const layer of layers)
      loaded.push(
        await loadLayer(
          files,
          name,
          space,
          settings,
          runs,
          { ...places, ...(layer !== null && { layer }) },
          warnings,
        ),
      );
    for (const one of loaded) checkSpace(name, one);
    return { layers: loaded, warnings };
  } catch (error) {
    if (error instanceof EncodingError && !error.message.startsWith("features."))
      throw new EncodingError(error.kind, `features.${name}: ${error.message}`, error.details, error);
    throw error;
  }
}

/** Whether a feature space runs through the layers of a model. */
export function isLayered(space: SpaceSettings): boolean {
  return [space.ready?.file, space.ready?.dataset, space.ready?.test?.file].some((text) =>
    text?.includes("{layer}"),
  );
}

/** Layer numbers of the settings.
 * @throws EncodingError "settings" if a file has {layer} and the settings no `layers`. */
export function layerNumbers({ layers }: StudySettings): number[] {
  if (layers === undefined)
    throw new EncodingError("settings", "layers: missing; a file name holds {layer}.");
  return Array.from({ length: layers.to - layers.from + 1 }, (_, k) => layers.from + k);
}

async function loadLayer(
  files: StudyFiles,
  name: string,
  { ready, words, events }: SpaceSettings,
  settings: StudySettings,
  runs: readonly StudyRun[],
  places: Places,
  warnings: string[],
): Promise<readonly Features[]> {
  if (ready !== undefined) {
    const filled = { ...ready, dataset: ready.dataset?.replaceAll("{layer}", String(places.layer)) };
    const read = await readRuns(files, filled, runs, {
      places,
      axis: "features",
      repeated: false,
      what: name,
    });
    return read.map((repeats) => repeats[0] as Features);
  }
  const out: Features[] = [];
  for (const run of runs) {
    const here = { ...places, run: run.id };
    const grid = { tr: settings.tr as number, samples: run.samples };
    if (words !== undefined) {
      const { list, columns } = await readWords(files, words, here, warnings);
      out.push(sampleEvents(list, { ...grid, sampling: words.sampling, start: words.start, columns }));
    } else if (events !== undefined)
      out.push(
        sampleEvents(await readEvents(files, events, here), {
          ...grid,
          sampling: events.sampling,
          columns: events.values.length,
        }),
      );
  }
  return out;
}

type Words = NonNullable<SpaceSettings["words"]>;

/** The words of a TextGrid, without silence; seconds on its own clock. */
export async function readSpoken(
  files: StudyFiles,
  words: Words,
  places: Places,
): Promise<readonly { readonly text: string; readonly start: number; readonly end: number }[]> {
  const grid = parseTextGrid(await files.bytes(words.textgrid, places));
  const tier = grid.tiers.find((one) => one.name === words.tier);
  if (tier === undefined)
    throw new EncodingError(
      "format",
      `${words.textgrid} has no tier "${words.tier}"; it has ${grid.tiers.map((one) => one.name).join(", ")}.`,
    );
  return tier.intervals.filter(({ text }) => !words.skip.includes(text.trim()));
}

async function readWords(files: StudyFiles, words: Words, places: Places, warnings: string[]) {
  const spoken = await readSpoken(files, words, places);
  const { values, columns } = await measure(
    files,
    words,
    spoken.map(({ text }) => text.trim()),
    places,
    warnings,
  );
  const list = spoken.map(
    ({ start, end }, k): FeatureEvent => ({
      onset: start,
      duration: end - start,
      values: values(k),
    }),
  );
  return { list, columns };
}

async function measure(
  files: StudyFiles,
  words: Words,
  texts: readonly string[],
  places: Places,
  warnings: string[],
) {
  if (words.measure === "rate") return { values: () => [1], columns: 1 };
  if (words.measure === "letters")
    return { values: (k: number) => [bareWord(texts[k] as string).length], columns: 1 };
  if (words.vectors === undefined)
    throw new EncodingError(
      "settings",
      "words.vectors: missing; `measure: embedding` needs a JSON file of word → vector.",
    );
  const vectors = parseVectors(await files.text(words.vectors, places), words.vectors);
  const { values, missing } = lookUpVectors(texts, vectors);
  if (missing.length > 0)
    warnings.push(
      `${missing.length} of ${new Set(texts).size} words have no vector in ${words.vectors.split("/").pop()} and count as zero.`,
    );
  return {
    values: (k: number) => values.data.subarray(k * values.cols, (k + 1) * values.cols),
    columns: values.cols,
  };
}

function parseVectors(text: string, path: string): Record<string, number[]> {
  try {
    return JSON.parse(text) as Record<string, number[]>;
  } catch (cause) {
    throw new EncodingError("format", `${path}: not valid JSON: ${(cause as Error).message}.`, {}, cause);
  }
}

async function readEvents(
  files: StudyFiles,
  { file, values }: NonNullable<SpaceSettings["events"]>,
  places: Places,
): Promise<FeatureEvent[]> {
  const table = parseTable(await files.text(file, places));
  const { data, rows, cols } = tableToMatrix(table, { columns: ["onset", "duration", ...values] });
  return Array.from({ length: rows }, (_, i) => ({
    onset: data[i * cols] as number,
    duration: data[i * cols + 1] as number,
    values: data.subarray(i * cols + 2, (i + 1) * cols),
  }));
}

function checkSpace(name: string, runs: readonly Features[]): void {
  const cols = runs[0]?.cols ?? 0;
  for (const [r, run] of runs.entries()) {
    if (run.cols !== cols)
      throw new EncodingError("shape", `run ${r + 1} has ${run.cols} columns, run 1 has ${cols}.`);
    checkFinite(`features.${name}`, run, `run ${r + 1}`);
  }
}
