import { spawn } from "node:child_process";

/** Run a program and read the JSON of the last line that it prints; what it says on its error stream is kept for the error.
 * @throws Error with the end of that stream if the program fails or takes longer than `minutes`. */
export function runChild<T>(
  program: string,
  args: readonly string[],
  { env, minutes }: { readonly env: NodeJS.ProcessEnv; readonly minutes: number },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: minutes * 60_000 });
    let out = "";
    let said = "";
    child.stdout.on("data", (bytes) => {
      out += bytes;
    });
    child.stderr.on("data", (bytes) => {
      said = (said + bytes).slice(-4000);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(out.trim().split("\n").at(-1) ?? "null") as T);
      else reject(new Error(`runChild: ${program} ended with ${signal ?? code}.\n${said}`));
    });
  });
}
