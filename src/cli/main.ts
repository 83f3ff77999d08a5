#!/usr/bin/env node
import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { guardStreams, tellError } from "./tell.ts";

/** The command line. Exit code 0: done; 1: one readable line; 130: Ctrl-C; 143: SIGTERM.
 * What a command needs is loaded when it is called, so that help and errors come at once. */
const json = process.argv.includes("--json");
guardStreams(process);
try {
  const program = createProgram({ json });
  if (process.argv.length > 2) await program.parseAsync();
  else program.outputHelp();
} catch (error) {
  const told = error instanceof CommanderError; // help or version
  if (!told) process.exitCode = tellError(error, { json, stdout: process.stdout, stderr: process.stderr });
}
