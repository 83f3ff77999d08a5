import { type Features, stackRows } from "../core/index.ts";
import type { Step } from "../engine/index.ts";
import type { ShownPicture, ShownStimuli } from "./data.ts";
import type { Showing, TowerAnswers, TowerPlace } from "./open-tower.ts";
import { layersOf, type StudyModel, type StudyTower } from "./read-model.ts";
import type { StudySettings } from "./settings.ts";

/** What a worker is given: a tower and the stimuli that it is shown. */
export interface ActivationInput extends TowerPlace, Showing {
  readonly stimuli: readonly (ShownPicture | string)[];
}

/** Activations of every tower for every stimulus. */
export interface Activations {
  /** Of each layer, (stimuli × width). */
  of(tower: StudyTower): readonly Features[];
  readonly warnings: readonly string[];
}

/** Stimuli that one step shows; what is done is kept. The frames of a film stay together: it is read once. */
const perStep = 256;

interface Piece {
  readonly tower: StudyTower;
  readonly stimuli: readonly (ShownPicture | string)[];
}

/** The steps that show every stimulus once to every tower of every model, and how to read their results. A tower that two models share is
 * shown them once. */
export function planActivations(
  models: readonly StudyModel[],
  shown: ShownStimuli | undefined,
  settings: StudySettings,
): {
  steps: readonly Step[];
  costs: readonly number[];
  collect: (results: readonly unknown[]) => Activations;
} {
  const showing: Showing = { pooling: settings.activations.pooling, layers: layersOf(models, settings) };
  const towers = new Map(
    models.flatMap((model) => model.towers.map((tower) => [keyOf(tower), tower] as const)),
  );
  const pieces = [...towers.values()].flatMap((tower) => cut(tower, shown?.[tower.sense] ?? []));
  const steps = pieces.map(({ tower, stimuli }): Step => {
    const { path, kind, sense, drawn } = tower;
    return {
      name: "activations",
      task: "activate",
      inputs: { tower: tower.hash, sense, showing, stimuli: stimuli.map(identityOf) },
      payload: (): ActivationInput => ({
        path,
        kind,
        sense,
        ...(drawn !== undefined && { drawn }),
        ...showing,
        stimuli,
      }),
    };
  });
  return {
    steps,
    costs: pieces.map(({ tower, stimuli }) => stimuli.length * tower.layers),
    collect: (results) => {
      const own = (tower: StudyTower) =>
        pieces.flatMap((piece, k) =>
          keyOf(piece.tower) === keyOf(tower) ? [results[k] as TowerAnswers] : [],
        );
      return {
        of: (tower) => {
          const parts = own(tower);
          return showing.layers.map((_, k) => stackRows(parts.map(({ layers }) => layers[k] as Features)));
        },
        warnings: tellCuts(
          [...towers.values()].map((tower) => ({
            folder: tower.folder,
            count: own(tower).reduce((sum, { cut }) => sum + cut, 0),
          })),
        ),
      };
    },
  };
}

/** One warning for all models that cut as many sentences: twins have one vocabulary. */
function tellCuts(towers: readonly { readonly folder: string; readonly count: number }[]): string[] {
  const folders = new Map<number, string[]>();
  for (const { folder, count } of towers)
    if (count > 0) folders.set(count, [...(folders.get(count) ?? []), folder]);
  return [...folders].map(
    ([count, own]) =>
      `${count} sentences are longer than ${own.join(", ")} ${own.length > 1 ? "read" : "reads"}, and were cut.`,
  );
}

function keyOf({ hash, sense }: StudyTower): string {
  return `${sense} ${hash}`;
}

function cut(tower: StudyTower, stimuli: readonly (ShownPicture | string)[]): Piece[] {
  const pieces: (ShownPicture | string)[][] = [];
  for (const stimulus of stimuli) {
    const last = pieces.at(-1);
    const full = last === undefined || (last.length >= perStep && !sameFilm(last.at(-1), stimulus));
    if (full) pieces.push([stimulus]);
    else last.push(stimulus);
  }
  return pieces.map((own) => ({ tower, stimuli: own }));
}

function sameFilm(a: ShownPicture | string | undefined, b: ShownPicture | string): boolean {
  const filmOf = (one: ShownPicture | string | undefined) =>
    typeof one === "object" && "film" in one ? one.film.path : null;
  return filmOf(a) !== null && filmOf(a) === filmOf(b);
}

function identityOf(stimulus: ShownPicture | string): string {
  return typeof stimulus === "string" ? stimulus : stimulus.sha256;
}
