import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

/** The documents that a newcomer reads: what they promise is run or looked up. */
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].concat(
  readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
  readdirSync("examples", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("examples", name)),
);
const readme = readFileSync("README.md", "utf8");
const scripts = (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> })
  .scripts;

describe("README.md", () => {
  it("has a library example of at most 15 lines of code that runs on the built package and prints what it says", () => {
    const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] as string;
    expect(code.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(15);
    const file = join(
      mkdtempSync(join(mkdirSync(".simcortex", { recursive: true }) ?? ".simcortex", "readme-")),
      "example.mjs",
    );
    writeFileSync(file, code); // inside the package, so that its own name resolves; ignored by git
    const ran = spawnSync(process.execPath, [file], { encoding: "utf8" });
    rmSync(dirname(file), { recursive: true });
    expect(ran.stderr).toBe("");
    const printed = (text: string) => [...text.matchAll(/-?\d+\.\d+/g)].map(Number);
    const said = /prints `(Float64Array\(5\) \[[^\]]*\])`/.exec(readme)?.[1] as string;
    expect(printed(ran.stdout)).toEqual(printed(said));
    expect(ran.stdout).toMatch(/^Float64Array\(5\)/);
  });
  it("quotes a study whose keys stand in the example", () => {
    const yaml = readFileSync("examples/alice/study.yaml", "utf8");
    for (const word of [
      "alice/6mm/{participant}-timecourses.txt",
      "alice/{participant}-sndpwr.txt",
      "folds: 6, gap: 5",
      "ceiling: people",
    ]) {
      expect(readme).toContain(word);
      expect(yaml).toContain(word);
    }
  });
});

describe.each(pages)("%s", (page) => {
  const text = readFileSync(page, "utf8");
  it("quotes only commands that exist", () => {
    for (const [, name] of text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(name);
    const commands = ["program", "program-brain"]
      .map((name) => readFileSync(`src/cli/${name}.ts`, "utf8"))
      .join("");
    for (const [, name] of text.matchAll(/dist\/cli\/main\.js (\w+)/g))
      expect(commands).toContain(`.command("${name}")`);
  });
  it("links and points only to files that are there, pictures under 200 kB", () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, to]) => join(dirname(page), to as string));
    const named = [...text.matchAll(/`((?:src|docs|examples|bench)\/[\w./-]+\w)`/g)].map(
      ([, to]) => to as string,
    );
    for (const path of [...links, ...named.filter((one) => !one.endsWith("dist"))]) {
      expect(existsSync(path), `${page} → ${path}`).toBe(true);
      if (path.endsWith(".png")) expect(statSync(path).size).toBeLessThan(200_000);
    }
  });
  it("names no path of one person's machine", () => {
    expect(/\/(home|work|tmp|Users)\//.exec(text)).toBeNull();
  });
});
