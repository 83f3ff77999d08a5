import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../core/index.ts";
import { encodeNifti, encodeNpy } from "../io/index.ts";
import type { ClusterMap, StudyResult } from "../report/index.ts";

const [nx, ny, nz] = [6, 6, 3] as const;
const [runs, samples] = [3, 60] as const;
export const blobRows: number = runs * samples;
const affine = [3, 0, 0, -9, 0, 3, 0, -9, 0, 0, 3, -4, 0, 0, 0, 1];
const at = (x: number, y: number, z: number) => x + nx * (y + ny * z);
/** All voxels of the image. */
export const everywhere: readonly number[] = Array.from({ length: nx * ny * nz }, (_, v) => v);
/** A block of 18 voxels that follows the first feature, near one corner in odd people, near the other in even ones. */
export const blobOf = (p: number): ReadonlySet<number> =>
  new Set(
    [0, 1, 2].flatMap((a) =>
      [0, 1, 2].flatMap((b) => [0, 1].map((c) => (p % 2 === 0 ? at(a, b, c) : at(a + 3, b + 3, c + 1)))),
    ),
  );
/** Masks of people leave another edge out. */
export const maskOf = (p: number): number[] =>
  everywhere.filter((v) => (p % 2 === 0 ? v % nx < 5 : v % nx > 0));

/** Write the files of a study of six people, each with a block of voxels that follows a feature: own masks and blocks, or a shared mask and block. */
export function writeBlobs(folder: string): void {
  for (const name of ["bold", "masks", "vertices"]) mkdirSync(join(folder, name));
  const random = createRandom(12).stream("clusters");
  const [sound, meaning] = [0, 1].map(() =>
    Float64Array.from({ length: blobRows }, () => random.normal()),
  ) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
  writeFileSync(join(folder, "sound.npy"), encodeNpy({ shape: [blobRows, 1], data: sound }));
  writeFileSync(join(folder, "meaning.npy"), encodeNpy({ shape: [blobRows, 1], data: meaning }));
  const image = { affine, voxelSizes: [3, 3, 3], description: "" };
  const mask = (inside: readonly number[]) =>
    encodeNifti({
      ...image,
      shape: [nx, ny, nz],
      data: Float32Array.from(everywhere, (v) => (inside.includes(v) ? 1 : 0)),
    });
  writeFileSync(join(folder, "masks", "all.nii.gz"), mask(everywhere));
  for (let p = 0; p < 6; p++) {
    writeFileSync(join(folder, "masks", `p${p}.nii.gz`), mask(maskOf(p)));
    for (const [name, blob] of [
      ["own", blobOf(p)],
      ["shared", blobOf(0)],
    ] as const) {
      const noise = random.stream(`${name} ${p}`);
      const strength = name === "own" ? 0.7 : 0.5;
      const data = Float32Array.from({ length: blobRows * nx * ny * nz }, (_, k) => {
        const [i, v] = [Math.floor(k / (nx * ny * nz)), k % (nx * ny * nz)];
        return (blob.has(v) ? strength * (sound[i] as number) : 0) + noise.normal();
      });
      writeFileSync(
        join(folder, "bold", `p${p}-${name}.nii`),
        encodeNifti({ ...image, shape: [nx, ny, nz, blobRows], data }, { gzip: false }),
      );
    }
  }
}

/** study.yaml of some of the people. @param responses and `names` of regions, as the settings have them. @param tests beside the draws. */
export function blobStudy(
  people: number,
  responses: string,
  tests: string,
  names = "labels: masks/all.nii.gz, names: { 1: brain }",
): string {
  return `
title: Where on the brain?
question: Which voxels follow sound?
seed: 2
tr: 2
participants: [${Array.from({ length: people }, (_, p) => `p${p}`).join(", ")}]
runs: [{ id: part, samples: ${samples}, count: ${runs} }]
responses: { ${responses} }
regions: { ${names} }
features: { sound: { ready: { file: sound.npy } }, meaning: { ready: { file: meaning.npy } } }
outer: { folds: 3 }
compare: [[sound, meaning]]
fit: { alphas: { from: 1, to: 1000, count: 4 }, weightings: 3, inner: { folds: 2 } }
tests: { bootstrap: 100, permutations: 499, ${tests} }
ceiling: none
controls: false
`;
}

/** A tested map by its name, of one person or of all. */
export const clusterMapOf = (result: StudyResult, name: string, participant: string | null): ClusterMap =>
  result.clusters?.maps.find((own) => own.name === name && own.participant === participant) as ClusterMap;
