/** The pictures of the cortex in README and docs, `npm run pictures`: those of the cortex alone by `simcortex render`, those of the page by
 * Chromium. SIMCORTEX_BRAIN names a published folder; without it the brain of examples/virtual is published with the shipped models. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { openPage, openPages } from "./src/page.fixture.ts";

process.env.SIMCORTEX_SLOW ??= "1";
const pages = await openPages();
const folder = new URL("../docs/images/", import.meta.url).pathname;

/** Render a view by the command line, and keep it in fewer colours. */
async function draw(name: string, ...options: readonly string[]) {
  const main = new URL("../dist/cli/main.js", import.meta.url).pathname;
  const out = join(folder, `${name}.png`);
  execFileSync(process.execPath, [main, "render", pages.brain, "--scale", "1", "--out", out, ...options]);
  await shrink(await sharp(out).toBuffer(), name);
}

function shrink(picture: Uint8Array, name: string) {
  return sharp(picture)
    .png({ palette: true, colours: 128, effort: 10 })
    .toFile(join(folder, `${name}.png`));
}

/** Open the page, bring it into a state, and keep what is seen. */
async function take(
  name: string,
  query: string,
  size: { width: number; height: number },
  act: (page: Page) => Promise<void> = async () => {},
) {
  const { page, close } = await openPage(pages.browser, pages.server.url + query, size);
  await page.locator(".legend").first().waitFor({ timeout: 60_000 });
  await act(page);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(1500);
  const picture = await page.screenshot();
  await shrink(picture, name);
  await close();
}

async function show(page: Page, pictures: number): Promise<void> {
  await page.locator("[data-test=lab-status]", { hasText: "All models" }).waitFor({ timeout: 120_000 });
  await page.getByText(/^Library:/).click();
  for (let k = 0; k < pictures; k++) {
    await page.locator(".shelf button").nth(k).click();
    await page.locator("[data-test=bench] li").nth(k).waitFor();
  }
  await page.getByText(/^Library:/).click();
  await page.locator("[data-test=bars]").waitFor({ state: "attached", timeout: 60_000 });
}

const wide = { width: 1280, height: 800 };
const start = "0.35,90,0,8,1,0,0";
await take("page-study", "?picked=r4", wide);
await take("page-laboratory", "?tab=laboratory", wide, (page) => show(page, 3));
await take("page-phone", `?pose=${start.replace("0.35", "1")}`, { width: 390, height: 780 });
await draw("brain-score", "--size", "1200x640");
await draw(
  "brain-flat",
  "--map",
  "score/multimodal",
  "ceiling",
  "--view",
  "left-lateral",
  "--shape",
  "flat",
  "--size",
  "1200x600",
);
await draw(
  "brain-sentence",
  "--sentence",
  "The dog is chased by the cat in the kitchen.",
  "--shape",
  "inflated",
  "--dark",
  "--size",
  "1200x620",
);
await pages.close();
