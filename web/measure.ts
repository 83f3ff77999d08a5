/** Measure the page as a person meets it: time to the first map, one prediction, frames a second at 2 × 41k vertices, and the longest
 * frame while predictions run. Run it on a quiet machine: `SIMCORTEX_BRAIN=FOLDER npx tsx web/measure.ts`. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { buildCortex, plantRegions } from "../src/brain/index.ts";
import { type ArrayType, encodeArray } from "../src/simulator/array.ts";
import { openBrain } from "../src/simulator/page.ts";
import { openPage, openPages } from "./src/page.fixture.ts";
import { serveFolders } from "./src/serve.fixture.ts";

process.env.SIMCORTEX_SLOW ??= "1";
const pages = await openPages();
const say = (what: string, value: string) => process.stdout.write(`${what.padEnd(56)} ${value}\n`);
const median = (x: readonly number[]) => [...x].sort((a, b) => a - b)[Math.floor(x.length / 2)] ?? Number.NaN;

say("machine", `${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`);
say("browser", `Chromium ${pages.browser.version()}, SwiftShader (no graphics card)`);

const firsts: number[] = [];
for (let k = 0; k < 5; k++) {
  const { page, close } = await openPage(pages.browser, pages.server.url);
  await page.locator(".legend").first().waitFor();
  firsts.push(
    await page.evaluate(() => performance.getEntriesByName("first map")[0]?.startTime ?? Number.NaN),
  );
  await close();
}
say("first map after navigation, ms (median of 5)", median(firsts).toFixed(0));

{
  const { page, close } = await openPage(pages.browser, `${pages.server.url}?tab=laboratory`);
  const start = performance.now();
  await page
    .locator("[data-test=lab-status]", { hasText: "All models are loaded" })
    .waitFor({ timeout: 120_000 });
  say("laboratory ready, all models, ms", (performance.now() - start).toFixed(0));
  await page.getByText(/^Library:/).click();
  await startFrames(page);
  await page.waitForTimeout(5000);
  say("longest time between frames of a page at rest, ms", Math.max(...(await stopFrames(page))).toFixed(0));
  const times: number[] = [];
  await startFrames(page);
  for (let k = 0; k < 20; k++) {
    await page.locator(".shelf button").nth(k).click();
    await page.locator("[data-test=bench] li").nth(k).waitFor();
    await page.waitForTimeout(250);
    times.push(
      Number.parseFloat((await page.locator("[data-test=time]").textContent())?.replace(/\D+/g, "") ?? ""),
    );
  }
  const gaps = await stopFrames(page);
  say("one picture, wasm, in the worker, ms (median, most of 20)", `${median(times)}, ${Math.max(...times)}`);
  const late = gaps.filter((gap) => gap > 100).length;
  say("longest time between frames meanwhile, ms", Math.max(...gaps).toFixed(0));
  say("of them over 100 ms", `${late} of ${gaps.length}`);
  await close();
}

const large = await withLargeSurface();
{
  const server = await serveFolders({
    "": new URL("../dist/web", import.meta.url).pathname,
    brain: join(large, "brain"),
  });
  const { page, close } = await openPage(pages.browser, server.url);
  await page.locator(".legend").first().waitFor();
  await page.waitForTimeout(1000);
  const rate = await page.evaluate(async () => {
    const canvas = document.querySelector("canvas") as HTMLCanvasElement;
    const box = canvas.getBoundingClientRect();
    const send = (type: string, x: number) =>
      canvas.dispatchEvent(
        new PointerEvent(type, {
          pointerId: 1,
          clientX: box.left + x,
          clientY: box.top + 200,
          bubbles: true,
          buttons: 1,
        }),
      );
    canvas.setPointerCapture = () => {};
    send("pointerdown", 200);
    const gl = canvas.getContext("webgl2") as WebGL2RenderingContext;
    const pixel = new Uint8Array(4);
    const began = performance.now();
    let frames = 0;
    while (performance.now() - began < 5000) {
      send("pointermove", 200 + (frames % 200));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel); // waits until the frame is drawn
      frames++;
    }
    send("pointerup", 0);
    return {
      rate: (1000 * frames) / (performance.now() - began),
      width: canvas.width,
      height: canvas.height,
    };
  });
  say(
    "frames a second, 2 × 40,962 vertices, turning",
    `${rate.rate.toFixed(1)} at ${rate.width} × ${rate.height} pixels`,
  );
  const stopped = performance.now();
  await page.locator("canvas[data-drawn=whole]").first().waitFor();
  say("whole picture after it stopped turning, ms", (performance.now() - stopped).toFixed(0));
  await close();
  await server.close();
}
say("load at the end", loadavg()[0]?.toFixed(1) ?? "");
await rm(large, { recursive: true, force: true });
await pages.close();

async function startFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const store = window as unknown as { gaps: number[]; stop: boolean };
    store.gaps = [];
    store.stop = false;
    let last = performance.now();
    const step = (now: number) => {
      store.gaps.push(now - last);
      last = now;
      if (!store.stop) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

function stopFrames(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const store = window as unknown as { gaps: number[]; stop: boolean };
    store.stop = true;
    return store.gaps.slice(1);
  });
}

/** The same brain on a cortex of level 6. */
async function withLargeSurface(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "large-"));
  await cp(pages.brain, join(folder, "brain"), { recursive: true });
  const brain = await openBrain(async (file) => new Uint8Array(await readFile(join(pages.brain, file))));
  const { manifest } = brain;
  const regionOf = Int32Array.from(await brain.array(manifest.targets.region), (r) => (r === 65535 ? -1 : r));
  const cortex = buildCortex({ level: 6 });
  const plan = plantRegions(
    cortex,
    regionOf,
    manifest.regions.map(({ name }) => name),
  );
  const put = async (file: string, type: ArrayType, shape: number[], numbers: ArrayLike<number>) => {
    await writeFile(join(folder, "brain", file), encodeArray({ type, shape }, numbers));
    return { file, type, shape };
  };
  const hemispheres = [];
  for (const side of ["left", "right"] as const) {
    const { triangles, folded, inflated, flat, flatTriangles, sulcus, medial } = cortex[side];
    const n = medial.length;
    hemispheres.push({
      name: side,
      vertices: n,
      faces: await put(`arrays/large-${side}-faces.bin`, "int32", [triangles.length / 3, 3], triangles),
      folded: await put(`arrays/large-${side}-folded.bin`, "float32", [n, 3], folded),
      inflated: await put(`arrays/large-${side}-inflated.bin`, "float32", [n, 3], inflated),
      flat: await put(`arrays/large-${side}-flat.bin`, "float32", [n, 2], flat),
      flatFaces: await put(
        `arrays/large-${side}-flat-faces.bin`,
        "int32",
        [flatTriangles.length / 3, 3],
        flatTriangles,
      ),
      sulcus: await put(`arrays/large-${side}-sulcus.bin`, "float32", [n], sulcus),
      target: await put(`arrays/large-${side}-target.bin`, "int32", [n], plan[side].targetAt),
    });
  }
  await writeFile(
    join(folder, "brain/manifest.json"),
    JSON.stringify({ ...manifest, surface: { space: "virtual", hemispheres } }),
  );
  return folder;
}
