import { matrix, type Random } from "../core/index.ts";
import type { Equivalence } from "../report/index.ts";
import { adjust, meanDefined, testEquivalence, testPairedShift, testSignFlip } from "../stats/index.ts";
import { blockOf } from "./plan.ts";
import type { ScoreOutput } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";

/** Fewer people than this cannot reach .05 by flipping signs (with correction); then time blocks are the unit. */
export const fewestPeople = 6;

/** A tested family: values of each person, p and corrected p of each column. */
export interface Tested {
  readonly values: readonly (readonly number[])[];
  readonly p: Float64Array;
  readonly corrected: Float64Array;
}

/** What a family of tests may exchange where there are too few people, [column][person]. */
export interface Exchanged {
  /** Squared error saved in each block. */
  readonly blocks: readonly (readonly Float64Array[])[];
  /** The same under each circular shift of each stretch; absent unless the study shifts. */
  readonly shifts?: readonly (readonly Float64Array[])[];
  /** Samples of each stretch. */
  readonly lengths?: readonly number[];
}

/** What is exchanged under the null, and how. */
export interface TestUnit {
  readonly kind: "people" | "blocks" | "shifts";
  /** Of the one-sided tests so far. */
  readonly smallestP: number;
  readonly name: string;
  /** Test a family, corrected by itself. @param perPerson [column][person]. @param exchanged what is exchanged where there are too few people. */
  test(
    family: string,
    perPerson: readonly (readonly number[])[],
    exchanged: Exchanged,
    alternative: "greater" | "two-sided",
  ): Tested;
  /** Test that each of a family's differences is smaller than the margin of the settings, on the same unit. */
  testEquivalence(
    family: string,
    perPerson: readonly (readonly number[])[],
    exchanged: Exchanged,
  ): readonly Equivalence[];
  /** Name and smallest p of these tests. */
  readonly equivalence: { readonly name: string; readonly smallestP: number };
}

/** The unit that is exchanged under the null: people, or blocks of held-out time; or that time is shifted in a circle. Equivalence is tested
 * over people or blocks: a shift has no margin. */
export function chooseUnit(
  scores: readonly ScoreOutput[],
  settings: StudySettings,
  random: Random,
): TestUnit {
  const { tests } = settings;
  const people = scores.length;
  const byPeople = people >= fewestPeople;
  const lengths = byPeople ? undefined : scores[0]?.stretches;
  const rows = byPeople ? people : (scores[0]?.regions[0]?.saved.length ?? 0);
  const blocks = `${rows} blocks of ${blockOf(settings)} held-out samples`;
  const few = `too few people (${people}) for a test over people`;
  let last: { smallestP: number; exact: boolean; shifts?: number } = { smallestP: 1, exact: true }; // of the one-sided tests
  let lastEquivalence = { smallestP: 1, exact: true };
  const told = ({ exact }: { exact: boolean }) => (exact ? "exact" : `${tests.permutations} draws`);
  const tabulate = (columns: readonly (readonly number[])[]) =>
    matrix(
      ["people", "tests"] as const,
      rows,
      columns.length,
      Float64Array.from(
        { length: rows * columns.length },
        (_, at) => columns[at % columns.length]?.[Math.floor(at / columns.length)] as number,
      ),
    );
  return {
    kind: byPeople ? "people" : lengths ? "shifts" : "blocks",
    get smallestP() {
      return last.smallestP;
    },
    get name() {
      if (lengths)
        return `circular shift, within ${stretchWords(lengths)}, of what sets two models apart, one-sided, ${last.exact ? `exact (${(last.shifts ?? 1).toLocaleString("en-US")} shifts)` : told(last)}; ${few}`;
      return byPeople
        ? `sign-flip over ${people} people, one-sided, ${told(last)}`
        : `paired exchange of models over ${blocks}, one-sided, ${told(last)}; ${few}`;
    },
    get equivalence() {
      const what = byPeople ? `sign-flip tests over ${people} people` : `paired exchanges over ${blocks}`;
      return {
        name: `two one-sided ${what}, ${told(lastEquivalence)}`,
        smallestP: lastEquivalence.smallestP,
      };
    },
    test(family, perPerson, exchanged, alternative) {
      const how = { alternative, random: random.stream(`test ${family}`), draws: tests.permutations };
      const { blocks, shifts = [] } = exchanged;
      const result = lengths
        ? testPairedShift(shifts.map(meanArrays), { ...how, runLengths: lengths })
        : testSignFlip(tabulate(byPeople ? perPerson : blocks.map(meanOverPeople)), how);
      if (alternative === "greater") last = result;
      return {
        values: perPerson,
        p: result.p,
        corrected: tests.correction === "max" ? result.pMax : adjust(result.p, tests.correction),
      };
    },
    testEquivalence(family, perPerson, { blocks: perBlock }) {
      // a block's share of the difference, times the number of blocks: their mean is the difference
      const whole = (own: readonly Float64Array[]) => meanOverPeople(own).map((value) => value * rows);
      const { margin } = tests.equivalence ?? {};
      const result = testEquivalence(tabulate(byPeople ? perPerson : perBlock.map(whole)), {
        ...(margin !== undefined && { delta: margin }),
        random: random.stream(`equivalence ${family}`),
        draws: tests.permutations,
        level: tests.level,
      });
      lastEquivalence = result;
      const { bound, p, pMax } = result;
      const corrected = tests.correction === "max" ? pMax : adjust(p, tests.correction);
      return Array.from(bound, (own, k) => ({
        bound: own,
        p: p[k] as number,
        pCorrected: corrected[k] as number,
        equivalent: (corrected[k] as number) <= tests.level,
      }));
    },
  };
}

function stretchWords(lengths: readonly number[]): string {
  const sizes = [...new Set(lengths)].sort((a, b) => a - b);
  const [least, most] = [sizes[0], sizes[sizes.length - 1]];
  return `${lengths.length} held-out ${lengths.length === 1 ? "stretch" : "stretches"} of ${least === most ? least : `${least} to ${most}`} samples`;
}

function meanArrays(people: readonly Float64Array[]): Float64Array {
  return Float64Array.from(meanOverPeople(people));
}

function meanOverPeople(people: readonly Float64Array[]): number[] {
  return Array.from(people[0] ?? [], (_, b) => meanDefined(people.map((own) => own[b] as number)));
}
