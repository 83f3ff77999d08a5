import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openSession } from "../../src/graph/session.ts";
import {
  encodeStimuli,
  findSense,
  openBrain,
  openTokenizer,
  predict,
  type Stimuli,
} from "../../src/simulator/page.ts";
import { openPage, openPages } from "./page.fixture.ts";

/** What the tests of the page do over and over. Pages are there between `start` and `stop`. */
export type Bench = ReturnType<typeof makeBench>;

export function makeBench() {
  let pages: Awaited<ReturnType<typeof openPages>>;
  const read = async () => openBrain(async (file) => new Uint8Array(await readFile(join(pages.brain, file))));
  const open = async (query = "", size = {}) => {
    const one = await openPage(pages.browser, pages.server.url + query, size);
    await one.page.locator("canvas").first().waitFor();
    await one.page.locator(".legend").first().waitFor();
    return one;
  };
  const pose = async (page: Page) => {
    // the address follows the view after a quarter of a second of the page's own clock, however busy the machine is
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    return new URL(page.url()).searchParams;
  };

  const toLaboratory = async (page: Page) => {
    await page.getByRole("tab", { name: "Laboratory" }).click();
    await page
      .locator("[data-test=lab-status]", { hasText: "All models are loaded" })
      .waitFor({ timeout: 60_000 });
  };
  const drop = async (page: Page, name: string, bytes: Uint8Array, type = "image/png") => {
    const data = await page.evaluateHandle(
      ({ name, numbers, type }) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(numbers)], name, { type }));
        return transfer;
      },
      { name, numbers: [...bytes], type },
    );
    await page.locator("[data-test=drop]").dispatchEvent("drop", { dataTransfer: data });
  };
  const write = async (page: Page, text: string) => {
    await page.getByLabel("Sentences, one a line").fill(text);
    await page.getByRole("button", { name: "Show to the brain" }).click();
  };
  const saved = async (page: Page) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("[data-test=save-prediction]").click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n").slice(1);
    return lines.map((line) => line.split(",").slice(-3).map(Number) as [number, number, number]);
  };
  const inNode = async (model: string, stimuli: Stimuli) => {
    const brain = await read();
    const sense = findSense(brain.manifest, model, stimuli.sense);
    const session = await openSession(await brain.file(sense.encoder.file), { where: "here" });
    const tokenizer = stimuli.sense === "sentence" ? await openTokenizer(brain, sense) : undefined;
    const prediction = await predict(brain, await encodeStimuli(sense, session, stimuli, { tokenizer }), {
      model,
    });
    await session.close();
    return prediction;
  };

  return {
    start: async () => {
      pages = await openPages();
    },
    stop: async () => pages?.close(),
    get pages() {
      return pages;
    },
    read,
    open,
    pose,
    toLaboratory,
    drop,
    write,
    saved,
    inNode,
  };
}
