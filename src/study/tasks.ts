import { type Linalg, openLinalg } from "../linalg/index.ts";
import type { StudyData } from "./data.ts";
import { type FitInput, type FitOutput, fitModel } from "./fit-model.ts";
import type { ScoreInput } from "./score-input.ts";
import { type ScoreOutput, scorePerson } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";
import { makeVirtualLab } from "./virtual-lab.ts";

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

/** Task "simulate": see {@link makeVirtualLab}. */
export async function simulate(settings: StudySettings): Promise<StudyData> {
  return makeVirtualLab(settings);
}
