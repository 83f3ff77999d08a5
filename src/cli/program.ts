import { Command, type CommanderError } from "commander";
import { EncodingError } from "../core/index.ts";
import { version } from "../study/version.ts";
import type { RunOptions } from "./execute.ts";
import type { MultiverseCommand } from "./multiverse.ts";
import type { PowerCommand } from "./power.ts";
import type { PretrainCommand } from "./pretrain.ts";
import { addBrainCommands } from "./program-brain.ts";
import type { RsaCommand } from "./rsa.ts";

/** The commands of `simcortex` and their options: demo, run, check, fit, layers, extract, pretrain, publish, serve, render, experiment, power, rsa,
 * multiverse, doctor.
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
  addCheck(program);
  addFit(program);
  addLayers(program);
  addExtract(program);
  addPretrain(program);
  addBrainCommands(program);
  addPower(program);
  addRsa(program);
  addMultiverse(program);
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

function addCheck(program: Command): void {
  program
    .command("check")
    .description("hold a study's design against every rule of method, without fitting anything")
    .argument("<study.yaml>", "settings; see examples/")
    .option("--json", "one JSON object a line: each rule with its findings, then done")
    .action(async (path: string, options: { json?: boolean }) =>
      (await import("./check.ts")).check(path, options),
    );
}

function addFit(program: Command): void {
  program
    .command("fit")
    .description("banded ridge from files to files, for any number of targets in bounded memory")
    .requiredOption("--features <file...>", "one file a band, samples × features (.npy, .h5, .csv …)")
    .requiredOption(
      "--responses <file...>",
      "samples × targets, never read whole (.npy, .zarr, .h5, .mat; .nii, .nii.gz: one a run)",
    )
    .option("--dataset <path>", "where the responses stand in an HDF5 file or a Zarr store")
    .option("--mask <file>", "NIfTI mask of NIfTI responses; results come as maps too")
    .option("--format <npy|zarr>", "of the results (default: zarr where --out ends in .zarr, else npy)")
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
    .option("--run-length <samples>", "samples of each run (default: each file of responses is one)")
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

function addLayers(program: Command): void {
  program
    .command("layers")
    .description("the layers of any ONNX network: names, operators and sizes")
    .argument("<model>", "an .onnx file, or a folder as on the Hugging Face hub")
    .option("--layers <pattern...>", "only these: names, patterns (*, ?), places (#12), ranges (a..b)")
    .option("--all", "integers and truth values too (shapes, indices)")
    .option("--json", "as one line of JSON")
    .action(async (model: string, options: unknown) => {
      const { runLayers } = await import("./layers.ts");
      return runLayers(model, options as Parameters<typeof runLayers>[1]);
    });
}

function addExtract(program: Command): void {
  program
    .command("extract")
    .description("activations of any layers of any ONNX network, one NPY file a layer")
    .argument("<model>", "an .onnx file, or a folder as on the Hugging Face hub")
    .argument("<stimuli>", "a folder of pictures, a list (.txt, .csv, .tsv) or an array (.npy)")
    .requiredOption("--layers <pattern...>", "names, patterns (*, ?), places (#12), ranges (a..b)")
    .option("--pooling <how>", "cls, mean, max, last, grid:NxN or flatten", "mean")
    .option("--project <columns>", "project wider layers at random to this many columns")
    .option("--batch <count>", "stimuli at a time", "16")
    .option("--out <folder>", "where the files go", "results/extract")
    .option(
      "--store <folder>",
      "where finished batches are kept; may be deleted at any time",
      ".simcortex/store",
    )
    .option("--column <name>", "column of a list that holds the files or sentences")
    .option("--preprocessing <file>", "a preprocessor_config.json, where the model's folder has none")
    .option("--mean <numbers>", "instead: mean of the channels, after --rescale; e.g. 0.485,0.456,0.406")
    .option("--std <numbers>", "and their standard deviation, e.g. 0.229,0.224,0.225")
    .option("--rescale <factor>", "factor of the bytes", "1/255")
    .option("--filter <name>", "nearest, box, bilinear, hamming, bicubic, lanczos", "bicubic")
    .option("--resize <WxH or edge>", "size, or length of the shorter edge (default: the network's input)")
    .option("--crop <WxH>", "then cut this out of the middle")
    .option("--skip-broken", "leave pictures out that cannot be read, and list them")
    .option("--threads <count>", "(default: one a core)")
    .option("--seed <number>", "of the random projection", "1")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (model: string, stimuli: string, options: unknown) => {
      const { runExtract } = await import("./extract.ts");
      return runExtract(model, stimuli, options as Parameters<typeof runExtract>[2]);
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

function addPower(program: Command): void {
  program
    .command("power")
    .description(
      "how many people, runs or repeats tell one model from another, from a pilot or an assumed region",
    )
    .argument("<power.yaml>", "settings; see examples/power")
    .option("--out <folder>", "where table and figure go (default: results/<name of the file's folder>)")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (path: string, options: PowerCommand) => (await import("./power.ts")).power(path, options));
}

function addRsa(program: Command): void {
  program
    .command("rsa")
    .description("representational similarity: dissimilarities of people's responses against those of models")
    .argument("<rsa.yaml>", "settings; see docs/rsa.md")
    .option("--out <folder>", "where table and figure go (default: results/<name of the file's folder>)")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (path: string, options: RsaCommand) => (await import("./rsa.ts")).rsa(path, options));
}

function addMultiverse(program: Command): void {
  program
    .command("multiverse")
    .description("a study in every universe: how often does A beat B, where, and which choice flips it")
    .argument("<multiverse.yaml>", "a study, choices and their alternatives; see examples/multiverse")
    .option("--out <folder>", "where the report goes (default: results/<name of the file's folder>)")
    .option(
      "--store <folder>",
      "where finished steps are kept; may be deleted at any time",
      ".simcortex/store",
    )
    .option("--workers <count>", "worker threads (default: one a core)")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (path: string, options: MultiverseCommand) =>
      (await import("./multiverse.ts")).multiverse(path, options),
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
