import { Command, type CommanderError } from "commander";
import { EncodingError } from "../core/index.ts";
import { version } from "../study/version.ts";
import type { RunOptions } from "./execute.ts";
import type { PretrainCommand } from "./pretrain.ts";

/** The commands `simcortex demo | run study.yaml | fit | pretrain config.yaml | doctor` and their options.
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
  addFit(program);
  addPretrain(program);
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

function addFit(program: Command): void {
  program
    .command("fit")
    .description("banded ridge from files to files, for any number of targets in bounded memory")
    .requiredOption("--features <file...>", "one file a band, samples × features (.npy, .h5, .csv …)")
    .requiredOption("--responses <file>", "samples × targets, read by columns (.npy, .nii, .h5)")
    .option("--dataset <path>", "data set of an HDF5 file of responses")
    .option("--test <file...>", "features of other samples, one file a band: their responses are predicted")
    .option("--out <folder>", "where the results go", "results/fit")
    .option(
      "--store <folder>",
      "where finished tiles are kept; may be deleted at any time",
      ".simcortex/store",
    )
    .option("--alphas <from:to:count>", "penalties, evenly spaced in the logarithm", "1:1e6:20")
    .option("--weightings <count>", "two bands: size of the grid of band weights; more: random draws", "20")
    .option("--folds <count>", "inner folds that follow the runs", "5")
    .option("--gap <samples>", "left out between training and test where a run is cut", "5")
    .option("--run-length <samples>", "samples of each run (default: all are one run)")
    .option("--memory <size>", "bound of the process's memory, e.g. 1.5G", "4G")
    .option("--threads <count>", "(default: one a core)")
    .option("--coefficients", "write the coefficients too: features × targets numbers")
    .option("--float64", "work in double precision; every alpha and weighting is solved")
    .option("--seed <number>", "of the random band weights", "1")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (options: unknown) => {
      const { runFit } = await import("./fit.ts");
      return runFit(options as Parameters<typeof runFit>[0]);
    });
}

function addPretrain(program: Command): void {
  program
    .command("pretrain")
    .description("train two-tower models and their matched twins, and test what they can do")
    .argument("<config.yaml>", "settings; see examples/pretrain-world")
    .option(
      "--out <folder>",
      "where models, checkpoints and the report go (default: results/<name of the file>)",
    )
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (path: string, options: PretrainCommand) =>
      (await import("./pretrain.ts")).pretrain(path, options),
    );
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
