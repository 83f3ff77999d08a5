import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import sharp from "sharp";
import { expect, it } from "vitest";
import { writeBrain } from "../../src/cli/publish.ts";
import { namePart, show, showBound, showInterval, showP } from "../../src/simulator/view/format.ts";
import { loadSurface } from "../../src/study/load-surface.ts";
import { packStudy } from "../../src/study/pack-study.ts";
import { storySurface, writeStoryStudy } from "../../src/study/story-study.fixture.ts";
import { parseSettings, solveStudy } from "../../src/study.ts";
import { openPage, readCanvas } from "./page.fixture.ts";
import type { Bench } from "./page-bench.fixture.ts";
import { serveFolders } from "./serve.fixture.ts";

const why = "Nothing new can be shown to this study. Its features were computed before it.";

/** A study of real data: looked at, with and without a surface; nothing to be shown to it. */
export function readingCases(bench: Bench): void {
  const publishStory = async (withSurface: boolean, more = "", layered = false) => {
    const folder = await mkdtemp(join(tmpdir(), "story-"));
    const text =
      writeStoryStudy(folder, { margin: 0.05, layered }) + (withSurface ? storySurface : "") + more;
    const settings = parseSettings(text);
    const solved = await solveStudy(settings, { folder, store: join(folder, "store"), workers: 1 });
    const surface = await loadSurface(settings, folder, { regions: solved.data.regions, targets: [3, 3, 3] });
    await writeBrain(join(folder, "brain"), await packStudy(solved, { settings, surface, why }));
    const page = new URL("../../dist/web", import.meta.url).pathname;
    const server = await serveFolders({ "": page, brain: join(folder, "brain") });
    return {
      ...solved.result,
      url: server.url,
      close: async () => {
        await server.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };

  it.each([390, 1440])("shows a study without a surface as charts, %i pixels wide", async (width) => {
    const story = await publishStory(false);
    const { page, complaints, close } = await openPage(bench.pages.browser, story.url, {
      width,
      height: 844,
    });
    const chart = page.locator("[data-test=region-chart]");
    await chart.locator("circle").first().waitFor();
    expect(await chart.locator("circle").count()).toBe(9); // three people in three regions
    expect(await page.locator("canvas").count()).toBe(0);
    await chart.getByRole("button", { name: /front/ }).click();
    expect(await page.locator("[data-test=picked]").textContent()).toBe("front");
    const row = page.locator("[data-test=spaces] tr", { hasText: "sound" });
    expect(await row.textContent()).toContain("*"); // planted, and found
    await page.locator("[data-test=second]").selectOption("alone/sound");
    await page.waitForFunction(() => document.querySelectorAll("[data-test=region-chart]").length === 2);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.getByRole("tab", { name: "Laboratory" }).click();
    expect(await page.locator("[data-test=no-laboratory]").textContent()).toContain(why);
    await page.getByRole("tab", { name: "Tables" }).click();
    expect(await page.locator("[data-test=all-scores]").textContent()).toContain("not tested");
    expect(complaints).toEqual([]);
    await close();
    await story.close();
  });

  it("shows a study on its own surface of GIFTI and FreeSurfer files, folded, inflated and flat", async () => {
    const story = await publishStory(true);
    const { page, complaints, close } = await openPage(bench.pages.browser, story.url);
    await page.locator(".legend").first().waitFor();
    const seen = new Set([(await readCanvas(page)).hash]);
    for (const name of ["Folded", "Inflated", "Flat"]) {
      await page.getByRole("button", { name, exact: true }).click();
      const { hash, drawn, coloured } = await readCanvas(page);
      seen.add(hash);
      expect(drawn).toBeGreaterThan(30_000);
      expect(coloured).toBeGreaterThan(3_000);
    }
    expect(seen.size).toBeGreaterThanOrEqual(3);
    await page.getByRole("tab", { name: "About" }).click();
    expect(await page.locator("article").textContent()).toContain("The parcels only contain the regions.");
    expect(complaints).toEqual([]);
    await close();
    await story.close();
  });

  it.each([390, 1440])(
    "reads how small differences are, and all parts of the joint R², %i pixels wide",
    async (width) => {
      const story = await publishStory(false, "partition: subsets\n");
      const { page, complaints, close } = await openPage(bench.pages.browser, `${story.url}?picked=r2`, {
        width,
        height: 900,
      });
      const own = story.comparisons.find(({ region }) => region === "silent");
      const differences = page.locator("[data-test=differences] tbody tr");
      expect(await differences.last().textContent()).toContain(showP(own?.pCorrected));
      expect(await differences.last().locator("td").last().textContent()).toBe(showBound(own?.equivalence));
      expect(await page.locator("[data-test=less-than]").textContent()).toContain("less than R² .05");
      const cell = story.cells.find(({ region, space }) => region === "silent" && space === "meaning");
      expect(await page.locator("[data-test=spaces] tr", { hasText: "meaning" }).textContent()).toContain(
        `less than ${showBound(cell?.equivalence)}`,
      );
      const parts = story.partition?.regions.find(({ region }) => region === "silent")?.parts ?? [];
      const rows = page.locator("[data-test=parts] tbody tr");
      expect(await rows.locator("th").allTextContents()).toEqual(parts.map(({ spaces }) => namePart(spaces)));
      for (const [k, { share }] of parts.entries())
        expect(await rows.nth(k).textContent()).toContain(showInterval(share, 3));
      await page.locator("[data-test=person]").selectOption("p2");
      expect(await rows.first().locator("td").last().textContent()).toBe(show(parts[0]?.perPerson[1], 3));
      await page.getByRole("tab", { name: "Tables" }).click();
      expect(await page.locator("[data-test=parts] tbody tr").count()).toBe(9);
      expect(await page.locator("[data-test=spaces] thead").textContent()).toContain("less than");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(complaints).toEqual([]);
      await close();
      await story.close();
    },
  );

  it("shows which layers were chosen, and says so where there are none", async () => {
    const none = await publishStory(false);
    const first = await openPage(bench.pages.browser, `${none.url}?picked=r0`);
    expect(await first.page.locator("[data-test=layers-text]").textContent()).toMatch(
      /^No layer profile: no feature space/,
    );
    await first.close();
    await none.close();
    const story = await publishStory(false, "", true);
    const { page, complaints, close } = await openPage(bench.pages.browser, `${story.url}?picked=r0`);
    await page.getByText("Numbers by layer").click();
    expect(await page.locator("[data-test=layers] tbody tr").allTextContents()).toEqual([
      "sound4.00",
      "sound5 (chosen)1.00",
      "sound6.00",
    ]);
    expect(complaints).toEqual([]);
    await close();
    await story.close();
  });

  it("saves every chart as PNG and SVG, as it is seen, in light and dark colours", async () => {
    const story = await publishStory(false, "partition: subsets\n", true);
    const { page, complaints, close } = await openPage(bench.pages.browser, `${story.url}?picked=r0`);
    await page.locator("[data-test=region-chart] circle").first().waitFor();
    const save = async (kind: "png" | "svg", which: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page
          .getByRole("button", { name: new RegExp(`^Save chart as ${kind.toUpperCase()}: .*${which}`) })
          .click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${kind}$`));
      return readFile(await download.path());
    };
    for (const [which, words, marks] of [
      ["A story", ["A story: mean", "front", "silent", "* framed: whole regions"], /<rect[\s\S]*<circle/],
      ["layers", ["front: layers that were chosen", "layer that was chosen most often"], /<polyline/],
      ["parts", ["front: parts of the joint R²", "only sound", "sound and"], /<rect/],
      [
        "fold 1",
        ["front: all feature spaces together, fold 1", "thick: predicted"],
        /<polyline[\s\S]*<polyline/,
      ],
    ] as const)
      for (const dark of [false, true]) {
        if (dark) await page.getByRole("button", { name: "Change to dark colours" }).click();
        const svg = (await save("svg", which)).toString();
        expect(XMLValidator.validate(svg)).toBe(true);
        for (const text of words) expect(svg).toContain(text);
        expect(svg).toMatch(marks);
        expect(svg).not.toMatch(/var\(|NaN|class=|Save chart|<!--/);
        const picture = await sharp(await save("png", which)).stats();
        const size = /<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg);
        const { width, height } = await sharp(Buffer.from(svg)).metadata();
        expect([String(width), String(height)]).toEqual([size?.[1], size?.[2]]);
        expect(picture.channels[0]?.mean).toBeLessThan(dark ? 90 : 255);
        expect(picture.channels[0]?.mean).toBeGreaterThan(dark ? 20 : 200);
        if (dark) await page.getByRole("button", { name: "Change to light colours" }).click();
      }
    expect(complaints).toEqual([]);
    await close();
    await story.close();
  });
}
