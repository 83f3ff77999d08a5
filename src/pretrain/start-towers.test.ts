import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { brivlConfigs, readTowerFolder } from "../models/index.ts";
import { readTwin } from "./model-file.ts";
import { objectives } from "./objectives.ts";
import { parsePretrainSettings } from "./read-settings.ts";
import { smallSettings } from "./resume.fixture.ts";
import { runPretrain } from "./run.ts";
import { readTowerStart } from "./start-towers.ts";
import { buildSteps } from "./steps.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-start-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixtures = join(import.meta.dirname, "../models/fixtures"); // written by transformers' own classes
for (const name of ["vit", "bert"]) cpSync(join(fixtures, name), join(folder, name), { recursive: true });
const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "the", "cat", "dog", "."];
writeFileSync(join(folder, "bert/vocab.txt"), `${words.join("\n")}\n`);

describe("a training that starts from towers of Hugging Face's layout", () => {
  it("puts them in place of chance, in the momentum towers too", async () => {
    const tiny = brivlConfigs["brivl-tiny"];
    const initial = await readTowerStart({ image: "vit", text: "bert" }, tiny, folder);
    const { config } = initial;
    expect(config).toMatchObject({ image: { width: 16, size: [64, 64] }, text: { width: 16 }, tokens: 12 });
    const settings = { ...smallSettings, config, initial };
    const states = buildSteps(objectives["image-text"], settings).start(createRandom(1));
    const name = "text.encoder.layer.0.attention.self.query.weight";
    expect(states[name]?.data).toEqual(initial.weights[name]?.data);
    expect(states[`momentum.${name}`]?.data).toEqual(initial.weights[name]?.data);
    expect(Object.keys(initial.weights).filter((own) => !(own in states))).toEqual([]);
  });

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "takes a finished twin whole, with its projections and words",
    async () => {
      const shipped = join(import.meta.dirname, "../../models/brivl-tiny/image-text");
      const [initial, twin] = [
        await readTowerStart({ twin: shipped }, brivlConfigs["brivl-tiny"], folder),
        await readTwin(shipped),
      ];
      expect(initial.vocabulary).toEqual(twin.vocabulary);
      const settings = {
        ...smallSettings,
        config: initial.config,
        initial,
        brain: { targets: 2, weight: 1 },
      };
      const states = buildSteps(objectives.brain, settings).start(createRandom(1));
      for (const [name, { data }] of Object.entries(twin.weights)) {
        const own = states[name]?.data as Float32Array;
        expect(Buffer.compare(Buffer.from(own.buffer), Buffer.from(data.buffer)), name).toBe(0);
      }
    },
  );

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "starts with their weights, sizes and words, trains them, and refuses to go on from others",
    async () => {
      const text = (image: string) =>
        `{ model: { image: ${image}, text: bert }, data: { world: { scenes: 12 } }, untrained: true, workers: 1, training: { steps: 1, batch: 2, queue: 4, warmup: 0 } }`;
      const out = join(folder, "out");
      const run = (image: string) => runPretrain(parsePretrainSettings(text(image)), { folder, out });
      await run("vit");
      const [start, trained] = [
        await readTwin(join(out, "untrained")),
        await readTwin(join(out, "image-text")),
      ];
      expect(start.vocabulary).toEqual(words);
      expect(start.config).toMatchObject({
        text: { width: 16, vocabulary: 37 },
        image: { width: 16, patch: 4 },
      });
      const bert = await readTowerFolder(join(folder, "bert"), { prefix: "text." });
      const vit = await readTowerFolder(join(folder, "vit"), { prefix: "image.", size: [64, 64] });
      const given = { ...bert.weights, ...vit.weights };
      expect(Object.keys(given).length).toBeGreaterThan(90);
      for (const [name, { data }] of Object.entries(given)) {
        expect(start.weights[name]?.data, name).toEqual(data);
        if (name.endsWith("query.weight")) expect(trained.weights[name]?.data, name).not.toEqual(data);
      }
      await expect(
        runPretrain(parsePretrainSettings(text("vit").replace(", text: bert", "")), { folder, out }),
      ).rejects.toThrow(/other settings/);
    },
    240_000,
  );

  it("says which folder is of the wrong kind, or whose words do not fit", async () => {
    const read = (from: { image?: string; text?: string }) =>
      readTowerStart(from, brivlConfigs["brivl-tiny"], folder);
    await expect(read({ image: "bert" })).rejects.toThrow(/size is for pictures|must be a ViT/);
    await expect(read({ text: "vit" })).rejects.toThrow(/model.text must be a BERT/);
    await expect(read({ text: "nowhere" })).rejects.toMatchObject({ kind: "file" });
    writeFileSync(join(folder, "bert/vocab.txt"), [...words, "Berlin"].join("\n"));
    await expect(read({ text: "bert" })).rejects.toThrow(/lower case.*uncased/);
    writeFileSync(join(folder, "bert/vocab.txt"), Array.from({ length: 38 }, (_, k) => `w${k}`).join("\n"));
    await expect(read({ text: "bert" })).rejects.toThrow(/38 tokens, the tower embeds 37/);
  });
});
