import { encodeGifti, encodeNifti, encodeNpy } from "../io/index.ts";
import { toFileNames } from "./file-name.ts";
import { countOf, formatCount, formatNumber, formatP } from "./format.ts";
import { escapeProse, plainTable } from "./html-text.ts";
import type { ReportFile, ReportVolume } from "./maps.ts";
import { intoVolume, vertexArray } from "./place-map.ts";
import type { StudyResult } from "./result.ts";
import type { ClusterMap } from "./result-maps.ts";

/** The table of the tested maps, and what a small p in them says; nothing where none were asked for. */
export function clusterSection(result: StudyResult): string {
  const { clusters, tests } = result;
  if (clusters === undefined) return "";
  const { maps, test, neighbours, extent, height } = clusters;
  const level = formatNumber(tests.level, Math.max(2, String(tests.level).split(".")[1]?.length ?? 0));
  const least = (own: ClusterMap) =>
    own.p.filter((p) => !Number.isNaN(p)).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const table = plainTable(
    `Maps with threshold-free cluster enhancement: how many targets lie in clusters with p ≤ ${level}, corrected over the targets of the map`,
    [
      { head: "Map", cells: maps.map(({ name }) => name) },
      { head: "Of", cells: maps.map(({ participant }) => participant ?? "all people") },
      { head: "Targets tested", number: true, cells: maps.map(({ tested }) => formatCount(tested)) },
      { head: "In clusters above zero", number: true, cells: maps.map(({ above }) => formatCount(above)) },
      {
        head: "Below zero",
        number: true,
        cells: maps.map(({ below, alternative }) =>
          alternative === "greater" ? "not tested" : formatCount(below),
        ),
      },
      { head: "Smallest p", number: true, cells: maps.map((own) => formatP(least(own), tests)) },
    ],
  );
  const smallest = maps.reduce((most, own) => Math.max(most, own.smallestP), 0);
  const notes = [
    `${test}. Each value is raised by the support of its neighbours at every height (extent to the power of ${formatNumber(extent, extent === 1 ? 0 : 1)}, height to ${height}; ${neighbours}) and held against the largest of the whole map in each draw.`,
    "A small p at a target says that a cluster which holds it, at some height, is not noise. It claims no single target, and not where the cluster ends.",
    `Corrected within a map, not over ${countOf(maps.length, "map")}; maps are not asked against the controls, which the tables of regions are.${smallest > tests.level ? ` The smallest p that can be reached is ${formatP(smallest, tests)} in a map: nothing can be found there at this level.` : ` The smallest p that can be reached is ${formatP(smallest, tests)}.`}`,
  ];
  return `<section id="maps"><h2>Maps</h2>${table}${notes.map((text) => `<p class="small">${escapeProse(text)}</p>`).join("")}</section>`;
}

/** Each tested map and its corrected p: NumPy arrays, in the space of the responses NIfTI files, on surfaces one GIFTI file a map and mesh.
 * @param volumes one a person, in order; a map of all people lies in the first. */
export function clusterFiles(
  { clusters, participants }: StudyResult,
  volumes: readonly ReportVolume[],
): readonly ReportFile[] {
  if (clusters === undefined) return [];
  const names = toFileNames(clusters.maps.map(({ participant, name }) => `${participant ?? "all"}-${name}`));
  return clusters.maps.flatMap((map, k): ReportFile[] => {
    const base = `maps/clusters-${names[k]}`;
    const volume = volumes[map.participant === null ? 0 : participants.indexOf(map.participant)];
    const parts = [
      ["value", map.name, map.value],
      ["p", `p, TFCE, FWE: ${map.name}`, map.p],
    ] as const;
    const surfaces = clusters.surfaces.map(({ name, targetAt }): ReportFile => {
      const arrays = parts.map(([, title, data]) => vertexArray(title, data, targetAt));
      return { path: `${base}-${name}.func.gii`, bytes: encodeGifti({ arrays }) };
    });
    return [
      ...parts.flatMap(([part, description, data]): ReportFile[] => [
        {
          path: `${base}-${part}.npy`,
          bytes: encodeNpy({ shape: [data.length], data: data as Float64Array<ArrayBuffer> }),
        },
        ...(volume === undefined
          ? []
          : [
              {
                path: `${base}-${part}.nii.gz`,
                bytes: encodeNifti({ ...volume, description, data: intoVolume(volume, data) }),
              },
            ]),
      ]),
      ...surfaces,
    ];
  });
}
