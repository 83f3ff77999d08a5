#!/usr/bin/env node
import { Command } from "commander";
import { isEncodingError } from "../core/index.ts";
import { version } from "../study/version.ts";
import type { RunOptions } from "./execute.ts";

/** The command line: `simcortex demo | run study.yaml | doctor`. Exit code 0: done; 1: one readable line on stderr; 130: Ctrl-C. */
const program = new Command("simcortex")
  .description(
    "Fit models to fMRI and learn, region by region, which one simulates the brain better and whether that is real.",
  )
  .version(version())
  .showHelpAfterError("(simcortex --help lists the commands)");

program
  .command("demo")
  .description(
    "the virtual laboratory: a whole study in about a minute; its truth is known, so the report says what was recovered",
  )
  .option("--out <folder>", "where the report goes", "results/demo")
  .option("--store <folder>", "where finished steps are kept", ".simcortex/store")
  .option("--seed <number>", "another world, another cohort")
  .option("--small", "a few seconds: 6 people, shorter runs; too little data to find everything")
  .option("--workers <count>", "worker threads (default: one a core)")
  .option("--no-open", "do not open the report")
  .option("--json", "progress and result as JSON lines")
  .action(async (options: RunOptions) => (await import("./demo.ts")).demo(options));

program
  .command("run")
  .description("run the study of a settings file and write its report")
  .argument("<study.yaml>", "settings; see examples/")
  .option("--out <folder>", "where the report goes (default: results/<name of the study's folder>)")
  .option("--store <folder>", "where finished steps are kept", ".simcortex/store")
  .option("--workers <count>", "worker threads (default: one a core)")
  .option("--open", "open the report when done")
  .option("--json", "progress and result as JSON lines")
  .action(async (path: string, options: RunOptions) => (await import("./run.ts")).run(path, options));

program
  .command("doctor")
  .description("what this machine offers, what is missing, and the one command that gets it")
  .option("--json", "as JSON")
  .action(async (options: { json?: boolean }) => (await import("./doctor.ts")).doctor(options));

try {
  await program.parseAsync();
} catch (error) {
  const cancelled = isEncodingError(error, "cancelled");
  const line = error instanceof Error ? error.message : String(error);
  const told = isEncodingError(error)
    ? line
    : `${line}\n(this is a bug of simcortex, please report it)\n${(error as Error).stack ?? ""}`;
  process.stderr.write(`${cancelled ? "" : "error: "}${told}\n`);
  process.exitCode = cancelled ? 130 : 1;
}
