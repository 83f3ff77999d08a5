import { expect, it } from "vitest";
import { openPage, readCanvas } from "./page.fixture.ts";
import type { Bench } from "./page-bench.fixture.ts";

/** Damaged folders, wrong files, a lost context, no network. */
export function troubleCases(bench: Bench): void {
  const { open, read, toLaboratory, drop, write } = bench;
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
      bench.pages.server.spoil((path, bytes) => (path.endsWith(file) ? change(path, bytes) : bytes));
      const { page, close } = await openPage(bench.pages.browser, bench.pages.server.url);
      expect(await page.getByRole("alert").textContent()).toMatch(message);
      bench.pages.server.spoil((_, bytes) => bytes);
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator("canvas").waitFor();
      await close();
    }
  });

  it("keeps the study when an encoder is damaged, and the other models", async () => {
    const { manifest } = await read();
    const file = manifest.models[0]!.senses.picture!.encoder.file;
    bench.pages.server.spoil((path, bytes) =>
      path.endsWith(file) ? bytes.map((x, k) => (k === 5000 ? x ^ 255 : x)) : bytes,
    );
    const { page, close } = await open("?tab=laboratory");
    await page.getByRole("alert").filter({ hasText: "cannot be used" }).waitFor({ timeout: 60_000 });
    expect(await page.getByRole("alert").textContent()).toMatch(/is damaged/);
    bench.pages.server.spoil((_, bytes) => bytes);
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
    const context = await bench.pages.browser.newContext();
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
    await page.goto(bench.pages.server.url);
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
}
