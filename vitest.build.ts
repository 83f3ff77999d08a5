import { execFileSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const stamp = "dist/.stamp";

/** Build before the tests, where a source is newer than the last build: the command line is tested as it is installed. Types are not
 * checked here; `npm run types` does that. */
export default function build(): void {
  if (Math.max(...sources().map(timeOf)) < timeOf(stamp)) return;
  execFileSync(process.execPath, ["transpile.mjs"], { stdio: "inherit" });
  writeFileSync(stamp, "");
}

/** What the build is made of; folders too, whose time changes when a file is added or removed. */
function sources(): string[] {
  const entries = readdirSync("src", { recursive: true, withFileTypes: true });
  const own = entries.filter((one) => !/fixtures|__snapshots__/.test(join(one.parentPath, one.name)));
  return ["package.json", "transpile.mjs", "src"].concat(
    own
      .filter(({ name }) => !/\.(test|fixture)\.ts$/.test(name))
      .map((one) => join(one.parentPath, one.name)),
  );
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
