import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { worldDataset } from "./data/world.ts";
import { smallSettings, trainSmall } from "./resume.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-train-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const lossesOf = (log: readonly { readonly loss: number }[]) => log.map(({ loss }) => loss);

describe("trainModel", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "comes out byte for byte the same after kill -9 as without a break",
    async () => {
      const whole = await trainSmall("image-text", at("whole"), { accumulate: 2, steps: 24 });
      const child = spawn(
        process.execPath,
        ["--import", "tsx", join(import.meta.dirname, "resume-child.fixture.ts"), "image-text", at("killed")],
        { stdio: ["ignore", "ignore", "inherit"] },
      );
      const ended = new Promise((resolve) => child.on("close", (_, signal) => resolve(signal)));
      const log = () =>
        existsSync(at("killed/log.jsonl")) ? readFileSync(at("killed/log.jsonl"), "utf8") : "";
      while (log().split("\n").length < 9 && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGKILL");
      expect(await ended).toBe("SIGKILL");
      const kept = JSON.parse(readFileSync(at("killed/state.json"), "utf8"));
      expect(kept.step).toBeGreaterThan(0);
      expect(kept.step).toBeLessThan(24);
      const resumed = await trainSmall("image-text", at("killed"), { accumulate: 2, steps: 24 });
      expect(lossesOf(resumed.log)).toEqual(lossesOf(whole.log));
      expect(resumed.weights).toEqual(whole.weights);
      const bytes = (name: string) => readFileSync(at(`${name}/states-00000024.safetensors`));
      expect(bytes("killed").equals(bytes("whole"))).toBe(true); // moments, momentum towers and queues too
      expect(readdirSync(at("killed")).sort()).toEqual([
        "log.jsonl",
        "state.json",
        "states-00000024.safetensors",
      ]);
    },
  );

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "keeps a checkpoint when it is asked to stop, and goes on from it",
    async () => {
      const stop = new AbortController();
      const onProgress = ({ done }: { done: number }) => void (done === 5 && stop.abort());
      const stopped = trainSmall("text-only", at("stopped"), {}, { signal: stop.signal, onProgress });
      await expect(stopped).rejects.toMatchObject({ kind: "cancelled" });
      expect(JSON.parse(readFileSync(at("stopped/state.json"), "utf8")).step).toBe(5);
      const [resumed, whole] = [
        await trainSmall("text-only", at("stopped")),
        await trainSmall("text-only", at("again")),
      ];
      expect(resumed.weights).toEqual(whole.weights);
      expect(resumed.log.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, k) => k + 1));
    },
  );

  it("tells the loss of held-out pairs every so many steps, and the rate of warm-up and cosine", async () => {
    const { log } = await trainSmall("image-only", at("log"));
    expect(log.flatMap((line) => ("test.loss" in line ? [line.step] : []))).toEqual([4, 8, 12]);
    expect(log[0]?.learningRate).toBeCloseTo(smallSettings.learningRate / 3, 12);
    expect(log[2]?.learningRate).toBeCloseTo(smallSettings.learningRate, 12);
    expect(log[11]?.learningRate).toBeLessThan(0.05 * smallSettings.learningRate);
  });

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "stops at a loss that is no number with the step and the samples of its batch, and keeps the last checkpoint",
    async () => {
      const failing = trainSmall("clip", at("nan"), { learningRate: Number.MAX_VALUE, warmup: 0 });
      await expect(failing).rejects.toThrow(
        /(loss|norm) is (NaN|-?Infinity) at step 2; samples: scene-\d+, .*scene-\d+\. The last/,
      );
      await expect(failing).rejects.toMatchObject({ kind: "numeric", details: { step: 2 } });
      expect(existsSync(at("nan/state.json"))).toBe(false); // the first checkpoint would have been at step 3
    },
  );

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "refuses to go on from a checkpoint of other settings, or of damage",
    async () => {
      await trainSmall("text-only", at("other"), { steps: 3 });
      await expect(trainSmall("text-only", at("other"), { steps: 4 })).rejects.toThrow(
        /holds step 3 of a run with other settings: steps: 3, now 4/,
      );
      await expect(trainSmall("clip", at("other"))).rejects.toThrow(/objective: "text-only", now "clip"/);
      writeFileSync(at("other/state.json"), "{");
      await expect(trainSmall("text-only", at("other"))).rejects.toThrow(/state.json is no JSON/);
    },
  );

  it("refuses a batch larger than the data", async () => {
    const few = trainSmall("clip", at("few"), {}, { train: worldDataset({ seed: 1, count: 5 }) });
    await expect(few).rejects.toThrow(/a batch of 8 needs as many samples; world 1 has 5/);
  });
});
