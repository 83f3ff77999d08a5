import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type WatchInput, watchFilm } from "../../src/study/films/watch-film.ts";

/** What a second of one core gives of a film file, as a study sees it: read by ffmpeg, low-level vision, motion energy. Needs ffmpeg.
 *
 *     npx tsx bench/motion-energy/watch.ts [640x480] [seconds] */
const [size = "640x480", length = "30"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "simcortex-watch-"));
const path = join(folder, "film.mkv");
const source = `testsrc2=size=${size}:rate=24:duration=${length}`;
const pyramid = {
  width: 96,
  height: 96,
  spatialFrequencies: [0, 2, 4, 8, 16],
  temporalFrequencies: [0, 2, 4],
  directions: 8,
  compression: "log",
} as const;
const pyramids = [
  { ...pyramid, spatialFrequencies: [...pyramid.spatialFrequencies], temporalFrequencies: [0, 2, 4] },
];
const input = (look: boolean, own: WatchInput["pyramids"]): WatchInput => ({
  film: { name: path, path, sha256: "", rate: null, dataset: null },
  showings: [{ onset: 0, duration: Number(length), samples: Math.ceil(Number(length) / 2) }],
  tr: 2,
  look,
  pyramids: own,
});
try {
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-q:v", "3", path]);
  process.stdout.write(
    `${size}, ${length} s at 24 frames a second; ${cpus()[0]?.model}, Node ${process.versions.node}; milliseconds of this process a frame.\n`,
  );
  for (const [name, one] of [
    ["warm", input(true, pyramids)],
    ["read and signed", input(false, [])],
    ["and low-level vision", input(true, [])],
    ["and motion energy, 1,380 filters", input(false, pyramids)],
    ["all", input(true, pyramids)],
  ] as const) {
    const before = process.cpuUsage();
    const seen = await watchFilm(one);
    const { user, system } = process.cpuUsage(before);
    if (typeof seen === "string") throw new Error(seen);
    if (name !== "warm")
      process.stdout.write(`${name}: ${((user + system) / 1000 / seen.frames).toFixed(1)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
