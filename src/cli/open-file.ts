import { spawn } from "node:child_process";

/** Show a file or an address in the system's browser, if there is one; never an error. */
export function openFile(path: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", path]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", path]
        : ["xdg-open", path];
  const child = spawn(command as string, args, { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
