import { type Linalg, openLinalg } from "../linalg/index.ts";
import type { ClusterCounts } from "../stats/index.ts";
import { type Looked, lookAt } from "./controls/look.ts";
import { type ClusterInput, countClusters } from "./count-clusters.ts";
import type { ShownPicture, StudyData, StudyRun } from "./data.ts";
import type { SeenFilm } from "./films/film-data.ts";
import { type WatchInput, watchFilm } from "./films/watch-film.ts";
import { type FitInput, type FitOutput, fitModel } from "./fit-model.ts";
import { type OpenTower, openTower, type TowerAnswers } from "./open-tower.ts";
import type { ActivationInput } from "./plan-activations.ts";
import type { ScoreInput } from "./score-input.ts";
import { type ScoreOutput, scorePerson } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";
import { makeVirtualLab, showLabRun } from "./virtual-lab.ts";
import type { VirtualRun } from "./virtual-run.ts";

/** What the pool's workers run. Each worker opens one backend with one thread; folds and models run side by side. */
const opened = new Map<string, Promise<Linalg>>();

function backend(name: Linalg["name"]): Promise<Linalg> {
  const known = opened.get(name) ?? openLinalg({ backend: name, threads: 1, where: "here" });
  opened.set(name, known);
  return known;
}

/** Task "fit": see {@link fitModel}. */
export async function fit(input: FitInput & { readonly backend: Linalg["name"] }): Promise<FitOutput> {
  return fitModel(input, await backend(input.backend));
}

/** Task "score": see {@link scorePerson}. */
export async function score(input: ScoreInput): Promise<ScoreOutput> {
  return scorePerson(input);
}

let tower: { key: string; opened: Promise<OpenTower> } | undefined;

/** Task "activate": show stimuli to a tower; the last tower stays open. See {@link openTower}. */
export async function activate(input: ActivationInput): Promise<TowerAnswers> {
  const key = JSON.stringify([input.path, input.kind, input.sense, input.drawn]);
  if (tower?.key !== key) tower = { key, opened: openTower(input) };
  return (await tower.opened).show(input.stimuli, input);
}

/** Task "clusters": see {@link countClusters}. */
export async function clusters(input: ClusterInput): Promise<ClusterCounts> {
  return countClusters(input);
}

/** Task "look": see {@link lookAt}. */
export async function look(pictures: readonly ShownPicture[]): Promise<Looked> {
  return lookAt(pictures);
}

/** Task "watch": see {@link watchFilm}. */
export async function watch(input: WatchInput): Promise<SeenFilm | string> {
  return watchFilm(input);
}

/** Task "show": see {@link showLabRun}. */
export async function show({ seed, run }: { seed: number; run: StudyRun }): Promise<VirtualRun> {
  return showLabRun({ seed }, run);
}

/** Task "simulate": see {@link makeVirtualLab}. */
export async function simulate({
  settings,
  shown,
}: {
  settings: StudySettings;
  shown: readonly VirtualRun[];
}): Promise<StudyData> {
  return makeVirtualLab(settings, shown);
}
