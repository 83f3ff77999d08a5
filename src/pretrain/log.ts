import { appendFile, readFile } from "node:fs/promises";
import { writeFileAtomic } from "../io/index.ts";

/** One line of a run's log. */
export interface LogLine {
  /** Steps done, from 1. */
  readonly step: number;
  readonly loss: number;
  /** Length of the gradient before clipping. */
  readonly norm: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
  /** What the signal tells beside its loss: shares of right answers. */
  readonly [output: string]: number;
}

/** A log of JSON lines, one a step.
 * @param step of the checkpoint that training goes on from: later lines, of work that was lost, are dropped. */
export async function openLog(
  path: string,
  step: number,
): Promise<{ lines: LogLine[]; add(line: LogLine): Promise<void> }> {
  const text = step === 0 ? "" : await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n").flatMap((line) => {
    const parsed = parseLine(line);
    return parsed !== null && parsed.step <= step ? [parsed] : [];
  });
  await writeFileAtomic(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return {
    lines,
    async add(line) {
      lines.push(line);
      await appendFile(path, `${JSON.stringify(line)}\n`);
    },
  };
}

/** A line that a kill cut off is no line. */
function parseLine(text: string): LogLine | null {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return null;
  }
}
