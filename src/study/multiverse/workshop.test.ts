import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { codeVersion, openStore } from "../../engine/index.ts";
import { openWorkshop } from "./workshop.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-workshop-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("Workshop.run", () => {
  it("takes steps of the same inputs for one, and gives each its result and its sign", async () => {
    const store = await openStore(folder, { code: await codeVersion() });
    await store.put(store.key("fit", { a: 1 }), "one");
    await store.put(store.key("fit", { a: 2 }), "two");
    const workshop = await openWorkshop({ store: folder, workers: 1 });
    const told: boolean[] = [];
    const steps = [1, 2, 1, 1].map((a) => ({ name: "fit", task: "none", inputs: { a } }));
    expect(await workshop.run(steps, (cached) => told.push(cached))).toEqual(["one", "two", "one", "one"]);
    expect(told).toEqual([true, true, true, true]);
    expect(workshop.counts).toEqual({ computed: 0, cached: 2 });
    expect(await workshop.run([])).toEqual([]);
    await workshop.close();
  });
});
