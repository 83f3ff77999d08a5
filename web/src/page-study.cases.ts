import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { expect, it } from "vitest";
import { knownOf, readView, startView } from "../../src/simulator/view/address.ts";
import { show } from "../../src/simulator/view/format.ts";
import { decodePicture } from "../../src/stimuli/decode-picture.ts";
import { openBrainFolder } from "../../src/study/open-brain-folder.ts";
import { renderBrain } from "../../src/study/render-brain.ts";
import { openPage, readCanvas } from "./page.fixture.ts";
import type { Bench } from "./page-bench.fixture.ts";

/** The study as a person reads it, by mouse, by keys, at both widths. */
export function studyCases(bench: Bench): void {
  const { open, pose, read } = bench;
  it("opens a study, turns, changes its shape and its map by mouse", async () => {
    const { page, complaints, close } = await open();
    const first = await readCanvas(page);
    expect(first.coloured).toBeGreaterThan(20_000);
    const box = await page.locator("canvas").boundingBox();
    await page.mouse.move(box!.x + 300, box!.y + 200);
    await page.mouse.down();
    await page.mouse.move(box!.x + 380, box!.y + 230, { steps: 4 });
    await page.mouse.up();
    const turned = await readCanvas(page);
    expect(turned.hash).not.toBe(first.hash);
    expect((await pose(page)).get("pose")?.split(",")[2]).not.toBe("0");
    await page.getByRole("button", { name: "Flat", exact: true }).click();
    const flat = await readCanvas(page);
    expect(flat.hash).not.toBe(turned.hash);
    expect((await pose(page)).get("pose")).toMatch(/^2,/);
    await page.locator("[data-test=map]").selectOption("ceiling");
    await page.locator(".legend", { hasText: "noise ceiling" }).waitFor();
    expect((await readCanvas(page)).hash).not.toBe(flat.hash);
    // the address brings the same picture back
    const before = await readCanvas(page);
    await pose(page);
    const again = await openPage(bench.pages.browser, page.url());
    await again.page.locator(".legend").first().waitFor();
    expect((await readCanvas(again.page)).hash).toBe(before.hash);
    await again.close();
    expect(complaints).toEqual([]);
    await close();
  });

  it("hides values under the threshold", async () => {
    const { page, close } = await open();
    const before = await readCanvas(page);
    await page.getByText("Thresholds, lines and export").click();
    await page.locator("[data-test=threshold]").fill("0.3");
    const after = await readCanvas(page);
    expect(after.coloured).toBeLessThan(0.8 * before.coloured);
    expect(after.drawn).toBeGreaterThan(0.9 * before.drawn);
    await close();
  });

  it("reads the numbers of a vertex that is clicked", async () => {
    const { page, close } = await open();
    const brain = await read();
    const name = page.locator(".name", { hasText: "syntax" }).first();
    const at = await name.boundingBox();
    await page.mouse.click(at!.x + at!.width / 2, at!.y + at!.height / 2);
    const heading = await page.locator("[data-test=picked]").textContent();
    expect(heading).toMatch(/^syntax, target \d+$/);
    const target = Number(heading!.match(/\d+/)![0]);
    const map = brain.manifest.maps[0]!;
    const value = (await brain.array(map.values))[target]!;
    expect(await page.locator(`[data-test="target-${map.id}"]`).textContent()).toBe(show(value));
    const row = brain.manifest.table.find(
      (one) => one.region === "syntax" && one.person === brain.manifest.people[0]!.id,
    )!;
    expect(await page.locator("[data-test=scores]").textContent()).toContain(show(row.r.mean));
    expect((await pose(page)).get("picked")).toBe(`t${target}`);
    await close();
  });

  it("shows two maps side by side that turn together", async () => {
    const { page, close } = await open();
    await page.locator("[data-test=second]").selectOption("ceiling");
    await page.locator("canvas").nth(1).waitFor();
    await page.waitForTimeout(300);
    const before = [await readCanvas(page, 0), await readCanvas(page, 1)];
    expect(before[0]!.hash).not.toBe(before[1]!.hash);
    await page.getByRole("button", { name: "Top", exact: true }).click();
    const after = [await readCanvas(page, 0), await readCanvas(page, 1)];
    expect(after[0]!.hash).not.toBe(before[0]!.hash);
    expect(after[1]!.hash).not.toBe(before[1]!.hash);
    expect(Math.abs(after[0]!.drawn - after[1]!.drawn)).toBeLessThan(0.05 * after[0]!.drawn); // the same view of both
    await close();
  });

  it("saves what is seen as PNG and SVG", async () => {
    const { page, close } = await open();
    await page.getByText("Thresholds, lines and export").click();
    const save = async (kind: "png" | "svg") => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.locator(`[data-test=${kind}]`).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^cortex-.*\\.${kind}$`));
      return readFile(await download.path());
    };
    const png = await save("png");
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    const picture = await decodePicture(png);
    const colours = new Set<number>();
    for (let k = 0; k < picture.data.length; k += 999)
      colours.add(picture.data[k]! * 65536 + picture.data[k + 1]! * 256 + picture.data[k + 2]!);
    expect(colours.size).toBeGreaterThan(50);
    expect((await save("svg")).toString()).toMatch(
      /^<svg [\s\S]*<image [\s\S]*linearGradient[\s\S]*<\/svg>$/,
    );
    await close();
  });

  it("is used by keyboard alone", async () => {
    const { page, close } = await open();
    const focus = (name: string) =>
      page.evaluate((wanted) => {
        const one = document.activeElement;
        return (
          (one?.textContent ?? "").trim() === wanted ||
          one?.getAttribute("aria-label")?.startsWith(wanted) ||
          one?.id === wanted ||
          false
        );
      }, name);
    const tabTo = async (name: string) => {
      for (let k = 0; k < 60; k++) {
        if (await focus(name)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`the Tab key does not lead to ${name}`);
    };
    await tabTo("Cortex: ");
    const before = await readCanvas(page);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("+");
    await page.keyboard.press("]");
    expect((await readCanvas(page)).hash).not.toBe(before.hash);
    await tabTo("Medial");
    await page.keyboard.press("Enter");
    expect((await pose(page)).get("pose")?.split(",")[1]).toBe("-90");
    await tabTo("early visual"); // the region's button in the overview
    await page.keyboard.press("Enter");
    expect(await page.locator("[data-test=picked]").textContent()).toBe("early visual");
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo("Study");
    await page.keyboard.press("ArrowRight");
    await page
      .locator("[data-test=lab-status]", { hasText: "All models are loaded" })
      .waitFor({ timeout: 60_000 });
    await tabTo("sentence");
    await page.keyboard.type("a dog");
    await page.keyboard.press("Enter");
    await page.locator("[data-test=result]", { hasText: "a dog" }).waitFor();
    await close();
  });

  it.each([390, 1440])("fits a window of %i pixels, in every part", async (width) => {
    const { page, close } = await open("", { width, height: 800 });
    for (const name of ["Study", "Laboratory", "Tables", "About"]) {
      await page.getByRole("tab", { name }).click();
      await page.waitForTimeout(200);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    await page.getByRole("tab", { name: "Study" }).click();
    await page.locator("[data-test=second]").selectOption("ceiling");
    await page.locator("[data-test=region]").selectOption("r0");
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await close();
  });

  it("is small: the page without the model ≤ 300 kB compressed, the demo brain ≤ 12 MB", async () => {
    const folder = new URL("../../dist/web/", import.meta.url);
    const html = await readFile(new URL("index.html", folder), "utf8");
    const first = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path]) => path!);
    let bytes = gzipSync(html).length;
    for (const path of first) bytes += gzipSync(await readFile(new URL(path, folder))).length;
    expect(first.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThanOrEqual(300_000);
    const { files } = (await read()).manifest;
    expect(files.reduce((sum, one) => sum + one.bytes, 0)).toBeLessThanOrEqual(12_000_000);
    expect((await readdir(join(bench.pages.brain, "encoders"))).length).toBeGreaterThan(0);
  });

  it.each([
    "",
    "?pose=1,-90,20,10,1.5,0,0&map=ceiling",
    "?pose=2,90,0,0,1,0,0&show=left&picked=r4",
    "?pose=0,0,120,30,1,0,0&threshold=0.2",
  ])("shows what simcortex render draws without a browser: %s", async (query) => {
    const { page, close } = await open(query, { width: 1280, height: 800 });
    await page.waitForTimeout(500);
    const canvas = page.locator("canvas").first();
    const seen = await canvas.evaluate((one) => {
      const { clientWidth, clientHeight } = one;
      return { width: clientWidth, height: clientHeight, url: (one as HTMLCanvasElement).toDataURL() };
    });
    await close();
    const own = await openBrainFolder(bench.pages.brain, { where: "here" });
    const view = readView(query, startView(own.brain.manifest), knownOf(own.brain.manifest));
    const { width, height } = seen;
    const png = await renderBrain(own, { view, width, height, scale: 1, frame: false });
    await own.close();
    const pixels = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().raw().toBuffer();
    const [a, b] = [await pixels(Buffer.from(seen.url.split(",")[1] as string, "base64")), await pixels(png)];
    let [sum, drawn, edges] = [0, 0, 0];
    for (let k = 0; k < a.length; k += 4) {
      const [here, there] = [a[k + 3]! > 250, b[k + 3]! > 250];
      if (here !== there) edges++;
      if (!here || !there) continue;
      drawn++;
      sum += Math.max(...[0, 1, 2].map((d) => Math.abs(a[k + d]! - b[k + d]!)));
    }
    expect(drawn).toBeGreaterThan(30_000);
    expect(edges / drawn).toBeLessThan(0.01); // how the rim is smoothed
    expect(sum / drawn).toBeLessThan(3); // of 255; lines are smoothed otherwise
  });
}
