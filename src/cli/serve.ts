import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { StudySettings } from "../study.ts";
import { checkCount } from "./count.ts";
import { openFile } from "./open-file.ts";
import { publishBrain, readStudy } from "./publish.ts";
import { listenForStop } from "./signals.ts";

/** Options of `simcortex serve`. */
export interface ServeCommand {
  readonly port?: string;
  readonly host?: string;
  readonly token?: string;
  readonly seed?: string;
  readonly models?: string;
  readonly store?: string;
  readonly out?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Folder of the built page: beside the compiled program, or `dist/web` of a checkout. */
const page = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/web" : "../web", import.meta.url),
);

/** The twins that come with the program. */
const shipped = fileURLToPath(new URL("../../models/brivl-tiny", import.meta.url));

/** `simcortex serve FOLDER`: the page of a published brain and its API, until Ctrl-C. Of a study's settings the brain is published first,
 * unless that was done before. */
export async function serve(path: string, options: ServeCommand): Promise<void> {
  const { port, host, token, open = false, json = false } = options;
  const number = port === undefined ? undefined : checkCount("--port", port, 0, 65_535);
  const folder = /\.ya?ml$/.test(path) ? await publishOnce(path, options) : path;
  const { openServer } = await import("../server/open-server.ts");
  const stop = listenForStop(() => {});
  try {
    const server = await openServer(folder, {
      ...(number !== undefined && { port: number }),
      ...(host !== undefined && { host }),
      ...(token !== undefined && { token }),
      page,
      onBug: (stack) => process.stderr.write(`${stack}\n`),
    });
    const { url, isLocal, hasPage } = server;
    const api = new URL("openapi.json", url).href;
    const warning = isLocal
      ? null
      : "Other machines can reach this server, over plain HTTP: who has the address with its token can read the brain and use this machine's time.";
    if (json) process.stdout.write(`${JSON.stringify({ event: "listening", url, api, warning })}\n`);
    else {
      if (warning !== null) process.stderr.write(`warning: ${warning}\n`);
      if (!hasPage) process.stderr.write("The page is not built: npm run build:web adds it.\n");
      process.stdout.write(`Page: ${url}\nAPI:  ${api}\nCtrl-C ends it.\n`);
    }
    if (open && hasPage && !json) openFile(url);
    if (!stop.signal.aborted)
      await new Promise((resolve) => stop.signal.addEventListener("abort", resolve, { once: true }));
    await server.close();
    process.stdout.write(json ? `${JSON.stringify({ event: "done" })}\n` : "Stopped.\n");
  } finally {
    stop.off();
  }
}

/** The folder of a study's brain: that of `out` if it holds the brain of these very settings, else it is published there. */
async function publishOnce(
  path: string,
  { seed, models = shipped, store = ".simcortex/store", out = "results/brain", json = false }: ServeCommand,
): Promise<string> {
  const read = await readStudy(path);
  const settings: StudySettings =
    seed === undefined ? read : { ...read, seed: checkCount("--seed", seed, 0) };
  const place = resolve(out);
  if (!(await isPublished(settings, place))) {
    if (!json) process.stderr.write(`Fitting the brain of this study into ${out}: a minute or two.\n`);
    const folder = dirname(resolve(path));
    await publishBrain(settings, place, { models: resolve(models), folder, store, json });
  }
  return place;
}

/** Real data may have changed since; their steps are kept in the store. */
async function isPublished(settings: StudySettings, place: string): Promise<boolean> {
  if (!settings.virtual) return false;
  const text = await readFile(join(place, "brain", "manifest.json"), "utf8").catch(() => null);
  if (text === null) return false;
  const [{ parseManifest }, { hashValue }, { version }] = await Promise.all([
    import("../simulator/index.ts"),
    import("../engine/index.ts"),
    import("../study/version.ts"),
  ]);
  const { provenance } = parseManifest(text).card;
  return provenance.settings === hashValue(settings) && provenance.simcortex === version();
}
