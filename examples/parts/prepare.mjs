/* Write the data of examples/parts/study.yaml: eight simulated people who hear five pieces of a radio play. What drives each region is planted, so that the
 * report can be held against it.
 *
 *     npm run build && node examples/parts/prepare.mjs [folder to write, default results/parts-data] */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createRandom } from "simcortex/core";

const out = resolve(process.argv[2] ?? "results/parts-data");
const random = createRandom(2).stream("radio play");
const [people, runs, samples, delay] = [8, 5, 100, 2];
const rows = runs * samples;
const draw = () => Float64Array.from({ length: rows }, () => random.normal());

// loudness rises where words begin: both feature spaces hold that they do ("speech"); the rest of each is its own
const [speech, pitch, length, sense] = [draw(), draw(), draw(), draw()];
table("sound", { loudness: speech, pitch });
table("words", { onsets: speech, length });
table("meaning", { sense });

/** Share of a region's variance that each of these explains; noise is the rest. */
const planted = {
  auditory: [
    [pitch, 0.2],
    [speech, 0.2],
  ],
  speech: [[speech, 0.3]],
  semantic: [
    [sense, 0.25],
    [length, 0.1],
  ],
  silent: [],
};
for (let p = 1; p <= people; p++) {
  const columns = Object.entries(planted).map(([region, drives]) => {
    const noise = autoregressive();
    const rest = 1 - drives.reduce((sum, [, share]) => sum + share, 0);
    const gain = 1 + 0.15 * random.normal(); // people differ
    const course = Float64Array.from({ length: rows }, (_, i) => {
      const first = i - (i % samples); // runs begin anew
      const driven =
        i - delay < first
          ? 0
          : drives.reduce((sum, [drive, share]) => sum + Math.sqrt(share) * drive[i - delay], 0);
      return gain * driven + Math.sqrt(rest) * noise[i];
    });
    return [region, course];
  });
  table(`person-${p}`, Object.fromEntries(columns));
}
process.stdout.write(`${people} people, ${runs} runs of ${samples} samples: ${out}\n`);

/** Noise whose neighbours correlate by .4, of variance 1. */
function autoregressive() {
  const noise = draw();
  for (let i = 1; i < rows; i++) noise[i] = 0.4 * noise[i - 1] + Math.sqrt(1 - 0.4 ** 2) * noise[i];
  return noise;
}

/** One column a name, one row a sample. */
function table(name, columns) {
  mkdirSync(out, { recursive: true });
  const lines = Array.from({ length: rows }, (_, i) =>
    Object.values(columns)
      .map((own) => own[i].toFixed(6))
      .join(),
  );
  writeFileSync(join(out, `${name}.csv`), `${[Object.keys(columns).join(), ...lines].join("\n")}\n`);
}
