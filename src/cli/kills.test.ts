import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { call, events, hashes, small, start, testFolder } from "./cli.fixture.ts";

const folder = testFolder();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let whole: Record<string, string> = {};
let duration = 0; // of an undisturbed run, in milliseconds

beforeAll(async () => {
  const begin = performance.now();
  expect(await call(...small(folder, "whole"))).toMatchObject({ code: 0 });
  duration = performance.now() - begin;
  whole = hashes(join(folder, "whole"));
}, 60_000);

describe("simcortex demo", () => {
  it("gives the same bytes after ten kills at random moments", { timeout: 240_000 }, async () => {
    const random = createRandom(7).stream("kills");
    let alive = 0;
    for (let k = 0; k < 10; k++) {
      const { child, ended } = start(small(folder, "killed"));
      await Promise.race([wait(duration * (0.1 + 0.4 * random.uniform())), ended]);
      if (child.kill("SIGKILL") && (await ended).code === null) alive++;
    }
    expect(alive).toBeGreaterThanOrEqual(5); // the others had less left to do than that
    expect(await call(...small(folder, "killed"))).toMatchObject({ code: 0 });
    expect(hashes(join(folder, "killed"))).toEqual(whole);
  });

  it("computes nothing the second time, and says so in JSON", async () => {
    const again = await call(...small(folder, "whole"), "--json");
    expect(again.err).toBe("");
    const lines = events(again.out);
    const steps = lines.filter((line) => line.event === "progress" && (line.done as number) > 0);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.every((line) => line.cached === true)).toBe(true);
    expect(lines.at(-1)).toMatchObject({ event: "done" });
    expect(hashes(join(folder, "whole"))).toEqual(whole);
  });
});
