import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { call, events, testFolder } from "./cli.fixture.ts";

const folder = testFolder();

/** Twelve coloured pictures, one of them damaged, and the settings of a training of three steps. */
async function makeSmall(): Promise<string> {
  mkdirSync(join(folder, "pictures"));
  const rows = ["image,caption"];
  for (let k = 0; k < 12; k++) {
    const background = { r: 20 * k, g: 250 - 20 * k, b: (70 * k) % 256 };
    const png = await sharp({ create: { width: 20, height: 20, channels: 3, background } })
      .png()
      .toBuffer();
    writeFileSync(join(folder, `pictures/${k}.png`), k === 3 ? png.subarray(0, 50) : png);
    rows.push(`pictures/${k}.png,the colour number ${k}`);
  }
  writeFileSync(join(folder, "captions.csv"), `${rows.join("\n")}\n`);
  const path = join(folder, "small.yaml");
  writeFileSync(
    path,
    "title: small\ndata: { captions: { file: captions.csv }, test: 0.25 }\ntwins: [clip]\nuntrained: true\ntraining: { steps: 3, batch: 4, queue: 4 }\n",
  );
  return path;
}

describe("simcortex pretrain", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "trains, tests and writes models, log, report and damaged samples; a second call finds all done",
    async () => {
      const path = await makeSmall();
      const out = join(folder, "out");
      const first = await call("pretrain", path, "--out", out, "--json");
      expect(first).toMatchObject({ code: 0, err: "" });
      const told = events(first.out);
      expect(
        told.filter(({ event }) => event === "progress").map(({ done, total }) => [done, total]),
      ).toEqual([
        [1, 3],
        [2, 3],
        [3, 3],
      ]);
      expect(told.at(-1)).toMatchObject({ event: "done", report: join(out, "report.html") });
      expect(readdirSync(join(out, "clip")).sort()).toEqual([
        "checkpoint",
        "config.json",
        "model.safetensors",
        "vocab.txt",
      ]);
      expect(readdirSync(join(out, "untrained"))).toContain("model.safetensors");
      const page = readFileSync(join(out, "report.html"), "utf8");
      expect(page).toMatch(
        /Caption of a picture, R@10.*1 damaged samples were left out.*pictures\/3\.png.*Figure 1\. Loss/s,
      );
      const model = readFileSync(join(out, "clip/model.safetensors"));
      const again = await call("pretrain", path, "--out", out, "--json");
      expect(events(again.out).map(({ event }) => event)).toEqual(["done"]);
      expect(readFileSync(join(out, "clip/model.safetensors")).equals(model)).toBe(true);
    },
  );
  it("tells in one line what is wrong with the settings", async () => {
    const path = join(folder, "bad.yaml");
    writeFileSync(path, "data: { worlds: {} }\n");
    const { code, err } = await call("pretrain", path);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*bad.yaml, line 1: .*worlds.*\n$/);
  });
});
