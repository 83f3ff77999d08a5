import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/index.ts";
import { encodeNpy } from "../../io/index.ts";
import type { MultiverseResult } from "../../report/multiverse/record.ts";
import { runStudy } from "../../study.ts";
import { runMultiverse } from "./run-multiverse.ts";
import { parseMultiverse } from "./settings.ts";
import { listUniverses } from "./universes.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;
const people = ["p1", "p2", "p3", "p4", "p5", "p6", "p7"];
const rows = 60;

/** Two feature spaces of two layers; `seen` answers to layer 2 of `good`, `none` to nothing. */
const study = `
title: Tiny
question: Is good better than bad?
design: stimulus-rows
participants: [${people.join(", ")}]
runs: [{ id: all, samples: ${rows} }]
responses: { file: "{participant}.npy" }
regions: { names: [seen, seen, none] }
features:
  good: { ready: { file: "good-{layer}.npy" } }
  bad: { ready: { file: "bad-{layer}.npy" } }
layers: { from: 1, to: 2 }
compare: [[good, bad]]
outer: { folds: 3, groups: groups.csv }
fit: { alphas: { from: 0.1, to: 1000, count: 3 }, inner: { folds: 2 }, weightings: 3 }
tests: { bootstrap: 100, block: 5 }
ceiling: none
`;
const two = `
title: Two by two
question: Which?
study: study.yaml
choices:
  layers:
    nested: {}
    the second: { layers: { from: 2 } }
  folds:
    three: {}
    five: { outer: { folds: 5 } }
    shuffled: { outer: { shuffle: rows } }
`;

