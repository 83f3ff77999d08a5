import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession } from "../../src/graph/session.ts";
import { openServer } from "../../src/server/open-server.ts";
import {
  encodeStimuli,
  findSense,
  openBrain,
  openTokenizer,
  predict,
  type Stimuli,
} from "../../src/simulator/page.ts";
import { knownOf, readView, startView } from "../../src/simulator/view/address.ts";
import { show } from "../../src/simulator/view/format.ts";
import { decodePicture } from "../../src/stimuli/decode-picture.ts";
import { openBrainFolder } from "../../src/study/open-brain-folder.ts";
import { renderBrain } from "../../src/study/render-brain.ts";
import { missing, openPage, openPages, readCanvas } from "./page.fixture.ts";

if (missing !== null) process.stderr.write(`page.test.ts is skipped: ${missing}\n`);

describe.skipIf(missing !== null)("the page", () => {
  let pages: Awaited<ReturnType<typeof openPages>>;
  const read = async () => openBrain(async (file) => new Uint8Array(await readFile(join(pages.brain, file))));
  beforeAll(async () => {
    pages = await openPages();
  }, 600_000);
  afterAll(async () => {
    await pages?.close();
  });
  const open = async (query = "", size = {}) => {
    const one = await openPage(pages.browser, pages.server.url + query, size);
    await one.page.locator("canvas").first().waitFor();
    await one.page.locator(".legend").first().waitFor();
    return one;
  };
  const pose = async (page: Page) => {
    await page.waitForTimeout(400); // the address follows the view after a quarter of a second
    return new URL(page.url()).searchParams;
  };

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
    const again = await openPage(pages.browser, page.url());
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

  it("predicts a picture and a sentence as Node does, to 1e-4, and asks nothing of any server meanwhile", async () => {
    const { page, complaints, close } = await open();
    const { manifest } = await read();
    const model = manifest.models[0]!.id;
    await toLaboratory(page);
    const sent: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith("blob:")) sent.push(request.url());
    });
    const served = pages.server.requests.length;
    await page.context().setOffline(true);
    const empty = await readCanvas(page);
    const file = await readFile(join(pages.brain, manifest.library.pictures[0]!.file));
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
    expect(pages.server.requests.length).toBe(served);
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

  it("says what is wrong with a damaged folder, and opens when it is mended", async () => {
    const first = (await read()).manifest.surface!.hemispheres[0]!.folded.file;
    const cases: [string, (path: string, bytes: Uint8Array) => Uint8Array | null, RegExp][] = [
      ["manifest.json", (_, bytes) => bytes.subarray(0, 1000), /no JSON text/],
      ["manifest.json", () => null, /manifest.json is not there. Was the published folder copied whole/],
      [
        "manifest.json",
        () => new TextEncoder().encode('{"format":"other"}'),
        /format must be "simcortex-brain"/,
      ],
      [first, (_, bytes) => bytes.subarray(0, 400), /has 400 bytes; the manifest says/],
      [
        first,
        (_, bytes) => bytes.map((x, k) => (k === 77 ? x ^ 1 : x)),
        /is damaged: its bytes are not those that were published/,
      ],
      [first, () => null, /is not there/],
    ];
    for (const [file, change, message] of cases) {
      pages.server.spoil((path, bytes) => (path.endsWith(file) ? change(path, bytes) : bytes));
      const { page, close } = await openPage(pages.browser, pages.server.url);
      expect(await page.getByRole("alert").textContent()).toMatch(message);
      pages.server.spoil((_, bytes) => bytes);
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator("canvas").waitFor();
      await close();
    }
  });

  it("keeps the study when an encoder is damaged, and the other models", async () => {
    const { manifest } = await read();
    const file = manifest.models[0]!.senses.picture!.encoder.file;
    pages.server.spoil((path, bytes) =>
      path.endsWith(file) ? bytes.map((x, k) => (k === 5000 ? x ^ 255 : x)) : bytes,
    );
    const { page, close } = await open("?tab=laboratory");
    await page.getByRole("alert").filter({ hasText: "cannot be used" }).waitFor({ timeout: 60_000 });
    expect(await page.getByRole("alert").textContent()).toMatch(/is damaged/);
    pages.server.spoil((_, bytes) => bytes);
    await page.locator("[data-test=model]").selectOption(manifest.models[1]!.id);
    await write(page, "a dog");
    await page.locator("[data-test=bars]").waitFor({ state: "attached" });
    await close();
  });

  it("answers wrong files and endless sentences with a line, and keeps what was there", async () => {
    const { page, complaints, close } = await open("?tab=laboratory");
    await toLaboratory(page);
    await write(page, "a dog");
    await page.locator("[data-test=bars]").waitFor({ state: "attached" });
    await drop(page, "notes.txt", new TextEncoder().encode("no picture"), "text/plain");
    await page
      .getByRole("alert")
      .filter({ hasText: "notes.txt is no picture that this browser can read" })
      .waitFor();
    await drop(page, "empty.png", new Uint8Array(0));
    await page.getByRole("alert").filter({ hasText: "empty.png is empty" }).waitFor();
    expect(await page.locator("[data-test=bench] li").count()).toBe(1);
    await write(page, "the dog sees the cat ".repeat(2000));
    await page.locator("[data-test=warning]", { hasText: "the end was cut" }).waitFor();
    await write(page, "   ");
    await page.getByRole("alert").filter({ hasText: "There is no sentence" }).waitFor();
    expect(await page.locator("[data-test=bench] li").count()).toBe(2);
    expect(complaints).toEqual([]);
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

  it("survives the loss of its graphics context", async () => {
    const { page, close } = await open();
    const before = await readCanvas(page);
    const lose = (what: "loseContext" | "restoreContext") =>
      page.evaluate((action) => {
        const store = window as unknown as { lost?: WEBGL_lose_context };
        const gl = document.querySelector("canvas")!.getContext("webgl2")!;
        store.lost ??= gl.getExtension("WEBGL_lose_context")!;
        store.lost[action]();
      }, what);
    await lose("loseContext");
    await page.getByRole("alert").filter({ hasText: "graphics card was taken away" }).waitFor();
    await page.locator("[data-test=region]").selectOption("r0"); // numbers go on
    expect(await page.locator("[data-test=picked]").textContent()).toBe("early visual");
    await page.getByRole("button", { name: "Clear" }).click();
    await lose("restoreContext");
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.waitForTimeout(300);
    expect((await readCanvas(page)).coloured).toBeGreaterThan(0.95 * before.coloured);
    await close();
  });

  it("works without WebGL, and without a network before the laboratory was opened says so", async () => {
    const context = await pages.browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      const plain = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (
        this: HTMLCanvasElement,
        kind: string,
        ...rest: unknown[]
      ) {
        return /webgl/.test(kind)
          ? null
          : (plain as (...all: unknown[]) => unknown).call(this, kind, ...rest);
      } as typeof plain;
    });
    await page.goto(pages.server.url);
    await page.getByRole("alert").filter({ hasText: "draws no 3-D graphics" }).waitFor();
    await page.getByRole("tab", { name: "Tables" }).click();
    expect(await page.locator("[data-test=all-scores] tbody tr").count()).toBeGreaterThan(7);
    await context.setOffline(true);
    await page.getByRole("tab", { name: "Laboratory" }).click();
    await page
      .getByRole("alert")
      .filter({ hasText: /The laboratory/ })
      .waitFor();
    await context.setOffline(false);
    await page.getByRole("tab", { name: "Study" }).click();
    await page.getByRole("tab", { name: "Laboratory" }).click();
    await page
      .locator("[data-test=lab-status]", { hasText: "All models are loaded" })
      .waitFor({ timeout: 60_000 });
    expect(await page.locator(".private").textContent()).toContain("WebAssembly"); // no WebGPU here
    await context.close();
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
    expect((await readdir(join(pages.brain, "encoders"))).length).toBeGreaterThan(0);
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
    const own = await openBrainFolder(pages.brain, { where: "here" });
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

  it("works as simcortex serve hands it out, whose headers let it load nothing from elsewhere", async () => {
    const server = await openServer(join(pages.brain, ".."), {
      port: 0,
      page: new URL("../../dist/web", import.meta.url).pathname,
    });
    const { page, complaints, close } = await openPage(pages.browser, `${server.url}?tab=laboratory`);
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
});
