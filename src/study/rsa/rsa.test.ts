import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/index.ts";
import { encodeNpy } from "../../io/index.ts";
import { runRsa } from "./run.ts";
import { parseRsaSettings } from "./settings.ts";
import { rsaText, writeRsa } from "./write.ts";

const people = ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"];
const [conditions, channels, axes] = [14, 30, 4];
let folder = "";

/** People share a geometry in region "seen" and nothing in region "noise"; two runs each. Model "same" has that geometry in other channels. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-rsa-"));
  mkdirSync(join(folder, "data"));
  const random = createRandom(7);
  const draw = (length: number) => Float64Array.from({ length }, () => random.normal());
  const latent = draw(conditions * axes);
  const project = () => {
    const basis = draw(axes * channels);
    return Float64Array.from({ length: conditions * channels }, (_, k) => {
      const [i, j] = [Math.floor(k / channels), k % channels];
      let sum = 0;
      for (let a = 0; a < axes; a++)
        sum += (latent[i * axes + a] as number) * (basis[a * channels + j] as number);
      return sum;
    });
  };
  const save = (name: string, data: Float64Array<ArrayBuffer>, shape = [conditions, channels]) =>
    writeFileSync(join(folder, "data", name), encodeNpy({ shape, data }));
  for (const person of people)
    for (const region of ["seen", "noise"]) {
      const own = region === "seen" ? project() : new Float64Array(conditions * channels);
      for (const fold of [1, 2])
        save(
          `${person}-${region}-${fold}.npy`,
          own.map((value) => value + 2 * random.normal()),
        );
    }
  save("same.npy", project());
  save("other.npy", draw(conditions * channels));
  const square = new Float64Array(conditions * conditions);
  for (let i = 0; i < conditions; i++)
    for (let j = 0; j < conditions; j++) square[i * conditions + j] = Math.abs(i - j);
  save("order.npy", square, [conditions, conditions]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = `
title: Who has this geometry?
question: Does the region see what the model sees?
data: data
participants: [${people}]
regions: [seen, noise]
folds: [1, 2]
responses: { file: "{participant}-{region}-{fold}.npy", distance: crossnobis }
models:
  same: { file: same.npy, distance: euclidean }
  other: { file: other.npy, distance: euclidean, control: true }
  order: { file: order.npy, holds: dissimilarities }
compare: [[same, other]]
bootstrap: 200`;

describe("runRsa", () => {
  it("finds the planted geometry in its region, nothing elsewhere, and says so in words, a table and a figure", async () => {
    const result = await runRsa(parseRsaSettings(study), { folder });
    const of = (region: string, model: string) =>
      result.similarities.find((one) => one.region === region && one.model === model);
    expect(result.conditions).toBe(conditions);
    const same = of("seen", "same");
    expect(same?.value).toBeGreaterThan(0.5);
    expect(same?.pCorrected).toBeLessThan(0.001);
    expect(same?.perPerson).toHaveLength(people.length);
    const [ceiling] = result.ceilings;
    expect(ceiling?.lower).toBeGreaterThan(0.5);
    expect(ceiling?.upper).toBeGreaterThan(ceiling?.lower as number);
    for (const [region, model] of [
      ["seen", "order"],
      ["noise", "same"],
      ["noise", "other"],
      ["noise", "order"],
    ] as const)
      expect(of(region, model)?.pCorrected).toBeGreaterThan(0.05);
    expect(result.differences.map(({ region, pCorrected }) => [region, pCorrected <= 0.05])).toEqual([
      ["seen", true],
      ["noise", false],
    ]);
    const text = rsaText(result);
    expect(text).toMatch(/seen: same \.\d+ \[\.\d+, \.\d+\] \(corrected p < \.001\).*; ceiling/);
    expect(text).toMatch(/noise: no model is told from 0; that is no evidence of absence/);
    await writeRsa(result, folder);
    expect(readFileSync(join(folder, "rsa.csv"), "utf8").split("\n")).toHaveLength(1 + 6 + 2 + 1);
    expect(readFileSync(join(folder, "rsa.svg"), "utf8")).toContain("<svg");
    expect(await runRsa(parseRsaSettings(study), { folder })).toEqual(result);
  });

  it("refuses what cannot be compared, naming it", async () => {
    const parse = (text: string) => () => parseRsaSettings(text);
    expect(parse(study.replace("[same, other]]", "[same, none]]"))).toThrow(
      /has no model "none"; there are same, other, order/,
    );
    expect(parse(study.replace("folds: [1, 2]\n", ""))).toThrow(/crossnobis needs `folds`/);
    expect(parse(study.replace("crossnobis", "correlation"))).toThrow(
      /\{fold\}, which crossnobis distances alone take/,
    );
    const run = (text: string) => runRsa(parseRsaSettings(text), { folder });
    await expect(run(study.replace("order.npy", "same.npy"))).rejects.toThrow(/same\.npy must be square/);
    await expect(run(study.replace("order.npy", "few.npy"))).rejects.toThrow(/few\.npy/);
    const triangle = Float64Array.from({ length: 10 }, (_, k) => k);
    writeFileSync(join(folder, "data", "few.npy"), encodeNpy({ shape: [10], data: triangle }));
    await expect(run(study.replace("order.npy", "few.npy"))).rejects.toThrow(
      /everything needs the same conditions; p1 has 14, order in seen has 5/,
    );
    const skewed = Float64Array.from({ length: 196 }, (_, k) => k);
    writeFileSync(join(folder, "data", "skewed.npy"), encodeNpy({ shape: [14, 14], data: skewed }));
    await expect(run(study.replace("order.npy", "skewed.npy"))).rejects.toThrow(
      /must be symmetric with zeros/,
    );
  });
});
