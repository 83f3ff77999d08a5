/** Types, style and import rules side by side: what `npm test` looks at before the tests. What a check prints is shown when it ends. */
import { spawn } from "node:child_process";

const checks = ["types", "lint", "imports"];

/** @returns whether the script of package.json ended well. */
function run(name) {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", name], { shell: process.platform === "win32" });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    child.on("error", (error) => (said += `${error.message}\n`));
    child.on("close", (code) => {
      process.stdout.write(said);
      if (code !== 0) process.stderr.write(`npm run ${name}: failed.\n`);
      resolve(code === 0);
    });
  });
}

const ended = await Promise.all(checks.map(run));
process.exitCode = ended.every(Boolean) ? 0 : 1;
