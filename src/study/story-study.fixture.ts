import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";

/** Small hemispheres of GIFTI (left) and FreeSurfer (right) files, made by `make.py` there. */
export const smallSurface: string = fileURLToPath(new URL("./fixtures/surface/", import.meta.url));

export const storyRegions = ["front", "back", "silent"] as const;
const [runs, samples] = [3, 60] as const;

/** Write a study of people who hear a story: time series of a few regions, features that were computed elsewhere, and no encoder. `front`
 * follows the first feature space, `back` the second, `silent` neither; people differ in noise.
 * @param targets of each region and person, 1: responses given by region.
 * @param margin of equivalence; left out: none. @param layered let `sound` choose among layers 4, 5 and 6, of which 5 is what drives.
 * @returns the text of study.yaml. */
export function writeStoryStudy(
  folder: string,
  {
    people = 3,
    targets = () => 1,
    margin,
    layered = false,
  }: {
    readonly people?: number;
    readonly targets?: (person: number) => number;
    readonly margin?: number;
    readonly layered?: boolean;
  } = {},
): string {
  const random = createRandom(11).stream("story");
  const rows = runs * samples;
  const drawn = (columns: number) => Float64Array.from({ length: rows * columns }, () => random.normal());
  const [sound, meaning] = [drawn(2), drawn(3)];
  mkdirSync(join(folder, "responses"), { recursive: true });
  cpSync(smallSurface, join(folder, "surface"), { recursive: true });
  const save = (name: string, data: Float64Array<ArrayBuffer>) =>
    writeFileSync(join(folder, `${name}.npy`), encodeNpy({ shape: [rows, data.length / rows], data }));
  save("sound", sound);
  save("meaning", meaning);
  if (layered) for (const layer of [4, 5, 6]) save(`sound-${layer}`, layer === 5 ? sound : drawn(2));
  const ids = Array.from({ length: people }, (_, p) => `p${p + 1}`);
  for (const [p, id] of ids.entries()) {
    const each = targets(p);
    const cols = storyRegions.length * each;
    const Y = Float64Array.from({ length: rows * cols }, (_, k) => {
      const [i, region] = [Math.floor(k / cols), Math.floor((k % cols) / each)];
      const drive =
        [(sound[2 * i] as number) - (sound[2 * i + 1] as number), meaning[3 * i] as number, 0][region] ?? 0;
      return drive + (0.6 + 0.2 * p) * random.normal();
    });
    save(`responses/${id}`, Y);
    writeFileSync(
      join(folder, "responses", `${id}.csv`),
      `region\n${storyRegions.map((_, g) => `${g + 1}\n`.repeat(each)).join("")}`,
    );
  }
  return `
title: A story
question: Which features add something in which region?
seed: 3
tr: 2
participants: [${ids.join(", ")}]
runs: [{ id: part, samples: ${samples}, count: ${runs} }]
responses: { file: "responses/{participant}.npy" }
regions: { labels: "responses/{participant}.csv", names: { 1: front, 2: back, 3: silent } }
card: { license: CC0-1.0, attribution: nobody }
features:
  sound: { description: how it sounds, ready: { file: "sound${layered ? "-{layer}" : ""}.npy" } }
  meaning: { description: what it means, ready: { file: meaning.npy } }
${layered ? "layers: { from: 4, to: 6 }\n" : ""}outer: { folds: 3 }
compare: [[sound, meaning]]
fit: { alphas: { from: 1, to: 100, count: 3 }, weightings: 3, inner: { folds: 2 } }
tests: { bootstrap: 100${margin === undefined ? "" : `, equivalence: { margin: ${margin} }`} }
ceiling: people
controls: false
`;
}

/** The surface of these regions, for the same file: `middle` of the atlas is silent. */
export const storySurface = `
surface:
  space: two ellipsoids
  note: The parcels only contain the regions.
  names: { middle: silent }
  left: { folded: surface/left.folded.surf.gii, inflated: surface/left.inflated.surf.gii, flat: surface/left.flat.surf.gii, sulcus: surface/left.sulc.shape.gii, labels: surface/left.parts.label.gii }
  right: { folded: surface/rh.folded, inflated: surface/rh.inflated, flat: surface/rh.patch.flat, sulcus: surface/rh.sulc, labels: surface/rh.parts.annot }
`;
