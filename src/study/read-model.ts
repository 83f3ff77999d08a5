import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { hashValue } from "../engine/index.ts";
import { decodeText, hashFile, openSafetensors, readBytes } from "../io/index.ts";
import { nearNames, parseTowerConfig, readBrivlConfig } from "../models/index.ts";
import { expandVariables } from "./files.ts";
import type { ModelSettings, StudySettings } from "./settings.ts";
import type { Sense, StudyModel, StudyTower } from "./study-model.ts";
import { addUntrained } from "./untrained-twin.ts";

export type { Sense, StudyModel, StudyTower } from "./study-model.ts";

const towerNames = { pictures: "image", sentences: "text" } as const;

/** The senses of a study's stimuli; frames of films are pictures. */
export function sensesOf({ virtual, stimuli }: StudySettings): Sense[] {
  const both: Sense[] = ["pictures", "sentences"];
  const given = (sense: Sense) =>
    stimuli?.[sense] !== undefined || (sense === "pictures" && stimuli?.films !== undefined);
  return virtual ? both : both.filter(given);
}

/** Read what the folders of a study's models say, without their weights; models without an untrained twin are given one unless
 * `controls` says no.
 * @param folder of the study file; paths start from the setting `data` there.
 * @throws EncodingError "file" | "format" | "settings" naming the model: a folder that is not there, holds no model or not the tower that is
 * needed, or layers that a tower does not have. */
export async function readModels(settings: StudySettings, folder: string): Promise<StudyModel[]> {
  const base = resolve(folder, expandVariables(settings.data));
  const models: StudyModel[] = [];
  for (const [name, own] of Object.entries(settings.models ?? {}))
    try {
      const towers = await Promise.all(
        sensesOf(settings).map((sense) => readTower(sense, folderOf(own, sense), base)),
      );
      models.push({ name, description: own.description, control: own.control, towers });
    } catch (error) {
      if (!(error instanceof EncodingError)) throw error;
      throw new EncodingError(error.kind, `models.${name}: ${error.message}`, error.details, error);
    }
  layersOf(models, settings);
  const { controls, seed, features = {} } = settings;
  if (controls === false || !controls.untrained) return models;
  return addUntrained(models, seed, Object.keys(features));
}

/** Layers that every model chooses from: those of the settings, or all that the smallest tower has (of first tokens without the embeddings, where the
 * first token is the same for all stimuli).
 * @throws EncodingError "settings" for a layer that some tower does not have. */
export function layersOf(models: readonly StudyModel[], { activations }: StudySettings): readonly number[] {
  const towers = models.flatMap((model) => model.towers.map((tower) => ({ ...tower, model: model.name })));
  const least = Math.min(...towers.map(({ layers }) => layers));
  const all = Array.from({ length: towers.length > 0 ? least + 1 : 0 }, (_, k) => k);
  const asked = activations.layers ?? (activations.pooling === "cls" ? all.slice(1) : all);
  for (const layer of asked)
    for (const { model, sense, layers } of towers)
      if (layer > layers)
        throw new EncodingError(
          "settings",
          `activations.layers: the tower of "${model}" for ${sense} has no layer ${layer}; it has 0 (embeddings) to ${layers}.`,
        );
  return asked;
}

function folderOf(model: ModelSettings, sense: Sense): string {
  const tower = towerNames[sense];
  const found = model.folder ?? model[tower];
  if (found !== undefined) return found;
  throw new EncodingError(
    "settings",
    `\`${tower}\` is missing: ${sense} were shown, and no folder is given for them.`,
  );
}

async function readTower(sense: Sense, folder: string, base: string): Promise<StudyTower> {
  const path = resolve(base, folder);
  await checkFolder(folder, path);
  const text = decodeText("config.json", await readBytes(join(path, "config.json")));
  const own = /"model_type"\s*:\s*"brivl"/.test(text)
    ? await readOwn(sense, folder, path)
    : readForeign(sense, folder, text);
  const named = await filesOf(path, sense);
  const metadata = await metadataOf(path);
  const { signal = null, ...training } = metadata;
  const vocabulary = named.find(({ name }) => name === "vocab.txt" || name === "tokenizer.json")?.sha256;
  return {
    ...own,
    sense,
    folder,
    path,
    signal,
    facts: { ...own.facts, ...(sense === "sentences" && vocabulary && { vocabulary }), ...training },
    files: named.map(({ name, sha256 }) => ({ name: `${folder}/${name}`, sha256 })),
    hash: hashValue(named),
  };
}