let folder = "";
let workshop: Workshop;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-multiverse-"));
  workshop = await openWorkshop({ store: join(folder, "store"), workers: 1 });
  const random = createRandom(8).stream("tiny");
  const write = (name: string, cols: number, data: Float64Array<ArrayBuffer>) =>
    writeFileSync(join(folder, name), encodeNpy({ shape: [rows, cols], data }));
  const draw = (length: number) => Float64Array.from({ length }, () => random.normal());
  const layers = Object.fromEntries(
    ["good-1", "good-2", "bad-1", "bad-2"].map((name) => [name, draw(rows * 3)]),
  );
  for (const [name, data] of Object.entries(layers)) write(`${name}.npy`, 3, data);
  for (const id of people)
    write(
      `${id}.npy`,
      3,
      draw(rows * 3).map((noise, k) => (k % 3 < 2 ? noise + (layers["good-2"]![k] as number) : noise)),
    );
  writeFileSync(
    join(folder, "groups.csv"),
    `group\n${Array.from({ length: rows }, (_, i) => `g${Math.floor(i / 4)}\n`).join("")}`,
  );
  mkdirSync(join(folder, "out"));
});
afterAll(async () => {
  await workshop.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (text: string) =>
  runMultiverse(parseMultiverse(text), {
    study: { text: study, path: "study.yaml" },
    folder,
    store: "",
    workshop,
  });
const verdicts = ({ universes, regions }: MultiverseResult, region: string) =>
  universes.map((own) => own.regions[regions.indexOf(region)]!.verdict);

describe("runMultiverse", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "fits every universe that the guard lets pass, counts the others, and fits nothing twice",
    async () => {
      const { result, steps } = await run(two);
      expect(result.universes.map(({ picks }) => picks)).toEqual([
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]);
      expect(result.refused.map(({ picks, rule }) => [picks, rule])).toEqual([
        [[0, 2], "split-groups"],
        [[1, 2], "split-groups"],
      ]);
      // 2 models × 2 layers × (3 + 5) folds, permuted pairs of 2 layers and position on as many folds (OASM predicts the mean), and a score of each
      // person and universe: the fixed layer is one of the nested ones
      expect(steps.computed).toBe((2 * 2 + 2 + 1) * 8 + 4 * people.length);
      expect(result.controls).toEqual(["OASM", "position", "permuted pairs"]);
      expect(verdicts(result, "seen")).toEqual(["a wins", "a wins", "a wins", "a wins"]);
      const [seen, none] = result.summaries;
      expect(seen).toMatchObject({ region: "seen", above: 4, verdicts: { "a wins": 4, neither: 0 } });
      expect(none!.verdicts["a wins"] + none!.verdicts["b wins"]).toBe(0);
      expect(seen!.joint).toMatchObject({ p: 2 / 128, dominant: 4 });
      const shares = seen!.choices.map(({ share }) => share);
      expect(shares[0]! + shares[1]! + seen!.interactions).toBeCloseTo(1, 10);
      expect(seen!.choices[1]!.matched).toMatchObject([
        { from: "three", to: "five", pairs: 2, signFlips: 0, verdictFlips: 0 },
        { from: "three", to: "shuffled", pairs: 0 },
        { from: "five", to: "shuffled", pairs: 0 },
      ]);

      const again = await run(two);
      expect(again.steps.computed).toBe(0);
      expect(again.result).toEqual(result);

      const more = await run(`${two}  alphas:\n    three: {}\n    five: { fit: { alphas: { count: 5 } } }\n`);
      expect(more.steps.computed).toBe((2 * 2 + 2 + 1) * 8 + 4 * people.length); // those of five alphas alone
      const kept = more.result.universes.filter(({ picks }) => picks[2] === 0).map(({ regions }) => regions);
      expect(kept).toEqual(result.universes.map(({ regions }) => regions));
    },
  );
  it.runIf(slow)("takes a win away that a control has too", { timeout: 60_000 }, async () => {
    // responses with a level of each passage and nothing else; a model that knows which passage a row is of
    const random = createRandom(9).stream("drift");
    const level = () => Float64Array.from({ length: rows / 4 }, () => random.normal());
    const write = (name: string, columns: readonly Float64Array[], noise: number) =>
      writeFileSync(
        join(folder, name),
        encodeNpy({
          shape: [rows, columns.length],
          data: Float64Array.from(
            { length: rows * columns.length },
            (_, k) =>
              (columns[k % columns.length]![Math.floor(k / columns.length / 4)] as number) +
              noise * random.normal(),
          ),
        }),
      );
    write("style.npy", Array.from({ length: 20 }, level), 0.3);
    const levels = [level(), level()];
    for (const id of people) write(`${id}-drift.npy`, levels, 0.7);
    const drift = study
      .replace(
        /features:[\s\S]*?compare: .*/,
        "features: { style: { ready: { file: style.npy } }, bad: { ready: { file: bad-1.npy } } }\ncompare: [[style, bad]]",
      )
      .replace("{participant}.npy", "{participant}-drift.npy")
      .replace("[seen, seen, none]", "[drift, drift]");
    const text = `
title: t
question: q
study: study.yaml
choices:
  passages:
    whole: {}
    torn: { outer: { shuffle: rows }, allow: [split-groups] }
`;
    const of = async (more: string) => {
      const where = { study: { text: drift, path: "study.yaml" }, folder, store: "", workshop };
      const { result } = await runMultiverse(parseMultiverse(`${text}${more}`), where);
      return result.universes.map(({ regions }) => regions[0]!);
    };
    const [whole, torn] = await of("");
    expect(whole?.verdict).not.toMatch(/^a/);
    expect(torn?.verdict).toBe("a ahead");
    expect(torn?.unbeaten).toContain("OASM");
    const [, bare] = await of("base: { controls: false }\n");
    expect(bare?.verdict).toBe("a wins");
    expect(bare?.difference).toEqual(torn?.difference);
  });
  it.runIf(slow)("says in the reference what `simcortex run` says", { timeout: 60_000 }, async () => {
    const { parseSettings } = await import("../read-settings.ts");
    const { result } = await run(two);
    const alone = await runStudy(parseSettings(study), {
      folder,
      out: join(folder, "out"),
      store: join(folder, "own"),
      workers: 1,
    });
    for (const [g, own] of result.universes[0]!.regions.entries()) {
      const { difference, perPerson, p, pCorrected } = alone.comparisons[g]!;
      expect(own).toMatchObject({ difference, perPerson, p, pCorrected });
    }
    const name = (control: string) => alone.controls.filter((own) => own.control === control);
    expect(name("position").map(({ significant }) => significant)).toEqual([false, false]);
    expect(result.universes[0]!.regions.map(({ unbeaten }) => unbeaten)).toEqual([[], []]);
  });
});

