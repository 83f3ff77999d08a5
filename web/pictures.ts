/** The pictures of the page in README and docs: `SIMCORTEX_BRAIN=FOLDER npx tsx web/pictures.ts` (or without it, from the shipped models). */
import type { Page } from "playwright-core";
import sharp from "sharp";
import { openPage, openPages } from "./src/page.fixture.ts";

const pages = await openPages();
const folder = new URL("../docs/images/", import.meta.url).pathname;

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
  await sharp(picture).png({ palette: true, colours: 128, effort: 10 }).toFile(`${folder}${name}.png`);
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
await take("page-flat", `?second=ceiling&pose=2,90,0,0,1,0,0&show=left`, wide);
await take("page-laboratory", "?tab=laboratory", wide, (page) => show(page, 3));
await take("page-phone", `?pose=${start.replace("0.35", "1")}`, { width: 390, height: 780 });
await pages.close();
