import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { encodeNpy, parseTable } from "../io/index.ts";
import { renderReport, type StudyResult } from "../report/index.ts";
import { runStudy } from "../study.ts";
import { parseSettings } from "./read-settings.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;
const [rows, people] = [320, 6] as const;
let folder = "";
let usual: StudyResult;
let divided: StudyResult;
let added = 0;

/** Three feature spaces: `sound` and `words` hold a common latent, `sense` nothing of the others. `own` answers to what is `sound`'s alone,
 * `common` to the common latent, `both` to these and to `sense`, `none` to nothing; R² without luck .5, .5, .75 and 0. */
const study = `
title: Parts
question: What is shared?
design: stimulus-rows
participants: [${Array.from({ length: people }, (_, p) => `p${p + 1}`).join(", ")}]
runs: [{ id: r, samples: ${rows / 4}, count: 4 }]
responses: { file: "{participant}.npy" }
regions: { names: [own, common, both, none] }
features:
  sound: { ready: { file: sound.npy } }
  words: { ready: { file: words.npy } }
  sense: { ready: { file: sense.npy } }
outer: { folds: 4 }
fit: { alphas: { from: 0.1, to: 100, count: 4 }, weightings: 8, inner: { folds: 3 } }
tests: { bootstrap: 100, block: 10 }
ceiling: none
controls: false
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-parts-"));
  const random = createRandom(3).stream("parts");
  const draw = () => Float64Array.from({ length: rows }, () => random.normal());
  const save = (name: string, columns: readonly Float64Array[]) =>
    writeFileSync(
      join(folder, `${name}.npy`),
      encodeNpy({
        shape: [rows, columns.length],
        data: Float64Array.from(
          { length: rows * columns.length },
          (_, k) => columns[k % columns.length]?.[Math.floor(k / columns.length)] as number,
        ),
      }),
    );
  const [own, common, words, sense] = [draw(), draw(), draw(), draw()] as const;
  save("sound", [own, common]);
  save("words", [common, words]);
  save("sense", [sense]);
  for (let p = 1; p <= people; p++) {
    const drives = [[own], [common], [own, common, sense], []];
    save(
      `p${p}`,
      drives.map((drive) =>
        draw().map((noise, i) => drive.reduce((sum, one) => sum + (one[i] as number), noise)),
      ),
    );
  }
  const files = () =>
    readdirSync(join(folder, "store"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
      .length;
  const run = (text: string, out: string) =>
    runStudy(parseSettings(text), {
      folder,
      out: join(folder, out),
      store: join(folder, "store"),
      workers: 1,
    });
  if (slow) usual = await run(study, "usual");
  const before = slow ? files() : 0;
  divided = await run(`${study}partition: subsets\n`, "divided");
  added = files() - before;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const partOf = (region: string, ...spaces: string[]) => {
  const own = divided.partition?.regions.find((one) => one.region === region);
  const part = own?.parts.find((one) => one.spaces.join() === spaces.join());
  if (part === undefined) throw new Error(`no part ${spaces} in ${region}`);
  return part;
};

describe("a study with partition: subsets", () => {
  it("finds what is one space's own, and what two share, where it was planted", () => {
    const mean = (region: string, ...spaces: string[]) => partOf(region, ...spaces).share.mean;
    expect(mean("own", "sound")).toBeGreaterThan(0.4);
    expect(mean("common", "sound", "words")).toBeGreaterThan(0.4);
    for (const [region, ...spaces] of [
      ["own", "sound", "words"],
      ["own", "words"],
      ["common", "sound"],
      ["common", "words"],
      ["common", "sound", "words", "sense"],
      ["none", "sense"],
    ] as [string, ...string[]][])
      expect(Math.abs(mean(region, ...spaces))).toBeLessThan(0.05);
    for (const part of [["sound"], ["sense"], ["sound", "words"]])
      expect(Math.abs(mean("both", ...part) - 0.25)).toBeLessThan(0.1);
    const { low, high } = partOf("common", "sound", "words").share;
    expect(low).toBeGreaterThan(0.3);
    expect(high).toBeLessThan(0.7);
  });
  it("has parts that sum to the joint R² of each region, unique ones those of the cells, person by person", () => {
    for (const [g, { parts, region }] of (divided.partition?.regions ?? []).entries()) {
      expect(parts).toHaveLength(7);
      const sum = parts.reduce((total, { share }) => total + share.mean, 0);
      expect(sum).toBeCloseTo(divided.regionScores[g]?.r2.mean as number, 10);
      for (const cell of divided.cells.filter((own) => own.region === region)) {
        const part = partOf(region, cell.space);
        for (const key of ["mean", "low", "high"] as const)
          expect(part.share[key]).toBeCloseTo(cell.unique[key], 12);
        for (const [p, value] of part.perPerson.entries())
          expect(value).toBeCloseTo(cell.perPerson[p] as number, 12);
      }
    }
  });
  it.runIf(slow)("fits nothing again that a study fits anyhow, and changes no other number", () => {
    // of three spaces all seven subsets are: only the scores of each person are new
    expect(added).toBe(people);
    for (const key of ["cells", "regionScores", "comparisons"] as const)
      expect(divided[key]).toEqual(usual[key]);
    expect(usual.partition).toBeNull();
    expect(renderReport(usual)).not.toContain("All parts of the joint R²");
  });
  it("says how much of each space the others hold, and shows all of it in the report and in partition.csv", () => {
    const [sound, words, sense] = divided.partition?.overlap ?? [];
    expect(sound?.withEach[1]).toBeGreaterThan(0.4);
    expect(sound?.withEach[1]).toBeLessThan(0.6);
    expect(words?.withOthers).toBeLessThan(0.6);
    expect(sense?.withOthers).toBeLessThan(0.03);
    const html = renderReport(divided);
    expect(html).toMatch(/<td>sound and words<\/td><td class="n">\.4\d\d \* \[/);
    expect(html).toContain("How much of each feature space the others hold");
    expect(html).toMatch(/parts are below zero and left so: a shared part below zero means/);
    const { rows: lines } = parseTable(readFileSync(join(folder, "divided", "partition.csv"), "utf8"), {
      separator: ",",
      header: true,
    });
    expect(lines).toHaveLength(4 * 7);
    expect(lines[3]?.slice(0, 3)).toEqual(["own", "sound & words", "2"]);
  });
});
