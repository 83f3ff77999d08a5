import { isEncodingError } from "../core/index.ts";

/** Where an error is told. */
export interface TellOptions {
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Tell a person (stderr) or a program (JSON on stdout) in one line why a command ended.
 * Only what is not ours, a bug, comes with its stack and that of the worker it happened in.
 * @returns the exit code: 130 after Ctrl-C, 143 after SIGTERM, else 1. */
export function tellError(error: unknown, { json, stdout, stderr }: TellOptions): number {
  const cancelled = isEncodingError(error, "cancelled");
  if (json)
    stdout.write(`${JSON.stringify({ event: cancelled ? "cancelled" : "error", ...record(error) })}\n`);
  else stderr.write(`${cancelled ? "" : "error: "}${words(error)}\n`);
  if (!cancelled) return 1;
  return error.details.signal === "SIGTERM" ? 143 : 130;
}

function record(error: unknown): Record<string, unknown> {
  if (isEncodingError(error)) return { kind: error.kind, message: oneLine(error.message) };
  return { kind: "bug", message: oneLine(messageOf(error)), stack: stackOf(error) };
}

function words(error: unknown): string {
  if (isEncodingError(error)) return oneLine(error.message);
  return `${oneLine(messageOf(error))}\n(this is a bug of simcortex, please report it)\n${stackOf(error)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The stack of an error and of its causes. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = error.stack ?? "";
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}

/** A reader that has gone (`| head`) is no error: the work goes on without being told. A full disk behind stdout is one line and code 1. */
export function guardStreams({ stdout, stderr }: Pick<NodeJS.Process, "stdout" | "stderr">): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.exitCode = 1;
    stderr.write(
      `error: cannot write to standard output: ${error.code === "ENOSPC" ? "the disk is full" : error.message}.\n`,
    );
  });
  stderr.on("error", () => {});
}
