import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";
import { call, type Ended, errorLines, testFolder } from "./cli.fixture.ts";

const folder = testFolder();

describe.concurrent("simcortex run", () => {
  const study = (change: Record<string, unknown> = {}) => {
    const settings = {
      title: "t",
      question: "q?",
      design: "time-series",
      tr: 2,
      participants: ["p1"],
      runs: [
        { id: "a", samples: 40, count: 2 },
        { id: "b", role: "test", samples: 40 },
      ],
      responses: { file: "Y.csv" },
      regions: { names: ["here", "there"] },
      features: { x: { ready: { file: "X.npy" } } },
      fit: { alphas: { from: 1, to: 100, count: 3 }, inner: { folds: 2 } },
      tests: { bootstrap: 100 },
      ...change,
    };
    return JSON.stringify(settings); // JSON is YAML
  };
  const random = createRandom(1);
  const X = Float64Array.from({ length: 120 * 2 }, () => random.normal());
  const Y = Float64Array.from({ length: 120 * 2 }, (_, k) => (X[k] as number) + random.normal());
  const csv = (values: ArrayLike<number>) =>
    `${Array.from({ length: values.length / 2 }, (_, i) => `${values[2 * i]},${values[2 * i + 1]}`).join("\n")}\n`;

  async function attempt(
    name: string,
    files: { yaml?: string; X?: Float64Array; Y?: Float64Array },
  ): Promise<Ended> {
    const here = join(folder, name);
    mkdirSync(here);
    writeFileSync(join(here, "study.yaml"), files.yaml ?? study());
    const features = files.X ?? X;
    writeFileSync(
      join(here, "X.npy"),
      encodeNpy({ shape: [features.length / 2, 2], data: features as Float64Array<ArrayBuffer> }),
    );
    writeFileSync(join(here, "Y.csv"), csv(files.Y ?? Y));
    const own = ["--out", join(here, "out"), "--store", join(here, "store")];
    return call("run", join(here, "study.yaml"), ...own, "--workers", "1");
  }

  it("runs one person's two regions from files", async ({ expect }) => {
    const ended = await attempt("good", {});
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/In the one person measured \(p1\)/);
    expect(ended.out).toMatch(/Report: .*report.html/);
  });
  it("names person, run and row of a NaN", async ({ expect }) => {
    const bad = Y.slice();
    bad[2 * 45 + 1] = Number.NaN;
    expect(errorLines(await attempt("nan", { Y: bad }))).toEqual([
      expect.stringMatching(/responses of p1: .*got NaN in run a-2, row 5, target 1/),
    ]);
  });
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "scores a constant target as undefined and says so",
    async ({ expect }) => {
      const flat = Y.map((v, k) => (k % 2 === 0 ? v : 3));
      const ended = await attempt("constant", { Y: flat });
      expect(ended.code).toBe(0);
      expect(ended.out).toMatch(/undefined in 1 region: there/);
      expect(readFileSync(join(folder, "constant", "out", "report.html"), "utf8")).toMatch(/constant/);
    },
  );
  it.runIf(process.env.SIMCORTEX_SLOW)("refuses a run of one sample", async ({ expect }) => {
    const yaml = study({
      runs: [
        { id: "a", samples: 1 },
        { id: "b", role: "test", samples: 119 },
      ],
    });
    expect(errorLines(await attempt("single", { yaml }))).toEqual([
      expect.stringMatching(/at least 2 samples/),
    ]);
  });
  it.runIf(process.env.SIMCORTEX_SLOW)("refuses runs that do not match the files", async ({ expect }) => {
    expect(errorLines(await attempt("mismatch", { X: X.slice(0, 200) }))).toEqual([
      expect.stringMatching(
        /features.x: .*the runs \(a-1 40, a-2 40, b 40\) need 120 rows; the file has 100/,
      ),
    ]);
  });
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "refuses a split that leaks, and names the override",
    async ({ expect }) => {
      const runs = [{ id: "a", samples: 120 }];
      const yaml = study({ runs, outer: { folds: 4 } });
      expect(errorLines(await attempt("leak", { yaml }))).toEqual([
        expect.stringMatching(/outer.gap is 0 samples.*allow: \[short-gap\]/),
      ]);
      const allowed = study({ runs, outer: { folds: 4 }, allow: ["short-gap"] });
      const ended = await attempt("allowed", { yaml: allowed });
      expect(ended.code).toBe(0);
      expect(readFileSync(join(folder, "allowed", "out", "report.html"), "utf8")).toMatch(/overridden/);
    },
  );
  it("names the line of a wrong setting and a file that is not there", async ({ expect }) => {
    const yaml = "title: t\nquestion: q\nvirtual: {}\nfit:\n  dtype: float16\n";
    expect(errorLines(await attempt("setting", { yaml }))).toEqual([
      expect.stringMatching(/study.yaml, line 5: .*must be one of float32, float64/),
    ]);
    const missing = study({ responses: { file: "Z.csv" } });
    expect(errorLines(await attempt("missing", { yaml: missing }))).toEqual([
      expect.stringMatching(/cannot read .*Z.csv: there is no such file/),
    ]);
    expect(errorLines(await call("run", join(folder, "nowhere.yaml")))).toEqual([
      expect.stringMatching(/there is no such file/),
    ]);
  });
});
