import { execFileSync } from "node:child_process";
import { readdirSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const stamp = "dist/.tsbuildinfo";

/** Build before the tests, where a source is newer than the last build: the command line is tested as it is installed. Types are not
 * checked here; `npm run types` does that. */
export default function build(): void {
  if (Math.max(...sources().map(timeOf)) < timeOf(stamp)) return;
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const fast = ["--noCheck", "--declaration", "false"]; // as `npm run transpile` does
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...fast], { stdio: "inherit" });
  utimesSync(stamp, new Date(), new Date());
}

/** What the build is made of; folders too, whose time changes when a file is added or removed. */
function sources(): string[] {
  const entries = readdirSync("src", { recursive: true, withFileTypes: true });
  const own = entries.filter((one) => !/fixtures|__snapshots__/.test(join(one.parentPath, one.name)));
  return ["package.json", "tsconfig.json", "tsconfig.build.json", "src"].concat(
    own
      .filter(({ name }) => !/\.(test|fixture)\.ts$/.test(name))
      .map((one) => join(one.parentPath, one.name)),
  );
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
