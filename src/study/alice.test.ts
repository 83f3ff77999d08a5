import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Features, matrix, type Responses, takeRows } from "../core/index.ts";
import { fitRidge, makeFolds, predict, restrictFolds, spaceAlphas } from "../encoding/index.ts";
import { openLinalg } from "../linalg/index.ts";
import { correlate, fisherMean, interSubjectCeiling } from "../stats/index.ts";
import { readSettings, runStudy, type StudySettings } from "../study.ts";
import { loadStudy } from "./load-study.ts";

/** Alice in Wonderland (Brennan et al. 2016): results known from an independent analysis, each ± .03 (data/README.md of the optional
 * data folder). */
const data = resolve(process.env.SIMCORTEX_DATA ?? "../shared/data");
const known = {
  wordRate: [0.12, 0.1, 0.16, 0.17, 0.13, 0.06],
  lexical: [0.08, 0.04, 0.12, 0.14, 0.07, 0.04],
  groupMean: [0.4, 0.29, 0.35, 0.41, 0.34, 0.25],
  interSubject: [0.29, 0.21, 0.43, 0.28, 0.24, 0.15],
};
const tolerance = 0.03;

function expectNear(values: readonly number[], wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length);
  for (const [k, value] of values.entries())
    expect(Math.abs(value - (wanted[k] as number))).toBeLessThanOrEqual(tolerance);
}

describe.skipIf(!existsSync(`${data}/alice`))("examples/alice", () => {
  let folder = "";
  let settings: StudySettings;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "simcortex-alice-"));
    const whole = await readSettings("examples/alice/study.yaml");
    const { lexical, "word rate": rate } = whole.features ?? {};
    if (lexical === undefined || rate === undefined) throw new Error("the example has both feature spaces");
    settings = {
      ...whole,
      data,
      features: { lexical, "word rate": rate },
      tests: { ...whole.tests, bootstrap: 100 },
      controls: false, // fitted for each person apart here: a minute
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "reaches the known r of word rate and published predictors on single people, and the inter-subject ceiling",
    async () => {
      const options = {
        folder: "examples/alice",
        out: join(folder, "out"),
        store: join(folder, "store"),
        workers: 2,
      };
      const result = await runStudy(settings, options);
      const r = (space: string) =>
        result.cells.filter((cell) => cell.space === space).map((cell) => cell.aloneR.mean);
      expectNear(r("word rate"), known.wordRate);
      expectNear(r("lexical"), known.lexical);
      const { people } = await loadStudy(settings, "examples/alice");
      expect(people).toHaveLength(17);
      expect(result.tests.test).toMatch(/sign-flip over 17 people/);
      expect(result.provenance.inputs.map(({ name }) => name)).toContain("alice/s18-rate.txt");
    },
  );

  it("reaches the known r of the published predictors on the group-mean course", async () => {
    const study = await loadStudy(settings, "examples/alice");
    const X = study.stimuli[0]?.spaces[0]?.[0]?.[0] as Features;
    const courses = study.people.map((person) => person.responses[0]?.[0] as Responses);
    const mean = Float64Array.from(
      courses[0]?.data ?? [],
      (_, k) => courses.reduce((sum, one) => sum + (one.data[k] as number), 0) / courses.length,
    );
    const Y: Responses = matrix(["samples", "targets"], 362, 6, mean);
    const scaled = standardise(X);
    const linalg = await openLinalg({ where: "here" });
    const runs = new Int32Array(362);
    const rs: Float64Array[] = [];
    for (const { train, test } of makeFolds(runs, { folds: 6, gap: 5 })) {
      const folds = restrictFolds(makeFolds(runs, { folds: 5, gap: 5 }), train).filter(
        (fold) => fold.test.length > 0,
      );
      const fit = await fitRidge(takeRows(scaled, train), takeRows(Y, train), {
        alphas: spaceAlphas(0.1, 1e5, 13),
        folds,
        linalg,
      });
      rs.push(correlate(takeRows(Y, test), await predict(fit, takeRows(scaled, test), linalg)));
    }
    await linalg.close();
    expectNear(
      Array.from({ length: 6 }, (_, t) => fisherMean(rs.map((fold) => fold[t] as number))),
      known.groupMean,
    );
  });

  it("finds the known inter-subject correlations", async () => {
    const { people } = await loadStudy(settings, "examples/alice");
    const rs = interSubjectCeiling(people.map((person) => person.responses[0]?.[0] as Responses));
    expectNear(
      Array.from({ length: 6 }, (_, t) => rs.reduce((sum, own) => sum + (own[t] as number), 0) / rs.length),
      known.interSubject,
    );
  });
});

function standardise(X: Features): Features {
  const out = X.data.slice();
  for (let j = 0; j < X.cols; j++) {
    let mean = 0;
    let square = 0;
    for (let i = 0; i < X.rows; i++) mean += (X.data[i * X.cols + j] as number) / X.rows;
    for (let i = 0; i < X.rows; i++) square += ((X.data[i * X.cols + j] as number) - mean) ** 2 / X.rows;
    for (let i = 0; i < X.rows; i++)
      out[i * X.cols + j] = ((X.data[i * X.cols + j] as number) - mean) / Math.sqrt(square);
  }
  return matrix(X.axes, X.rows, X.cols, out);
}
