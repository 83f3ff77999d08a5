import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call, events, hashes, start, testFolder, tiny } from "./cli.fixture.ts";

const folder = testFolder();
const signals = process.platform !== "win32";
const phases = ["simulate", "fit", "score"];

describe.runIf(signals)("Ctrl-C", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "in any phase ends with code 130 within 2 s, and the next start goes on to the same bytes",
    {
      timeout: 90_000,
    },
    async () => {
      const begin = performance.now();
      await call("--version");
      const limit = Math.max(2000, 12 * (performance.now() - begin)); // on a busy machine everything is slower
      for (const step of phases) {
        const { child, ended, event } = start([...tiny(folder, "stopped"), "--json"]);
        await event((line) => line.event === "progress" && line.step === step);
        const asked = performance.now();
        child.kill("SIGINT");
        const { code, out, err } = await ended;
        expect(performance.now() - asked).toBeLessThan(limit);
        expect({ code, err }).toEqual({ code: 130, err: "" });
        expect(events(out).at(-1)).toMatchObject({
          event: "cancelled",
          kind: "cancelled",
          message: expect.stringMatching(/the next start goes on/),
        });
        expect(readdirSync(join(folder, "stopped"))).toEqual([]); // no lock, no half report
      }
      const [finished, undisturbed] = await Promise.all([
        call(...tiny(folder, "stopped")),
        call(...tiny(folder, "undisturbed")),
      ]);
      expect([finished.code, undisturbed.code]).toEqual([0, 0]);
      expect(hashes(join(folder, "stopped"))).toEqual(hashes(join(folder, "undisturbed")));
    },
  );

  it("is told to people in words; SIGTERM, of a cluster's time limit, has code 143", async () => {
    const { child, ended } = start(tiny(folder, "terminated"));
    await new Promise((resolve) => child.stderr?.once("data", resolve)); // it runs
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({
      code: 143,
      out: "",
      err: expect.stringMatching(/stopping …\nStopped by the user; .*the next start goes on.\n$/),
    });
  });
});
