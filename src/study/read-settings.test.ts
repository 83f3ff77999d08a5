import { describe, expect, it } from "vitest";
import { parseSettings } from "./read-settings.ts";

const study = `title: a
question: b
tr: 2
participants: [s1, 2]
runs:
  - { id: r, samples: 100 }
responses:
  file: "{participant}.npy"
regions: { names: [A, B] }
features:
  low: { ready: { file: low.npy } }
outer: { folds: 4 }
`;

describe("parseSettings", () => {
  it("fills in the defaults", () => {
    const s = parseSettings(study);
    expect(s.tests).toEqual({
      level: 0.05,
      correction: "bh",
      permutations: 4999,
      bootstrap: 1000,
    });
    expect(s.participants).toEqual(["s1", "2"]);
    expect(s.fit.alphas.count).toBe(13);
    expect(parseSettings("title: a\nquestion: b\nvirtual: {}\n").virtual?.people).toBe(8);
  });
  it("names the line of an unknown setting and the near one", () => {
    expect(() => parseSettings(study.replace('file: "', 'fiel: "'), "s.yaml")).toThrow(
      /s\.yaml, line 8: responses/,
    );
    expect(() => parseSettings(`${study}qustion: x\n`)).toThrow(
      /did you mean "question"\?.*Legal: title, question/,
    );
  });
  it("names legal values", () => {
    expect(() => parseSettings(`${study}tests:\n  correction: bonferroni\n`)).toThrow(
      /line 14: tests.correction: must be one of bh, by, max/,
    );
  });
  it("takes a margin of equivalence, and refuses one that is no difference in R² with one line", () => {
    expect(parseSettings(`${study}tests: { equivalence: { margin: 0.01 } }\n`).tests.equivalence).toEqual({
      margin: 0.01,
    });
    for (const wrong of ["0", "-0.01", "1", "5 %"])
      expect(() => parseSettings(`${study}tests:\n  equivalence: { margin: ${wrong} }\n`)).toThrow(
        "study.yaml, line 14: tests.equivalence.margin: the smallest difference in R² that matters, from .0001 to below 1.",
      );
    expect(() => parseSettings(`${study}tests:\n  equivalence: {}\n`)).toThrow(/equivalence.margin/);
  });
  it("takes the kinds of exchange and interval, and refuses others and an interval over one person with one line", () => {
    const asked = parseSettings(`${study}tests: { exchange: shift, interval: dual }\n`).tests;
    expect(asked).toMatchObject({ exchange: "shift", interval: "dual" });
    expect(() => parseSettings(`${study}tests:\n  exchange: shifts\n`)).toThrow(
      "line 14: tests.exchange: must be one of blocks, shift.",
    );
    expect(() => parseSettings(`${study}tests:\n  interval: bca\n`)).toThrow(
      "line 14: tests.interval: must be one of two-level, dual.",
    );
    const alone = `${study.replace("[s1, 2]", "[s1]")}tests:\n  interval: dual\n`;
    expect(() => parseSettings(alone)).toThrow(
      "line 14: tests.interval: dual draws people and blocks; one person has no other to be drawn. Use two-level.",
    );
  });
  it("divides the joint R² into all parts of at most four spaces", () => {
    const spaces = (count: number) =>
      study.replace(
        / {2}low: .*/,
        Array.from({ length: count }, (_, k) => `  s${k}: { ready: { file: a.npy } }`).join("\n"),
      );
    expect(parseSettings(study).partition).toBe("unique");
    expect(parseSettings(`${spaces(4)}partition: subsets\n`).partition).toBe("subsets");
    expect(() => parseSettings(`${spaces(5)}partition: subsets\n`)).toThrow(
      /line 17: partition: subsets fits every subset of the joint model's feature spaces, of at most 4; here are 5 \(31 models\)/,
    );
    expect(() => parseSettings("title: a\nquestion: b\nvirtual: {}\npartition: subsets\n")).toThrow(
      /line 4: partition: .*here are 6 \(63 models\)/,
    );
  });
  it("refuses a study that holds nothing out", () => {
    expect(() => parseSettings(study.replace("outer: { folds: 4 }\n", ""))).toThrow(
      /line 5: runs: none has `role: test`/,
    );
  });
  it("refuses a comparison with a space that is not there", () => {
    expect(() => parseSettings(`${study}compare: [[low, hihg]]\n`)).toThrow(
      /no feature space "hihg"; legal: low/,
    );
  });
  it("names the line where YAML itself is broken", () => {
    expect(() => parseSettings("title: [a\nquestion: b\n")).toThrow(/study\.yaml, line \d: not valid YAML/);
  });
  it("refuses a feature space with two sources", () => {
    expect(() =>
      parseSettings(study.replace("low.npy }", "low.npy }, events: { file: e.tsv, values: [v] }")),
    ).toThrow(/line 11: features.low: needs exactly one source/);
  });
});
