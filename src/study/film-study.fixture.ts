import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, type Random } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";

/** A clip of a film: a grating under a soft window, at rest or drifting. */
export interface Clip {
  readonly seconds: number;
  /** Degrees in which the stripes follow each other, 0 to 180. */
  readonly orientation: number;
  readonly cycles: number;
  readonly contrast: number;
  readonly phase: number;
  /** Hz; below 0 the other way. */
  readonly hertz: number;
}

export interface FilmStudyOptions {
  readonly runs: number;
  readonly samples: number;
  readonly people: number;
  readonly targets: number;
  readonly seed: number;
}

export const film = { size: 32, rate: 10, tr: 2 } as const;

/** Clips of one sample each: orientation, frequency and contrast say nothing of which way they drift. */
export function drawClips(random: Random, count: number): Clip[] {
  return Array.from({ length: count }, () => ({
    seconds: film.tr,
    orientation: random.uniform() < 0.5 ? 0 : 90,
    cycles: 3 + 2 * random.uniform(),
    contrast: 20 + 80 * random.uniform(),
    phase: 2 * Math.PI * random.uniform(),
    hertz: (random.uniform() < 0.5 ? -1 : 1) * (1.5 + 1.5 * random.uniform()),
  }));
}

/** Grey frames of clips in a row, (frames × size × size). */
export function paintClips(clips: readonly Clip[], rate: number = film.rate): Uint8Array<ArrayBuffer> {
  const { size } = film;
  const parts = clips.map(({ seconds, orientation, cycles, contrast, phase, hertz }) => {
    const angle = (orientation * Math.PI) / 180;
    return Uint8Array.from({ length: seconds * rate * size * size }, (_, k) => {
      const t = Math.floor(k / (size * size)) / rate;
      const [x, y] = [(k % size) / (size - 1) - 0.5, 0.5 - (Math.floor(k / size) % size) / (size - 1)];
      const along = x * Math.cos(angle) + y * Math.sin(angle);
      const window = Math.exp(-(x * x + y * y) / 0.18);
      return 128 + contrast * window * Math.cos(2 * Math.PI * (cycles * along - hertz * t) + phase);
    });
  });
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Write a study of films: one film a run, MT answers to the way that upright gratings drift, V1 to their contrast and orientation, and *silent* to nothing; each two
 * samples late. Beside it stands a feature space without meaning.
 * @returns study.yaml. */
export function writeFilmStudy(
  folder: string,
  { runs, samples, people, targets, seed }: FilmStudyOptions,
): string {
  const random = createRandom(seed).stream("films");
  mkdirSync(join(folder, "films"), { recursive: true });
  const drives = Array.from({ length: runs }, (_, r) => {
    const clips = drawClips(random.stream(`run ${r}`), samples);
    const { size } = film;
    const data = paintClips(clips);
    writeFileSync(
      join(folder, "films", `run-${r + 1}.npy`),
      encodeNpy({ shape: [data.length / size ** 2, size, size], data }),
    );
    writeFileSync(
      join(folder, `films-run-${r + 1}.csv`),
      `onset,duration,file\n0,${samples * film.tr},films/run-${r + 1}.npy\n`,
    );
    const noise = random.stream(`nothing ${r}`);
    writeFileSync(
      join(folder, `nothing-run-${r + 1}.npy`),
      encodeNpy({
        shape: [samples, 3],
        data: Float64Array.from({ length: 3 * samples }, () => noise.normal()),
      }),
    );
    return clips.map(({ orientation, hertz, contrast }) => {
      const upright = orientation === 0 ? 1 : 0;
      return [2 * upright * Math.sign(hertz), (contrast / 40) * (upright ? 1 : -1), 0];
    });
  });
  for (let p = 1; p <= people; p++)
    for (const [r, drive] of drives.entries()) {
      const own = random.stream(`person ${p} run ${r}`);
      const data = Float64Array.from({ length: samples * 3 * targets }, (_, k) => {
        const [i, t] = [Math.floor(k / (3 * targets)), Math.floor((k % (3 * targets)) / targets)];
        return (i >= 2 ? (drive[i - 2]?.[t] as number) : 0) + 1.5 * own.normal();
      });
      writeFileSync(
        join(folder, `p${p}-run-${r + 1}.npy`),
        encodeNpy({ shape: [samples, 3 * targets], data }),
      );
    }
  const names = ["MT", "V1", "silent"].flatMap((name) => new Array<string>(targets).fill(name));
  return `
title: Films
question: Does anything beyond what films look like predict these regions?
seed: ${seed}
tr: ${film.tr}
participants: [${Array.from({ length: people }, (_, p) => `p${p + 1}`).join(", ")}]
runs: [{ id: run, samples: ${samples}, count: ${runs} }]
responses: { file: "{participant}-{run}.npy" }
regions: { names: [${names.join(", ")}] }
stimuli: { films: { file: "films-{run}.csv", rate: ${film.rate} } }
features: { nothing: { ready: { file: "nothing-{run}.npy" } } }
delays: [1, 2]
outer: { folds: ${runs} }
fit: { alphas: { from: 1, to: 100000, count: 6 }, inner: { folds: 2 } }
tests: { bootstrap: 100 }
`;
}
