import { checkNumber, EncodingError, type Random } from "../core/index.ts";
import type { Fold } from "./folds.ts";

/** Deal units (groups, runs, or single rows) to folds at random, of as equal a count as can be.
 *
 * A unit is never on both sides; what hangs together across units is, which is why a study whose rows are dealt singly is refused by the
 * design guard unless every row is a group of its own.
 * @param units unit of each row. @param runs run of each row; `gap` rows of the same run are dropped around held-out ones.
 * @throws EncodingError "design" for fewer units than folds, or a fold without training rows. */
export function shuffleFolds(
  units: ArrayLike<number>,
  runs: ArrayLike<number>,
  { folds, gap = 0, random }: { readonly folds: number; readonly gap?: number; readonly random: Random },
): Fold[] {
  checkNumber("shuffleFolds", "folds", folds, { min: 2, whole: true });
  const distinct = [...new Set(Array.from(units))];
  if (distinct.length < folds)
    throw new EncodingError(
      "design",
      `shuffleFolds: ${folds} folds need at least ${folds} groups, runs or rows to deal out; got ${distinct.length}. Ask for fewer folds.`,
    );
  const order = random.permutation(distinct.length);
  const foldOfUnit = new Map(distinct.map((unit, k) => [unit, (order[k] as number) % folds]));
  const foldOf = Int32Array.from(units, (unit) => foldOfUnit.get(unit) as number);
  return Array.from({ length: folds }, (_, f) => {
    const rows = [...foldOf.keys()];
    const test = rows.filter((row) => foldOf[row] === f);
    const train = rows.filter((row) => foldOf[row] !== f && !isNear(row, f));
    if (train.length < 2)
      throw new EncodingError(
        "design",
        `shuffleFolds: fold ${f} has ${train.length} training samples left with a gap of ${gap}. Shuffled rows leave no room for a gap: ask for a smaller one.`,
      );
    return { train: Int32Array.from(train), test: Int32Array.from(test) };
  });

  function isNear(row: number, fold: number): boolean {
    for (let d = -gap; d <= gap; d++)
      if (foldOf[row + d] === fold && runs[row + d] === runs[row]) return true;
    return false;
  }
}
