import type { Command } from "commander";
import type { RenderCommand } from "./render.ts";
import type { ServeCommand } from "./serve.ts";

/** The commands about a brain that can be asked: publish, serve, render, experiment. */
export function addBrainCommands(program: Command): void {
  addPublish(program);
  addServe(program);
  addRender(program);
  addExperiment(program);
}

function addPublish(program: Command): void {
  program
    .command("publish")
    .description(
      "a study as a static folder that any web server hands out: maps, scores and, of a virtual laboratory or with foundation models, the fitted brain",
    )
    .argument("<study.yaml>", "settings of a study; see examples/")
    .option(
      "--models <folder>",
      "of a virtual laboratory: family of twins, as `simcortex pretrain` writes it",
      "models/brivl-tiny",
    )
    .option(
      "--store <folder>",
      "of real data: where finished steps are kept; those of simcortex run are taken",
      ".simcortex/store",
    )
    .option("--out <folder>", "where it goes", "results/brain")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (path: string, options: unknown) => {
      const { publish } = await import("./publish.ts");
      return publish(path, options as Parameters<typeof publish>[1]);
    });
}

function addExperiment(program: Command): void {
  program
    .command("experiment")
    .description(
      "in-silico experiments on a published brain: contrasts, localisers, tuning, most-driving stimuli",
    )
    .argument("<experiment.yaml>", "sets of stimuli and what to do with them; see examples/experiment")
    .option("--out <folder>", "where results.json and pictures go", "results/experiment")
    .option("--json", "progress, result and errors on stdout, one JSON object a line")
    .action(async (path: string, options: unknown) => {
      const { experiment } = await import("./experiment.ts");
      return experiment(path, options as Parameters<typeof experiment>[1]);
    });
}

function addServe(program: Command): void {
  program
    .command("serve")
    .description("the page of a published brain and an API (OpenAPI) to it, on this machine")
    .argument("<folder>", "what simcortex publish wrote; or a study.yaml, whose brain is published first")
    .option("--port <number>", "0: any that is free", "4170")
    .option("--host <address>", "another address than this machine's own 127.0.0.1; asks for a token")
    .option("--token <text>", "asked of everyone (default: none, with --host one that is drawn)")
    .option("--seed <number>", "of a study.yaml: another world, another cohort")
    .option("--models <folder>", "of a study.yaml: the family of twins (default: the shipped ones)")
    .option(
      "--store <folder>",
      "of a study.yaml of real data: where finished steps are kept",
      ".simcortex/store",
    )
    .option("--out <folder>", "of a study.yaml: where its brain goes", "results/brain")
    .option("--open", "open the page in the browser")
    .option("--json", "address and errors on stdout, one JSON object a line")
    .action(async (folder: string, options: ServeCommand) =>
      (await import("./serve.ts")).serve(folder, options),
    );
}

function addRender(program: Command): void {
  program
    .command("render")
    .description("a view of a published brain as PNG, without a browser: what the page shows")
    .argument("<folder>", "what simcortex publish wrote")
    .option("--map <id...>", "one map, or two side by side (default: the first)")
    .option("--view <name>", "lateral, medial, top, below, back, front; left-… or right-… for one side")
    .option("--shape <name>", "folded, inflated, flat, or a number from 0 to 2 between them")
    .option("--address <text>", "the page's address, or its part after the question mark: the same view")
    .option("--person <id>", "whose maps (default: the mean, where there is one)")
    .option("--sentence <text>", "the predicted response to it instead of a map")
    .option("--picture <file>", "the predicted response to it instead of a map")
    .option("--model <id>", "that predicts (default: the first)")
    .option("--threshold <value>", "values nearer to zero are not drawn")
    .option("--only-significant", "nor is what is not significant")
    .option("--colours <name>", "of maps that grow from a bottom: viridis or cividis")
    .option("--no-names", "no names of regions")
    .option("--no-outlines", "no borders of regions")
    .option("--no-contour", "no line around what is significant")
    .option("--no-frame", "the cortex alone on a transparent ground: no title, no legend")
    .option("--dark", "on a dark ground")
    .option("--size <WIDTHxHEIGHT>", "of the picture", "1280x800")
    .option("--scale <number>", "pixels for one of these", "2")
    .option("--out <file>", "the picture", "results/brain.png")
    .option("--json", "result and errors on stdout, one JSON object a line")
    .action(async (folder: string, options: RenderCommand) =>
      (await import("./render.ts")).render(folder, options),
    );
}
