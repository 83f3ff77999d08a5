import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openBrainFolder } from "../study/open-brain-folder.ts";
import { parseExperiment } from "../study/read-experiment.ts";
import { runExperiments } from "../study/run-experiment.ts";
import { smallBrain } from "../study/small-brain.fixture.ts";
import { call, testFolder } from "./cli.fixture.ts";

const folder = testFolder();

const slow = process.env.SIMCORTEX_SLOW !== undefined; // each command takes a second of the processor

describe.runIf(slow)("simcortex experiment", () => {
  it("writes the library's results and prints them as tables; what is wrong is one line", async () => {
    const brain = smallBrain;
    const own = mkdtempSync(join(folder, "e-"));
    const text = JSON.stringify({
      brain,
      model: "both",
      sets: {
        said: { sentences: ["the dog sees the cat.", "a red bird."] },
        even: { library: "picture", tags: ["even"] },
      },
      experiments: [{ present: "said" }, { tune: "seen", set: "even" }],
    });
    writeFileSync(join(own, "exp.yaml"), text); // JSON is YAML
    writeFileSync(join(own, "bad.yaml"), text.replace('"both"', '"none"'));
    const [done, bad] = await Promise.all([
      call("experiment", join(own, "exp.yaml"), "--out", join(own, "out")),
      call("experiment", join(own, "bad.yaml"), "--out", join(own, "bad")),
    ]);
    expect(done).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Responses to said\n.*region .*stimulus .*response/s),
    });
    const opened = await openBrainFolder(brain, { where: "here" });
    const expected = await runExperiments(opened, parseExperiment(text), { folder: own });
    await opened.close();
    expect(JSON.parse(readFileSync(join(own, "out/results.json"), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(expected)),
    );
    expect(bad).toMatchObject({ code: 1, out: "" });
    expect(bad.err).toMatch(/error: findModel: there is no model "none"; the brain has both, eye\.\n$/);
  });
});

describe.runIf(slow)("simcortex render", () => {
  it("writes a PNG; options that are none are one line", async () => {
    const brain = smallBrain;
    const out = join(folder, "a.png");
    const [done, map, size] = await Promise.all([
      call("render", brain, "--map", "ceiling", "--view", "left-medial", "--size", "300x220", "--out", out),
      call("render", brain, "--map", "none", "--out", join(folder, "b.png")),
      call("render", brain, "--size", "big", "--out", join(folder, "b.png")),
    ]);
    expect(done).toEqual({ code: 0, err: "", out: `Picture: ${out}\n` });
    expect([...readFileSync(out).subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(readFileSync(out).readUInt32BE(16)).toBe(600); // width, two pixels for one
    expect(map.err).toMatch(/^error: --map: there is no "none"; the brain has score\/both, .*\n$/);
    expect(size.err).toMatch(/^error: --size must be WIDTHxHEIGHT, .* got "big"\.\n$/);
  });
});
