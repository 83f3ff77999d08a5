import { countOf, formatInterval, formatR2, formatShare, joinWords } from "./format.ts";
import { escapeHtml, escapeProse, plainTable } from "./html-text.ts";
import type { RegionPartition, StudyResult } from "./result.ts";

const mostOpen = 8;
const collinear = 0.9;

/** All unique and shared parts of the joint R², region by region, with what makes them unstable; nothing where they were not asked for.
 * @returns HTML; folded away beyond 8 regions. */
export function partitionTable(result: StudyResult): string {
  const { partition } = result;
  if (partition === null) return "";
  const table = partsTable(result, partition.regions);
  const shown =
    partition.regions.length <= mostOpen
      ? table
      : `<details><summary>All parts of the joint R² in ${countOf(partition.regions.length, "region")}</summary>${table}</details>`;
  return `${shown}<p class="small notes">${escapeProse(partitionNotes(result))}</p>${overlapTable(result)}`;
}

function partsTable({ participants }: StudyResult, regions: readonly RegionPartition[]): string {
  const rows = regions.flatMap(({ region, parts }) => parts.map((part) => ({ ...part, region })));
  return plainTable(
    "All parts of the joint R²: what only one feature space explains, and what exactly some share",
    [
      { head: "Region", cells: rows.map(({ region }) => region) },
      { head: "Part", cells: rows.map(({ spaces }) => partName(spaces)) },
      {
        head: "R² [interval]",
        number: true,
        cells: rows.map(
          ({ share: { mean, low, high } }) =>
            `${formatR2(mean)}${low > 0 ? " *" : ""} ${formatInterval(low, high, formatR2)}`,
        ),
      },
      ...(participants.length > 1
        ? [
            {
              head: "People above 0",
              number: true,
              cells: rows.map(({ perPerson }) => {
                const known = perPerson.filter(Number.isFinite);
                return known.length === 0
                  ? "—"
                  : `${known.filter((value) => value > 0).length}/${known.length}`;
              }),
            },
          ]
        : []),
    ],
  );
}

/** `only sound`, `sound and meaning`. */
export function partName(spaces: readonly string[]): string {
  return spaces.length === 1 ? `only ${spaces[0]}` : joinWords(spaces);
}

/** How the parts are read: what they sum to, what their intervals carry, and what a part below zero means; empty where they were not asked for. */
export function partitionNotes({ partition, tests }: Pick<StudyResult, "partition" | "tests">): string {
  if (partition === null) return "";
  const parts = partition.regions.flatMap((own) => own.parts);
  const outside = parts.filter(({ share: { mean, low, high } }) => mean < low || mean > high).length;
  const negative = parts.filter(({ share }) => share.mean < 0).length;
  return [
    "The parts of a region sum to its joint R².",
    "*: the whole interval lies above zero; it is not corrected over parts, and shared parts have no test of their own (the unique ones stand above with theirs).",
    `Intervals: ${tests.interval}.`,
    negative === 0
      ? ""
      : `${negative} of ${parts.length} parts are below zero and left so: a shared part below zero means that these spaces predict better together than each by itself (suppression), or that a fit with more columns lost held-out variance; a unique part below zero, that the space cost more than it added. The part shared by all spaces also takes what every model loses where held-out rows have another mean than those that were learned from.`,
    outside === 0
      ? ""
      : `${countOf(outside, "interval")} ${outside === 1 ? "does" : "do"} not hold the value itself: the redrawn people and blocks scatter about another value; read ${outside === 1 ? "it" : "them"} as no interval.`,
    "A shared part says that any of its spaces could account for it, not which one does.",
  ]
    .filter((text) => text !== "")
    .join(" ");
}

function overlapTable({ partition }: StudyResult): string {
  const overlap = partition?.overlap ?? [];
  if (overlap.length < 2) return "";
  if (overlap.every(({ withOthers, withEach }) => [withOthers, ...withEach].every(Number.isNaN)))
    return `<p class="small notes">How far the spaces are collinear was not computed: they have too many columns. Near-collinear spaces make the parts arbitrary.</p>`;
  const unstable = overlap.filter(({ withOthers }) => withOthers > collinear).map(({ space }) => space);
  const table = plainTable("How much of each feature space the others hold", [
    { head: "Feature space", cells: overlap.map(({ space }) => space) },
    { head: "All others", number: true, cells: overlap.map(({ withOthers }) => formatShare(withOthers)) },
    ...overlap.map(({ space }, k) => ({
      head: space,
      number: true,
      cells: overlap.map(({ withEach }, row) => (row === k ? "" : formatShare(withEach[k] ?? Number.NaN))),
    })),
  ]);
  const note = `Share of a space's variance that is a linear function of the others, before delays, less what as many columns of noise would reach. What two spaces hold in common can only be shared; near 100 % hardly anything of a space is its own, and small changes of the data move its parts between unique and shared.${unstable.length > 0 ? ` That is so for ${joinWords(unstable)}: do not read these parts one by one.` : ""}`;
  return `${table}<p class="small notes">${escapeHtml(note)}</p>`;
}
