import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { serveFolders } from "./serve.fixture.ts";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;

/** Chromium of this machine: SIMCORTEX_CHROMIUM, or where Debian and others keep it. */
export const chromiumPath = [
  process.env.SIMCORTEX_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));
const models = join(root, "models/brivl-tiny");
/** Why the tests of the page cannot run here; null if they can. */
export const missing =
  process.env.SIMCORTEX_SLOW === undefined
    ? "slow: set SIMCORTEX_SLOW"
    : chromiumPath === undefined
      ? "no Chromium: apt-get install chromium, or set SIMCORTEX_CHROMIUM"
      : process.env.SIMCORTEX_BRAIN === undefined && !existsSync(models)
        ? "no brain: set SIMCORTEX_BRAIN to a published folder, or make models/brivl-tiny"
        : null;

/** The page, built; a published brain (SIMCORTEX_BRAIN, or published now from the shipped models); a server; a browser that draws by
 * software, so that every machine draws the same. */
export async function openPages() {
  await build({ configFile: join(root, "web/vite.config.ts"), logLevel: "error" });
  let made: string | null = null;
  let published = process.env.SIMCORTEX_BRAIN;
  if (published === undefined) {
    made = await mkdtemp(join(tmpdir(), "page-"));
    published = made;
    await run(process.execPath, [
      join(root, "dist/cli/main.js"),
      "publish",
      join(root, "examples/virtual/study.yaml"),
      "--models",
      models,
      "--out",
      made,
    ]);
  }
  const brain = join(published, "brain");
  const server = await serveFolders({ "": join(root, "dist/web"), brain });
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath as string,
    args: [
      "--no-sandbox",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
    ],
  });
  return {
    brain,
    server,
    browser,
    close: async () => {
      await browser.close();
      await server.close();
      if (made !== null) await rm(made, { recursive: true, force: true });
    },
  };
}

/** A page in a window of its own; what its console complains of is kept. */
export async function openPage(browser: Browser, url: string, { width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    acceptDownloads: true,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.addInitScript("globalThis.__name ??= (f) => f"); // tsx leaves calls of it in functions that are sent to the page
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Waits until a cortex is drawn as a whole: without a graphics card that follows the last change after a moment. */
export async function waitWhole(page: Page, which = 0): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.locator("canvas").nth(which).and(page.locator("[data-drawn=whole]")).waitFor();
}

/** Colours of a cortex: how many pixels are drawn, how many of them are coloured (not grey), and a hash of all. */
export async function readCanvas(
  page: Page,
  which = 0,
): Promise<{ drawn: number; coloured: number; hash: number }> {
  await waitWhole(page, which);
  return page
    .locator("canvas")
    .nth(which)
    .evaluate((canvas) => {
      const from = canvas as HTMLCanvasElement;
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [from.width, from.height];
      const context = copy.getContext("2d") as CanvasRenderingContext2D;
      context.drawImage(from, 0, 0);
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      let [drawn, coloured, hash] = [0, 0, 7];
      for (let k = 0; k < data.length; k += 4) {
        const [r = 0, g = 0, b = 0, a = 0] = data.subarray(k, k + 4);
        if (a > 128) drawn++;
        if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 24) coloured++;
        hash = (Math.imul(hash, 31) + r + 3 * g + 7 * b) | 0;
      }
      return { drawn, coloured, hash };
    });
}