describe("listUniverses", () => {
  const list = (text: string) => listUniverses(parseMultiverse(text), study, "study.yaml");
  it("crosses the choices, the last one fastest, and writes each alternative over the study", () => {
    const universes = list(two);
    expect(universes.map(({ picks }) => picks.join(""))).toEqual(["00", "01", "02", "10", "11", "12"]);
    expect(universes[4]!.settings).toMatchObject({
      layers: { from: 2, to: 2 },
      outer: { folds: 5, groups: "groups.csv" },
    });
  });
  it("draws some of them, the reference among them, and refuses more than `most`", () => {
    const drawn = list(`${two}draw: 3\nseed: 4\n`);
    expect(drawn).toHaveLength(3);
    expect(drawn[0]!.picks).toEqual([0, 0]);
    expect(list(`${two}draw: 3\nseed: 4\n`)).toEqual(drawn);
    expect(() => list(`${two}most: 5\n`)).toThrow(
      /line \d+: choices: they make 6 universes, more than `most` \(5\); .*`draw`/,
    );
  });
  it("names the line of a patch that makes the study wrong, and the legal values", () => {
    expect(() =>
      list(two.replace("five: { outer: { folds: 5 } }", "five: { outer: { shuffle: row } }")),
    ).toThrow(
      "multiverse.yaml, line 11: choices.folds.five: outer.shuffle: must be one of none, groups, rows.",
    );
    expect(() => list(two.replace("folds: 5", "fold: 5"))).toThrow(
      /line 11: choices.folds.five: outer: unknown setting "fold"; did you mean "folds"\? Legal: folds, gap/,
    );
  });
  it("refuses two alternatives that make the same study", () => {
    expect(() => list(two.replace("folds: 5", "folds: 3"))).toThrow(
      /line 11: choices.folds: "three" and "five" make the same study; it would count twice/,
    );
  });
});

describe("parseMultiverse", () => {
  it("takes the example", () => {
    const text = readFileSync("examples/multiverse/multiverse.yaml", "utf8");
    const universes = listUniverses(
      parseMultiverse(text),
      readFileSync("examples/virtual/study.yaml", "utf8"),
      "study.yaml",
    );
    expect(universes.length).toBeGreaterThanOrEqual(96);
  });
  it("refuses a choice of one alternative, a number as a name, and settings that no universe may change", () => {
    const refuse = (text: string) => expect(() => parseMultiverse(text));
    const start = "title: t\nquestion: q\nstudy: s.yaml\nchoices:\n";
    refuse(`${start}  pca: { only: {} }\n`).toThrow(
      "line 5: choices.pca: a choice needs at least two alternatives",
    );
    refuse(`${start}  pca: { 30: {}, ten: { activations: { pca: 10 } } }\n`).toThrow(
      /line 5: .*needs a letter/,
    );
    refuse(`${start}  seed: { one: { seed: 1 }, two: { seed: 2 } }\n`).toThrow(
      /line 5: choices.seed.one: cannot change "seed" of the study; legal: activations, fit, outer, delays/,
    );
  });
  it("refuses two choices that write the same setting", () => {
    const text = `${two}  gap:\n    none: {}\n    two: { outer: { folds: 4, gap: 2 } }\n`;
    expect(() => parseMultiverse(text)).toThrow(
      /line 14: choices.gap: outer.folds is written by the choice "folds" too; one setting belongs to one choice/,
    );
  });
});
