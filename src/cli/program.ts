import { Command, type CommanderError } from "commander";
import { EncodingError } from "../core/index.ts";
import { version } from "../study/version.ts";
import type { RunOptions } from "./execute.ts";

/** The commands `simcortex demo | run study.yaml | doctor` and their options.
 * @param json errors in the command line itself are told by the caller, not printed here.
 * @throws EncodingError "option" for what the commands do not know, with the nearest they do; CommanderError once help or the version
 * has been printed. */
export function createProgram({ json }: { json: boolean }): Command {
  const program = new Command("simcortex")
    .description(
      "Fit models to fMRI and learn, region by region, which one simulates the brain better and whether that is real.",
    )
    .version(version())
    .configureOutput({ writeErr: () => {} })
    .exitOverride((ended) => {
      throw ended.exitCode === 0 ? ended : unknown(ended, json);
    });
  addDemo(program);
  addRun(program);
  addDoctor(program);
  return program;
}

function addDemo(program: Command): void {
  program
    .command("demo")
    .description(
      "the virtual laboratory: a whole study in about a minute; its truth is known, so the report says what was recovered",
    )
    .option("--out <folder>", "where the report goes", "results/demo")
    .option(
      "--store <folder>",
      "where finished steps are kept; may be deleted at any time",
      ".simcortex/store",
    )
    .option("--seed <number>", "another world, another cohort")
    .option("--small", "a few seconds: 6 people, shorter runs; too little data to find everything")
    .option("--workers <count>", "worker threads (default: one a core)")
    .option("--no-open", "do not open the report")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (options: RunOptions) => (await import("./demo.ts")).demo(options));
}

function addRun(program: Command): void {
  program
    .command("run")
    .description("run the study of a settings file and write its report")
    .argument("<study.yaml>", "settings; see examples/")
    .option("--out <folder>", "where the report goes (default: results/<name of the study's folder>)")
    .option(
      "--store <folder>",
      "where finished steps are kept; may be deleted at any time",
      ".simcortex/store",
    )
    .option("--workers <count>", "worker threads (default: one a core)")
    .option("--open", "open the report when done")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (path: string, options: RunOptions) => (await import("./run.ts")).run(path, options));
}

function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("what this machine offers, what is missing, and the one command that gets it")
    .option("--json", "as one line of JSON")
    .action(async (options: { json?: boolean }) => (await import("./doctor.ts")).doctor(options));
}

/** An error of the command line: commander's words, in one line of ours. */
function unknown({ message }: CommanderError, json: boolean): EncodingError {
  const line = message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  return new EncodingError("option", `${line}${json ? "" : " (simcortex --help lists the commands)"}`);
}