type TowerFacts = Pick<StudyTower, "kind" | "layers" | "width" | "sizes" | "facts">;

async function readOwn(sense: Sense, folder: string, path: string): Promise<TowerFacts> {
  const { config, towers } = await readBrivlConfig(path);
  const tower = towerNames[sense];
  if (!towers.includes(tower))
    throw new EncodingError(
      "settings",
      `${folder} has no ${tower} tower (it has ${towers.join(" and ")}), and ${sense} were shown; give one with \`${tower}:\`.`,
    );
  const { project, frozen, tokens } = config;
  const sizes = { ...config[tower], project, frozen, ...(tower === "text" && { tokens }) };
  const { layers, width } = config[tower];
  const own = hashValue(["brivl", namedFacts(config[tower])]);
  return { kind: "brivl", layers, width, sizes: own, facts: namedFacts(sizes) };
}

function readForeign(sense: Sense, folder: string, text: string): TowerFacts {
  const { kind, config } = parseTowerConfig(text, `${folder}/config.json`);
  if ((kind === "vit") !== (sense === "pictures"))
    throw new EncodingError(
      "settings",
      `${folder} is a ${kind === "vit" ? "picture" : "text"} model, and ${sense} were shown; give the other one with \`${towerNames[sense]}:\`.`,
    );
  const facts = namedFacts(config);
  return { kind, layers: config.layers, width: config.width, sizes: hashValue([kind, facts]), facts };
}

function namedFacts(sizes: object): Record<string, string> {
  return Object.fromEntries(Object.entries(sizes).map(([key, value]) => [key, JSON.stringify(value)]));
}

async function checkFolder(folder: string, path: string): Promise<void> {
  const is = async (file: string) =>
    stat(file).then(
      (found) => (found.isDirectory() ? "folder" : "file"),
      () => null,
    );
  if ((await is(path)) !== "folder") {
    const near = await nearFolders(path);
    throw new EncodingError(
      "file",
      `there is no folder ${folder}.${near.length > 0 ? ` Did you mean ${near.slice(0, 3).join(", ")}?` : " Paths start from the study's folder."}`,
      { path },
    );
  }
  if ((await is(join(path, "config.json"))) !== "file")
    throw new EncodingError(
      "file",
      `${folder} holds no config.json: a folder of simcortex pretrain, or a ViT or BERT in Hugging Face's layout, is needed. For other networks: simcortex extract, and \`ready\` features with {layer}.`,
      { path },
    );
}

/** Folders beside one that is not there, whose names are near. */
async function nearFolders(path: string): Promise<string[]> {
  return nearNames(basename(path), await readdir(dirname(path)).catch(() => []));
}

const textFiles = ["tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt"];

/** The files that a tower's activations depend on. */
async function filesOf(path: string, sense: Sense): Promise<{ name: string; sha256: string }[]> {
  const beside = sense === "pictures" ? ["preprocessor_config.json"] : textFiles;
  const names = (await readdir(path)).filter(
    (name) => name === "config.json" || /\.safetensors(\.index\.json)?$/.test(name) || beside.includes(name),
  );
  return Promise.all(names.sort().map(async (name) => ({ name, sha256: await hashFile(join(path, name)) })));
}

/** What the writer of the weights added: signal, seed, steps, data … */
async function metadataOf(path: string): Promise<Record<string, string>> {
  const file = await openSafetensors(join(path, "model.safetensors")).catch(() => null);
  if (file === null) return {};
  const { format: _, ...metadata } = file.metadata; // "pt" of every file of PyTorch
  await file.close();
  return metadata;
}
