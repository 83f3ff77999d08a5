import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { writeFileAtomic } from "../io/index.ts";
import type { BrainFiles } from "../simulator/index.ts";
import { readSettingsText } from "../study/settings-text.ts";
import type { StudySettings } from "../study.ts";
import { copyPage } from "./copy-page.ts";
import { buildStudyPage, type StudyPlace } from "./publish-study.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex publish`. */
export interface PublishCommand {
  readonly models?: string;
  readonly store?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `simcortex publish study.yaml`: a study as a static folder with its page, that any web server can hand out; of a virtual laboratory, and
 * of real data with foundation models, with the fitted brain. */
export async function publish(
  path: string,
  {
    models = "models/brivl-tiny",
    store = ".simcortex/store",
    out = "results/brain",
    json = false,
  }: PublishCommand,
): Promise<void> {
  const settings = await readStudy(path);
  const place = resolve(out);
  const folder = dirname(resolve(path));
  const sizes = await publishBrain(settings, place, { models: resolve(models), folder, store, json });
  process.stdout.write(
    json
      ? `${JSON.stringify({ event: "done", out: place, sizes })}\n`
      : `${tableOf(sizes)}\n${"page" in sizes ? "" : "The page is not built: npm run build:web, then publish again, adds it.\n"}Published: ${place}\n`,
  );
}

/** Settings of a study file. */
export async function readStudy(path: string): Promise<StudySettings> {
  const text = await readSettingsText(path);
  const { parseSettings } = await import("../study/read-settings.ts");
  return parseSettings(text, path);
}

/** Fit the brain of a virtual laboratory, or run a study of real data, and write it with the page.
 * @returns bytes of each part. */
export async function publishBrain(
  settings: StudySettings,
  place: string,
  { models, json, ...own }: StudyPlace & { readonly models: string; readonly json: boolean },
): Promise<Readonly<Record<string, number>>> {
  const files = await workInFolder(place, json, async (work) => {
    const built = settings.virtual
      ? await (await import("../study/build-brain-apart.ts")).buildBrainApart(settings, {
          family: models,
          ...work,
        })
      : await buildStudyPage(settings, own, work);
    await writeBrain(join(place, "brain"), built);
    return built;
  });
  return { ...(await copyPage(place)), ...sizesOf(files) };
}

/** Write a brain's files; the manifest comes last, so that a folder with a manifest is whole. */
export async function writeBrain(folder: string, files: BrainFiles): Promise<void> {
  await rm(join(folder, "manifest.json"), { force: true });
  for (const [file, bytes] of files) {
    if (file === "manifest.json") continue;
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, bytes);
  }
  const manifest = files.get("manifest.json");
  if (manifest === undefined) throw new EncodingError("file", "publish: the brain has no manifest.");
  await writeFileAtomic(join(folder, "manifest.json"), manifest);
}

/** Bytes of each part of the folder. */
function sizesOf(files: BrainFiles): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const [file, bytes] of files) {
    const part = file.includes("/") ? (file.split("/")[0] as string) : file;
    sizes[part] = (sizes[part] ?? 0) + bytes.byteLength;
  }
  return { ...sizes, total: [...files.values()].reduce((sum, bytes) => sum + bytes.byteLength, 0) };
}

function tableOf(sizes: Readonly<Record<string, number>>): string {
  return Object.entries(sizes)
    .map(([part, bytes]) => `${part.padEnd(14)} ${(bytes / 1e6).toFixed(2).padStart(8)} MB`)
    .join("\n");
}
