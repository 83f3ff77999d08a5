import { join } from "node:path";
import { encodeCsv, removeDrafts, writeFileAtomic } from "../../io/index.ts";
import { toSvgFile } from "../figure.ts";
import type { ReportFile } from "../maps.ts";
import { multiverseText } from "./answer.ts";
import { drawMultiverse, renderMultiverse } from "./page.ts";
import type { MultiverseResult } from "./record.ts";

/** Write a multiverse: the page, the answer, tables, everything as JSON, and the figures. Each file is written whole or not at all; the
 * same result gives the same bytes.
 * @returns paths inside `folder`, sorted. @throws EncodingError "file". */
export async function writeMultiverse(result: MultiverseResult, folder: string): Promise<readonly string[]> {
  const files = multiverseFiles(result);
  await removeDrafts(folder, { olderThan: 0 });
  for (const { path, bytes } of files) await writeFileAtomic(join(folder, path), bytes);
  return files.map(({ path }) => path).sort();
}

/** All files of a multiverse, in memory. */
export function multiverseFiles(result: MultiverseResult): readonly ReportFile[] {
  const figures = drawMultiverse(result);
  const drawn = [figures.verdicts, figures.choices, ...figures.curves.map(({ figure }) => figure)];
  return [
    { path: "multiverse.html", bytes: renderMultiverse(result, figures) },
    { path: "answer.txt", bytes: multiverseText(result) },
    { path: "universes.csv", bytes: encodeCsv(universeColumns(result)) },
    ...(result.refused.length > 0 ? [{ path: "refused.csv", bytes: encodeCsv(refusedColumns(result)) }] : []),
    { path: "multiverse.json", bytes: `${JSON.stringify(result, null, 1)}\n` },
    ...drawn.flatMap((figure) =>
      figure === null ? [] : [{ path: `figures/${figure.id}.svg`, bytes: toSvgFile(figure.wide) }],
    ),
  ];
}

/** One row a universe and region; universes are counted from 1 in the order of the choices. */
export function universeColumns({ universes, choices, regions }: MultiverseResult) {
  const rows = universes.flatMap((universe, u) =>
    universe.regions.map((cell, g) => ({ u, universe, cell, region: regions[g] as string })),
  );
  type Row = (typeof rows)[number];
  const numbers = (name: string, pick: (row: Row) => number) => ({
    name,
    values: Float64Array.from(rows, pick),
  });
  const texts = (name: string, pick: (row: Row) => string) => ({ name, values: rows.map(pick) });
  return [
    numbers("universe", ({ u }) => u + 1),
    ...choices.map(({ name, alternatives }, c) =>
      texts(`choice_${name}`, ({ universe }) => alternatives[universe.picks[c] as number] as string),
    ),
    texts("region", ({ region }) => region),
    numbers("difference_r2", ({ cell }) => cell.difference.mean),
    numbers("difference_r2_low", ({ cell }) => cell.difference.low),
    numbers("difference_r2_high", ({ cell }) => cell.difference.high),
    numbers("p", ({ cell }) => cell.p),
    numbers("p_corrected", ({ cell }) => cell.pCorrected),
    texts("verdict", ({ cell }) => cell.verdict),
    texts("controls_not_beaten", ({ cell }) => cell.unbeaten.join("; ")),
    texts("overrides", ({ universe }) => universe.overrides.join("; ")),
    ...(rows.some(({ cell }) => cell.truth !== undefined)
      ? [numbers("truth_r2", ({ cell }) => cell.truth ?? Number.NaN)]
      : []),
  ];
}

function refusedColumns({ refused, choices }: MultiverseResult) {
  return [
    ...choices.map(({ name, alternatives }, c) => ({
      name: `choice_${name}`,
      values: refused.map(({ picks }) => alternatives[picks[c] as number] as string),
    })),
    { name: "rule", values: refused.map(({ rule }) => rule) },
    { name: "what", values: refused.map(({ what }) => what) },
    { name: "repair", values: refused.map(({ repair }) => repair) },
  ];
}
