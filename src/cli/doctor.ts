import { inspectMachine } from "../linalg/index.ts";
import { findFfmpeg } from "../stimuli/index.ts";

/** `simcortex doctor`: what was found, how fast it is, and what would be faster. */
export async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const [report, ffmpeg] = [await inspectMachine(), await findFfmpeg()];
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...report, ffmpeg })}\n`);
    return;
  }
  const lines = [
    `Node ${report.node} on ${report.platform}, ${report.cores} cores, ${report.memoryGiB.toFixed(1)} GiB memory`,
    "",
    `${"backend".padEnd(12)} ${"float32".padStart(9)} ${"float64".padStart(9)}   eigh n = ${report.eighSize}`,
    ...report.backends.map((b) =>
      b.found
        ? `${b.name.padEnd(12)} ${b.float32.toFixed(0).padStart(5)} GF/s ${b.float64.toFixed(0).padStart(4)} GF/s   ${b.eighSeconds.toFixed(2)} s   ${b.version}`
        : `${b.name.padEnd(12)} not found: ${b.hint}`,
    ),
    "",
    `Studies will use: ${report.chosen} (GF/s: thousand million operations a second, one thread; workers run side by side)`,
    ...(report.advice === null ? [] : [`To get more: ${report.advice}`]),
    ffmpeg === null
      ? "Film files (mp4, mkv …) cannot be read: there is no ffmpeg on the PATH. To get it: apt-get install ffmpeg, brew install ffmpeg or winget install ffmpeg"
      : `Film files (mp4, mkv …) are read by ffmpeg ${ffmpeg}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
