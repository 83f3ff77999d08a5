import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openServer } from "../../src/server/open-server.ts";
import { decodePicture } from "../../src/stimuli/decode-picture.ts";
import { openPage, readCanvas, waitWhole } from "./page.fixture.ts";
import type { Bench } from "./page-bench.fixture.ts";

/** New pictures and sentences. */
export function laboratoryCases(bench: Bench): void {
  const { open, read, toLaboratory, drop, write, saved, inNode } = bench;
  it("predicts a picture and a sentence as Node does, to 1e-4, and asks nothing of any server meanwhile", async () => {
    const { page, complaints, close } = await open();
    const { manifest } = await read();
    const model = manifest.models[0]!.id;
    await toLaboratory(page);
    const sent: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith("blob:")) sent.push(request.url());
    });
    const served = bench.pages.server.requests.length;
    await page.context().setOffline(true);
    const empty = await readCanvas(page);
    const file = await readFile(join(bench.pages.brain, manifest.library.pictures[0]!.file));
    await drop(page, "scene.png", file);
    await page.locator("[data-test=result]", { hasText: "scene.png" }).waitFor();
    const seen = await saved(page);
    const first = await readCanvas(page);
    expect(first.hash).not.toBe(empty.hash);
    const sentence = manifest.library.sentences[0]!.text;
    await write(page, sentence);
    await page.locator("[data-test=result]", { hasText: "the sentence" }).waitFor();
    await page.locator("[data-test=save-prediction]").waitFor();
    const readOut = await saved(page);
    expect((await readCanvas(page)).hash).not.toBe(first.hash);
    const expected = [
      await inNode(model, { sense: "picture", pictures: [await decodePicture(file)] }),
      await inNode(model, { sense: "sentence", sentences: [sentence] }),
    ];
    for (const [k, rows] of [seen, readOut].entries()) {
      const { responses, interval, mask } = expected[k]!;
      expect(rows).toHaveLength(responses.length);
      for (const [t, [response, half, trusted]] of rows.entries()) {
        expect(Math.abs(response - responses[t]!)).toBeLessThan(1e-4);
        expect(Math.abs(half - interval[t]!)).toBeLessThan(1e-6);
        expect(trusted).toBe(mask[t]);
      }
    }
    expect(
      Math.max(...expected[0]!.responses.map((x, t) => Math.abs(x - expected[1]!.responses[t]!))),
    ).toBeGreaterThan(0.01);
    expect(sent).toEqual([]);
    expect(bench.pages.server.requests.length).toBe(served);
    expect(complaints).toEqual([]);
    await close();
  });

  it("contrasts two sets of the library", async () => {
    const { page, close } = await open("?tab=laboratory");
    await toLaboratory(page);
    await page.getByText(/^Library:/).click();
    for (const k of [0, 1, 2, 3]) await page.locator(".shelf button").nth(k).click();
    await page.locator("[data-test=bench] li").nth(3).waitFor();
    for (const [k, set] of ["A", "A", "B", "B"].entries())
      await page
        .locator("[data-test=bench] li")
        .nth(k)
        .getByRole("button", { name: `Set ${set}` })
        .click();
    await page.getByRole("button", { name: "A − B (2 and 2)" }).click();
    await page.getByText("Set A (2) minus set B (2)").waitFor();
    await page.getByText("predicted difference, A − B").waitFor();
    const { manifest } = await read();
    const brain = await read();
    const pictures = await Promise.all(
      manifest.library.pictures.slice(0, 4).map(async ({ file }) => decodePicture(await brain.file(file))),
    );
    const { responses, targets, mask } = await inNode(manifest.models[0]!.id, { sense: "picture", pictures });
    const regionOf = await brain.array(manifest.targets.region);
    for (const [r, { name }] of manifest.regions.entries()) {
      const own = [...mask.keys()].filter((t) => mask[t] === 1 && regionOf[t] === r);
      const value =
        own.reduce(
          (sum, t) =>
            sum +
            (responses[t]! +
              responses[targets + t]! -
              responses[2 * targets + t]! -
              responses[3 * targets + t]!) /
              2,
          0,
        ) / own.length;
      const cell = page.locator("[data-test=bars] tr", { hasText: name }).locator("[data-value]");
      if (own.length > 0)
        expect(Math.abs(Number(await cell.getAttribute("data-value")) - value)).toBeLessThan(1e-4);
    }
    await close();
  });

  it("keeps the cortex in place and the last prediction on it until the next one is there", async () => {
    const { page, close } = await open("?tab=laboratory");
    await toLaboratory(page);
    await write(page, "the dog sees the cat");
    await page.locator(".legend", { hasText: "predicted response" }).waitFor();
    await waitWhole(page);
    await page.evaluate(() => {
      const store = window as unknown as { seen: string[] };
      store.seen = [];
      const canvas = document.querySelector("canvas") as HTMLCanvasElement;
      new MutationObserver((list) => {
        for (const { attributeName } of list) store.seen.push(attributeName as string);
      }).observe(canvas, { attributeFilter: ["width", "height"] });
      const legend = document.querySelector(".legend") as HTMLElement;
      const look = () => store.seen.push(legend.textContent?.includes("nothing shown") ? "blank" : "told");
      new MutationObserver(look).observe(legend, { subtree: true, childList: true, characterData: true });
    });
    const before = await readCanvas(page);
    await write(page, "a red car in the kitchen");
    await page.locator("[data-test=bench] li").nth(1).waitFor();
    await page.locator("[data-test=result]", { hasText: "a red car" }).waitFor();
    await page.waitForTimeout(100);
    expect((await readCanvas(page)).hash).not.toBe(before.hash);
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    expect(seen.filter((one) => one !== "told")).toEqual([]);
    // without a stimulus there is nothing to show
    for (let k = 0; k < 2; k++)
      await page
        .getByRole("button", { name: /^Remove/ })
        .first()
        .click();
    await page.locator(".legend", { hasText: "nothing shown yet" }).waitFor();
    await close();
  });

  it("says that a picture is unlike the training", async () => {
    const { page, close } = await open("?tab=laboratory");
    await toLaboratory(page);
    const noise = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(64, 64);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      for (let k = 0; k < 4096; k++) {
        context.fillStyle = `rgb(${(k * 97) % 256} ${(k * 57) % 256} ${(k * 193) % 256})`;
        context.fillRect(k % 64, Math.floor(k / 64), 1, 1);
      }
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    });
    await drop(page, "noise.png", Uint8Array.from(noise));
    await page
      .locator("[data-test=warning]", { hasText: "unlike anything this brain was fitted on" })
      .waitFor();
    await close();
  });

  it("works as simcortex serve hands it out, whose headers let it load nothing from elsewhere", async () => {
    const server = await openServer(join(bench.pages.brain, ".."), {
      port: 0,
      page: new URL("../../dist/web", import.meta.url).pathname,
    });
    const { page, complaints, close } = await openPage(bench.pages.browser, `${server.url}?tab=laboratory`);
    await page.locator("[data-test=lab-status]", { hasText: "All models" }).waitFor({ timeout: 120_000 });
    await page.locator("textarea").fill("the dog sees the cat");
    await page.getByRole("button", { name: "Show to the brain" }).click();
    await page.locator("[data-test=bars]").waitFor({ state: "attached", timeout: 60_000 });
    const blocked = await page.evaluate(() =>
      fetch("https://example.com/").then(
        () => "loaded",
        () => "refused",
      ),
    );
    expect(blocked).toBe("refused");
    expect(complaints.filter((one) => !/example\.com/.test(one))).toEqual([]);
    await close();
    await server.close();
  });
}
