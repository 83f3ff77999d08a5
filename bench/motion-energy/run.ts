import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/core/index.ts";
import { createMotionEnergyBank, type RgbPicture } from "../../src/features/index.ts";
import { encodeNpy, parseNpy } from "../../src/io/index.ts";

/** Motion energy beside pymoten on the same film, in alternating runs, each of pymoten's in a process of its own. Prints a table in Markdown.
 *
 *     npx tsx bench/motion-energy/run.ts [--pymoten SOURCE] [--python python3] [--frames 150] [--repeats 3]
 *
 * Without --pymoten ours is run alone. Ours takes one thread. */
const { values } = parseArgs({
  options: {
    pymoten: { type: "string" },
    python: { type: "string", default: "python3" },
    frames: { type: "string", default: "150" },
    repeats: { type: "string", default: "3" },
  },
});
const [frames, repeats, rate] = [Number(values.frames), Number(values.repeats), 15];
const peers = [
  { way: "plain", threads: 1 },
  { way: "batched", threads: 1 },
  { way: "batched", threads: 2 },
] as const;
const cases = [
  { height: 96, width: 96, frequencies: [0, 2, 4, 8, 16] },
  { height: 96, width: 96, frequencies: [0, 2, 4, 8, 16, 32] },
];

/** Blurred noise that drifts, another way in each second: something at every frequency and direction. */
function makeFilm(height: number, width: number): RgbPicture[] {
  const random = createRandom(11);
  const waves = Array.from({ length: 60 }, () => ({
    x: 20 * random.normal(),
    y: 20 * random.normal(),
    t: 3 * random.normal(),
    phase: 6.3 * random.uniform(),
  }));
  return Array.from({ length: frames }, (_, t) => ({
    width,
    height,
    data: Uint8Array.from({ length: 3 * width * height }, (_, k) => {
      const [x, y] = [(Math.floor(k / 3) % width) / height, Math.floor(k / (3 * width)) / height];
      const sum = waves.reduce(
        (a, w) => a + Math.cos(2 * Math.PI * (w.x * x + w.y * y + (w.t * t) / rate) + w.phase),
        0,
      );
      return Math.max(0, Math.min(255, 128 + 12 * sum));
    }),
  }));
}

const { lightnessOf } = await import("../../src/features/picture.ts");
const folder = mkdtempSync(join(tmpdir(), "simcortex-motion-"));
const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] as number;
const span = (list: number[]) =>
  `${median(list).toFixed(0)} (${Math.min(...list).toFixed(0)} to ${Math.max(...list).toFixed(0)})`;
let versions = "";
const rows: string[] = [];
try {
  for (const { height, width, frequencies } of cases) {
    const film = makeFilm(height, width);
    const light = film.map(lightnessOf);
    const path = join(folder, "film.npy");
    const flat = Float64Array.from(light.flatMap((frame) => [...frame]));
    writeFileSync(path, encodeNpy({ shape: [frames, height, width], data: flat }));
    const bank = createMotionEnergyBank(width, height, rate, { spatialFrequencies: frequencies });
    const runOurs = (list: readonly (RgbPicture | Float64Array)[], own = bank) => {
      const stream = own.start();
      const start = performance.now();
      const out = list.flatMap((frame) => stream.push(frame) ?? []);
      out.push(...stream.finish());
      return { perSecond: (1000 * frames) / (performance.now() - start), out };
    };
    runOurs(light); // compiled
    const speeds = { light: [] as number[], rgb: [] as number[], peers: peers.map(() => [] as number[]) };
    let agreement = "–";
    for (let k = 0; k < repeats; k++) {
      speeds.light.push(runOurs(light).perSecond);
      speeds.rgb.push(runOurs(film).perSecond);
      if (values.pymoten === undefined) continue;
      for (const [p, { way, threads }] of peers.entries()) {
        const out = k === 0 && p === 0 ? join(folder, "theirs") : "-";
        const args = [
          join(import.meta.dirname, "peer.py"),
          values.pymoten,
          path,
          String(rate),
          JSON.stringify(frequencies),
          way,
          String(threads),
          out,
        ];
        const told = JSON.parse(
          execFileSync(values.python, args, {
            encoding: "utf8",
            maxBuffer: 2 ** 28,
            stdio: ["ignore", "pipe", "ignore"],
          })
            .trim()
            .split("\n")
            .at(-1) as string,
        );
        versions = told.versions;
        speeds.peers[p]?.push(frames / told.seconds);
        if (out !== "-") agreement = compare(told.filters, out, frequencies, light, width, height);
      }
    }
    rows.push(
      `| ${width} × ${height}, ${bank.columns} filters | ${span(speeds.light)} | ${span(speeds.rgb)} | ${speeds.peers.map((list) => (list.length > 0 ? span(list) : "–")).join(" | ")} | ${agreement} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** How far ours is from pymoten's: its directions of motion are the opposite ones. */
function compare(
  theirs: readonly (readonly [number, number, number, number, number, number])[],
  out: string,
  spatialFrequencies: readonly number[],
  light: readonly Float64Array[],
  width: number,
  height: number,
): string {
  const key = (list: readonly number[]) => list.map((value) => value.toFixed(7)).join();
  const places = new Map(theirs.map((filter, k) => [key(filter), k]));
  const read = (name: string) => parseNpy(readFileSync(name)).data;
  const [exact, masked] = [read(`${out}.npy`), read(`${out}-masked.npy`)];
  const bank = createMotionEnergyBank(width, height, rate, { spatialFrequencies, compression: "sqrt" });
  const stream = bank.start();
  const own = light.flatMap((frame) => stream.push(frame) ?? []);
  own.push(...stream.finish());
  const far: number[] = [];
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (const [i, row] of own.entries())
    for (const [j, f] of bank.filters.entries()) {
      const turned =
        f.temporalFrequency > 0 && f.spatialFrequency > 0 ? (f.direction + 180) % 360 : f.direction;
      const place = places.get(
        key([f.x, f.y, turned, f.spatialFrequency, f.spatialSigma, f.temporalFrequency]),
      ) as number;
      const k = i * bank.columns + place;
      far.push(Math.abs((row[j] as number) / (exact[k] as number) - 1));
      const [a, b] = [Math.log((row[j] as number) + 1e-5), masked[k] as number];
      [n, x, y, xx, yy, xy] = [n + 1, x + a, y + b, xx + a * a, yy + b * b, xy + a * b];
    }
  far.sort((a, b) => a - b);
  const at = (share: number) => (far[Math.floor(share * (far.length - 1))] as number).toExponential(1);
  const r = (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y));
  return `${at(0.5)}, ${at(0.99)}, ${at(1)}; r ${r.toFixed(7)}`;
}

process.stdout.write(`${frames} frames; frames a second: median of ${repeats} runs (lowest to highest). ${cpus()[0]?.model}, Node ${process.versions.node}${versions && `; ${versions}`}.
Agreement: difference of amplitudes, relative (median, 99 % and largest), pymoten's mask off; r of logarithms, mask on.

| film | ours, from L* | ours, from RGB | pymoten, filter by filter, 1 thread | pymoten, batched, 1 thread | pymoten, batched, 2 threads | agreement |
|---|---|---|---|---|---|---|
${rows.join("\n")}
`);
