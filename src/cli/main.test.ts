import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ["dist/cli/main.js", ...args], { stdio: "pipe" });
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk) => (out += chunk));
  child.stderr?.on("data", (chunk) => (err += chunk));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  return { child, ended };
}

const call = (...args: string[]) => start(args).ended;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const small = (name: string) => [
  "demo",
  "--small",
  "--no-open",
  "--out",
  join(folder, name),
  "--store",
  join(folder, `${name}-store`),
];

/** Hash of every file of a folder, by name. */
function hashes(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((file) => [
        file.slice(path.length),
        createHash("sha256").update(readFileSync(file)).digest("hex"),
      ]),
  );
}

describe("simcortex demo", () => {
  it("gives the same bytes after ten kills at random moments, and after a Ctrl-C", {
    timeout: 110_000,
  }, async () => {
    const whole = await call(...small("whole"));
    expect(whole).toMatchObject({ code: 0 });
    const random = createRandom(7).stream("kills");
    for (let k = 0; k < 10; k++) {
      const { child, ended } = start(small("killed"));
      await Promise.race([wait(300 + 2500 * random.uniform()), ended]);
      child.kill("SIGKILL");
      await ended;
    }
    const stopped = start([...small("killed"), "--json"]);
    await new Promise((resolve) => stopped.child.stderr?.once("data", resolve)); // it runs
    stopped.child.kill("SIGINT");
    expect(await stopped.ended).toMatchObject({
      code: 130,
      err: expect.stringMatching(/the next start goes on/),
    });
    expect(await call(...small("killed"))).toMatchObject({ code: 0 });
    expect(hashes(join(folder, "killed"))).toEqual(hashes(join(folder, "whole")));
  });

  it("computes nothing the second time, and says so in JSON", async () => {
    const again = await call(...small("whole"), "--json");
    const lines = (again.err + again.out)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; cached?: boolean; done: number });
    const steps = lines.filter((line) => line.event === "progress" && line.done > 0);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.every((line) => line.cached === true)).toBe(true);
    expect(lines.at(-1)).toMatchObject({ event: "done" });
  });

  it("ends with one line and code 1 where it cannot write, and on bad options", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const blocked = await call(
      "demo",
      "--small",
      "--out",
      join(file, "out"),
      "--store",
      join(folder, "whole-store"),
    );
    expect(blocked.code).toBe(1);
    expect(blocked.err.split("\n").filter((line) => line.startsWith("error:"))).toEqual([
      expect.stringMatching(/cannot write .*a part of the path is a file/),
    ]);
    const odd = await call("demo", "--seed", "x");
    expect(odd).toMatchObject({ code: 1, err: 'error: --seed must be a whole number ≥ 0; got "x".\n' });
  });
});

describe("simcortex run", () => {
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
    return call("run", join(here, "study.yaml"), "--out", join(here, "out"), "--store", join(here, "store"));
  }
  const line = ({ err }: Ended) => err.split("\n").filter((one) => one.startsWith("error:"));

  it("runs one person's two regions from files", async () => {
    const ended = await attempt("good", {});
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/In the one person measured \(p1\)/);
    expect(ended.out).toMatch(/Report: .*report.html/);
  });
  it("names person, run and row of a NaN", async () => {
    const bad = Y.slice();
    bad[2 * 45 + 1] = Number.NaN;
    expect(line(await attempt("nan", { Y: bad }))).toEqual([
      expect.stringMatching(/responses of p1: .*got NaN in run a-2, row 5, target 1/),
    ]);
  });
  it("scores a constant target as undefined and says so", async () => {
    const flat = Y.map((v, k) => (k % 2 === 0 ? v : 3));
    const ended = await attempt("constant", { Y: flat });
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/undefined in 1 region: there/);
    expect(readFileSync(join(folder, "constant", "out", "report.html"), "utf8")).toMatch(/constant/);
  });
  it("refuses a run of one sample", async () => {
    const yaml = study({
      runs: [
        { id: "a", samples: 1 },
        { id: "b", role: "test", samples: 119 },
      ],
    });
    expect(line(await attempt("single", { yaml }))).toEqual([expect.stringMatching(/at least 2 samples/)]);
  });
  it("refuses runs that do not match the files", async () => {
    expect(line(await attempt("mismatch", { X: X.slice(0, 200) }))).toEqual([
      expect.stringMatching(
        /features.x: .*the runs \(a-1 40, a-2 40, b 40\) need 120 rows; the file has 100/,
      ),
    ]);
  });
  it("refuses a split that leaks, and names the override", async () => {
    const runs = [{ id: "a", samples: 120 }];
    const yaml = study({ runs, outer: { folds: 4 } });
    expect(line(await attempt("leak", { yaml }))).toEqual([
      expect.stringMatching(/outer.gap is 0 samples.*allow: \[short-gap\]/),
    ]);
    const allowed = study({ runs, outer: { folds: 4 }, allow: ["short-gap"] });
    const ended = await attempt("allowed", { yaml: allowed });
    expect(ended.code).toBe(0);
    expect(readFileSync(join(folder, "allowed", "out", "report.html"), "utf8")).toMatch(/overridden/);
  });
  it("names the line of a wrong setting and a file that is not there", async () => {
    const yaml = "title: t\nquestion: q\nvirtual: {}\nfit:\n  dtype: float16\n";
    expect(line(await attempt("setting", { yaml }))).toEqual([
      expect.stringMatching(/study.yaml, line 5: .*must be one of float32, float64/),
    ]);
    const missing = study({ responses: { file: "Z.csv" } });
    expect(line(await attempt("missing", { yaml: missing }))).toEqual([
      expect.stringMatching(/cannot read .*Z.csv: there is no such file/),
    ]);
    expect(line(await call("run", join(folder, "nowhere.yaml")))).toEqual([
      expect.stringMatching(/there is no such file/),
    ]);
  });
});
