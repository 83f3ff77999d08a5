import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { type CliEvent, call, events, hashes, small, start, testFolder, tiny } from "./cli.fixture.ts";

const folder = testFolder();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const kills = 10;
const study = process.env.SIMCORTEX_SLOW ? small : tiny; // in npm test a study that is smaller, by the same ways
let whole: Record<string, string> = {};

beforeAll(async () => {
  expect(await call(...study(folder, "whole"))).toMatchObject({ code: 0 });
  whole = hashes(join(folder, "whole"));
}, 60_000);

describe("a study", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "gives the same bytes after kills at random moments of the demo",
    {
      timeout: 240_000,
    },
    async () => {
      const random = createRandom(7).stream("kills");
      let alive = 0;
      for (let k = 0; k < kills; k++) {
        const { child, ended, event } = start([...study(folder, "killed"), "--json"]);
        // the run's own progress sets the moment, so that a slow machine is killed in the same places; then up to 80 ms more
        const wanted = (line: CliEvent) =>
          line.event === "progress" && line.cached !== true && (line.done ?? 0) >= k % 2;
        await event(wanted).catch(() => {});
        await Promise.race([wait(80 * random.uniform()), ended]);
        if (child.kill("SIGKILL") && (await ended).code === null) alive++;
      }
      expect(alive).toBeGreaterThanOrEqual(kills / 2); // the others had too little left to do
      expect(await call(...study(folder, "killed"))).toMatchObject({ code: 0 });
      expect(hashes(join(folder, "killed"))).toEqual(whole);
    },
  );

  it.runIf(process.env.SIMCORTEX_SLOW)("computes nothing the second time, and says so in JSON", async () => {
    const again = await call(...study(folder, "whole"), "--json");
    expect(again.err).toBe("");
    const lines = events(again.out);
    const steps = lines.filter((line) => line.event === "progress" && (line.done as number) > 0);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.every((line) => line.cached === true)).toBe(true);
    expect(lines.at(-1)).toMatchObject({ event: "done" });
    expect(hashes(join(folder, "whole"))).toEqual(whole);
  });
});
