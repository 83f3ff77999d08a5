import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerText, type StudyResult } from "../report/index.ts";
import { runStudy } from "../study.ts";
import { readSettings } from "./read-settings.ts";

/** The worked examples of docs/guide.md, run as a reader runs them; in test:all. */
describe.runIf(process.env.SIMCORTEX_SLOW)("examples/parts", () => {
  let folder = "";
  let result: StudyResult;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "simcortex-radio-"));
    execFileSync(process.execPath, ["examples/parts/prepare.mjs", folder]);
    const settings = { ...(await readSettings("examples/parts/study.yaml")), data: folder };
    result = await runStudy(settings, {
      folder,
      out: join(folder, "results"),
      store: join(folder, "store"),
      workers: 1,
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const guide = readFileSync("docs/guide.md", "utf8");
  const part = (region: string, ...spaces: string[]) =>
    result.partition?.regions
      .find((own) => own.region === region)
      ?.parts.find((own) => own.spaces.join() === spaces.join())?.share.mean ?? Number.NaN;

  it("finds the parts that were planted, and nothing else", () => {
    const planted = [
      [0.2, "auditory", "sound"],
      [0.2, "auditory", "sound", "words"],
      [0.3, "speech", "sound", "words"],
      [0.25, "semantic", "meaning"],
      [0.1, "semantic", "words"],
    ] as const;
    for (const [share, region, ...spaces] of planted)
      expect(Math.abs(part(region, ...spaces) - share), `${region} ${spaces}`).toBeLessThan(0.03);
    const rest = (result.partition?.regions ?? []).flatMap(({ region, parts }) =>
      parts.filter(
        (own) => !planted.some(([, place, ...set]) => place === region && set.join() === own.spaces.join()),
      ),
    );
    expect(rest).toHaveLength(28 - planted.length);
    for (const { share } of rest) expect(Math.abs(share.mean)).toBeLessThan(0.02);
  });
  it("has the numbers that the guide gives", () => {
    const digits = (x: number) => `${x < 0 ? "−" : ""}${Math.abs(x).toFixed(3).replace(/^0/, "")}`;
    for (const [region, ...spaces] of [
      ["auditory", "sound"],
      ["auditory", "sound", "words"],
      ["speech", "sound", "words"],
      ["speech", "sound"],
      ["speech", "words"],
      ["semantic", "meaning"],
      ["semantic", "words"],
    ] as const) {
      const found = result.partition?.regions.find((own) => own.region === region)?.parts;
      const { mean, low, high } = found?.find((own) => own.spaces.join() === spaces.join())?.share ?? {
        ...{ mean: 0, low: 0, high: 0 },
      };
      const name = spaces.length === 1 ? `only ${spaces[0]}` : spaces.join(" and ");
      expect(guide).toContain(`${name} ${digits(mean)} [${digits(low)}, ${digits(high)}]`);
    }
    const said = answerText(result);
    const quotes = [...guide.matchAll(/^> (.*sound and words.*)$/gm)].map(([, quote]) => quote as string);
    expect(quotes).toHaveLength(2);
    for (const quote of quotes) expect(said).toContain(quote);
  });
});
