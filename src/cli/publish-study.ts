import { resolve } from "node:path";
import type { BrainFiles } from "../simulator/index.ts";
import type { StudySettings } from "../study.ts";
import type { WorkOptions } from "./work-in-folder.ts";

/** Where a study of real data reads, and keeps its finished steps. */
export interface StudyPlace {
  /** Folder that relative paths of the settings start from. */
  readonly folder: string;
  readonly store: string;
}

/** Run a study of real data and pack it as a page to look at: maps, scores, held-out responses, on its own surface if its settings name one.
 * Steps that `simcortex run` has finished are taken from the store. */
export async function buildStudyPage(
  settings: StudySettings,
  { folder, store }: StudyPlace,
  work: WorkOptions,
): Promise<BrainFiles> {
  const [{ solveStudy }, { loadSurface }, { packStudy }] = await Promise.all([
    import("../study.ts"),
    import("../study/load-surface.ts"),
    import("../study/pack-study.ts"),
  ]);
  const solved = await solveStudy(settings, { folder, store: resolve(store), ...work });
  const { people, regions } = solved.data;
  const targets = people.map(({ regionOf }) => regionOf.length);
  const surface = await loadSurface(settings, folder, { regions, targets });
  return packStudy(solved, { settings, surface, why: whyNothing(settings) });
}

/** Why nothing new can be shown to a study that is published to be looked at. */
function whyNothing({ features, models }: StudySettings): string {
  const names = Object.keys(features ?? {}).join(", ");
  const read = `Nothing new can be shown to this study. Its features (${names}) were computed before it, and what computes them from a new picture or sentence is not in this folder.`;
  return models === undefined
    ? `${read} A study with \`models\` has encoders of its own.`
    : `${read} Its foundation models are compared here; their encoders are published for the virtual laboratory only so far.`;
}
