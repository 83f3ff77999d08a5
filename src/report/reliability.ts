import { formatNumber, joinWords } from "./format.ts";
import { plainTable } from "./html-text.ts";
import type { StudyResult } from "./result.ts";

/** Targets that passed the mask by reliability, region by region; nothing where there is none. */
export function reliabilityTable({ reliability }: StudyResult): string {
  if (reliability === undefined) return "";
  const { minimum, judgedOn, regions } = reliability;
  const column = (values: readonly number[]) =>
    values.map((value) => formatNumber(value, values.every(Number.isInteger) ? 0 : 1, { wholes: true }));
  return plainTable(
    `Reliable targets, mean over people: at least ${formatNumber(minimum, 2)} of ${judgedOn}. All scores are of these`,
    [
      { head: "Region", cells: regions.map(({ region }) => region) },
      { head: "Targets kept", number: true, cells: column(regions.map(({ kept }) => kept)) },
      { head: "Of", number: true, cells: column(regions.map(({ of }) => of)) },
    ],
  );
}

/** That scores are of reliable targets only, and of how many. */
export function reliabilitySentence({ reliability }: StudyResult): readonly string[] {
  if (reliability === undefined) return [];
  const { minimum, judgedOn, regions } = reliability;
  const sum = (key: "kept" | "of") =>
    formatNumber(
      regions.reduce((total, region) => total + region[key], 0),
      0,
    );
  const empty = regions.filter(({ kept }) => kept === 0).map(({ region }) => region);
  return [
    `All scores are of reliable targets (at least ${formatNumber(minimum, 2)} of ${judgedOn}): ${sum("kept")} of ${sum("of")} targets of the regions, mean over people. Nothing is said of the others.${empty.length > 0 ? ` None is reliable in ${joinWords(empty, 6)}.` : ""}`,
  ];
}
