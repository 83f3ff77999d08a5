import { boundNote, type Equivalence, partitionNotes } from "../report/index.ts";
import type { BrainManifest, DifferenceRow, PartRow, SmallDifference, SpaceRow } from "../simulator/index.ts";
import { intervalOf } from "./page-table.ts";
import type { SolvedStudy } from "./solved.ts";

/** Every compared pair in every region. */
export function differencesOf({ result }: SolvedStudy): DifferenceRow[] {
  return result.comparisons.map(({ a, b, region, difference, p, pCorrected, equivalence }) => ({
    ...{ a, b, region, p, pCorrected },
    difference: intervalOf(difference),
    equivalence: smallOf(equivalence),
  }));
}

/** What every feature space adds to the joint model in every region. */
export function spacesOf({ result, data }: SolvedStudy): SpaceRow[] {
  return result.cells.map((cell) => {
    const s = data.spaces.findIndex(({ name }) => name === cell.space);
    const { space, region, p, pCorrected, significant } = cell;
    return {
      ...{ space, region, p, pCorrected, significant },
      control: data.spaces[s]?.control ?? false,
      alone: intervalOf(cell.alone),
      unique: intervalOf(cell.unique),
      weight: result.choices.bandWeights[data.regions.indexOf(region)]?.[s] ?? null,
      equivalence: smallOf(cell.equivalence),
    };
  });
}

/** What is said of differences being small. */
export function equivalenceOf({ result }: SolvedStudy): NonNullable<BrainManifest["equivalence"]> {
  return { margin: result.tests.equivalence.margin, text: boundNote(result, "in brackets", "–") };
}

/** The joint R² in all its parts, where the study asked for them. */
export function partitionOf({ result }: SolvedStudy): BrainManifest["partition"] {
  if (result.partition === null) return undefined;
  const parts = result.partition.regions.flatMap(({ region, parts }) =>
    parts.map(
      ({ spaces, share, perPerson }): PartRow => ({ region, spaces, share: intervalOf(share), perPerson }),
    ),
  );
  return { parts, text: partitionNotes(result) };
}

function smallOf({ bound, p, pCorrected, equivalent }: Equivalence): SmallDifference | null {
  if (Number.isNaN(bound)) return null;
  return { bound: Number.isFinite(bound) ? bound : null, p, pCorrected, equivalent };
}
