import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

/** Build once before the tests: the command line is tested as it is installed. */
export default function build(): void {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
}
