import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The built command, started. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the first JSON line on stdout for which `wanted` holds; rejects if the command ends before. */
  event(wanted: (line: CliEvent) => boolean): Promise<CliEvent>;
}

/** One line of `--json`. */
export interface CliEvent {
  readonly event: string;
  readonly step?: string;
  readonly done?: number;
  readonly total?: number;
  readonly cached?: boolean;
  readonly kind?: string;
  readonly message?: string;
}

/** A folder of the tests of one file, removed at the end. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "simcortex-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Start the built command. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const main = ["dist/cli/main.js", ...args];
  const child = spawn(process.execPath, main, { stdio: "pipe", env: { ...process.env, ...env } });
  let out = "";
  let err = "";
  child.stderr?.on("data", (chunk) => (err += chunk));
  child.stdout?.on("data", (chunk) => (out += chunk));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  const event = (wanted: (line: CliEvent) => boolean) =>
    new Promise<CliEvent>((resolve, reject) => {
      const look = () => {
        const found = events(out).find(wanted);
        if (found) resolve(found);
      };
      look();
      child.stdout?.on("data", look);
      ended.then(() => reject(new Error(`ended before the event: ${out}${err}`)));
    });
  return { child, ended, event };
}

/** Run the built command to its end. */
export function call(...args: string[]): Promise<Ended> {
  return start(args).ended;
}

/** The complete JSON lines of an output. */
export function events(text: string): CliEvent[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CliEvent);
}

/** Arguments of the smallest demo with a report folder and, unless another is named, a store of its own. */
export function small(folder: string, name: string, store = `${name}-store`): string[] {
  return ["demo", "--small", "--no-open", "--out", join(folder, name), "--store", join(folder, store)];
}

/** Arguments of a virtual study that is smaller than the smallest demo: for tests of all but the demo itself. */
export function tiny(folder: string, name: string, store = `${name}-store`): string[] {
  const file = join(folder, "tiny.yaml");
  const settings = {
    title: "tiny",
    question: "?",
    virtual: { people: 2, runs: 2, samples: 40, repeats: 2, targets: 1 },
    fit: { alphas: { from: 1, to: 100, count: 2 }, weightings: 1, inner: { folds: 2 } },
    tests: { bootstrap: 100, permutations: 99 },
    allow: ["short-gap"],
  };
  writeFileSync(file, JSON.stringify(settings)); // JSON is YAML
  const own = ["--out", join(folder, name), "--store", join(folder, store)];
  return ["run", file, ...own, "--workers", "1"]; // a second takes longer to start than all there is to do
}

/** The lines that tell an error. */
export function errorLines({ err }: Ended): string[] {
  return err.split("\n").filter((line) => line.startsWith("error:"));
}

/** Files of a folder and of those in it. */
export function filesOf(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Hash of every file of a folder, by name. */
export function hashes(path: string): Record<string, string> {
  const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  return Object.fromEntries(filesOf(path).map((file) => [file.slice(path.length), hash(file)]));
}
