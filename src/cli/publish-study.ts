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

/** Run a study of real data and pack it: with the fitted brain where it has foundation models; else as a page to look at, with maps, scores and held-out
 * responses. Both are on its own surface if its settings name one. Steps that `simcortex run` has finished are taken from the store. */
export async function buildStudyPage(
  settings: StudySettings,
  { folder, store }: StudyPlace,
  work: WorkOptions,
): Promise<BrainFiles> {
  const [{ solveStudy }, { loadSurface }, { packStudy }, { buildStudyBrain, whyNoBrain }] = await Promise.all(
    [
      import("../study.ts"),
      import("../study/load-surface.ts"),
      import("../study/pack-study.ts"),
      import("../study/build-study-brain.ts"),
    ],
  );
  const solved = await solveStudy(settings, { folder, store: resolve(store), ...work });
  const { people, regions } = solved.data;
  const targets = people.map(({ regionOf }) => regionOf.length);
  const surface = await loadSurface(settings, folder, { regions, targets });
  const why = whyNoBrain(solved, { settings, surface });
  if (why === null) return buildStudyBrain(solved, { settings, surface, ...work });
  return packStudy(solved, { settings, surface, why: tellNothing(settings, why) });
}

/** Why nothing new can be shown to a study that is published to be looked at. */
function tellNothing({ features }: StudySettings, why: string): string {
  const names = Object.keys(features ?? {}).join(", ");
  return `Nothing new can be shown to this study. Its features (${names}) were computed before it, and what computes them from a new picture or sentence is not in this folder. ${why}`;
}
