import { matrix, type Random } from "../core/index.ts";
import { adjust, meanDefined, testSignFlip } from "../stats/index.ts";
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

/** What is exchanged under the null, and how. */
export interface TestUnit {
  readonly kind: "people" | "blocks";
  /** Of the one-sided tests so far. */
  readonly smallestP: number;
  readonly name: string;
  /** Test a family, corrected by itself. @param perPerson [column][person]. @param perBlock [column][person][block]: what is exchanged where there
   * are too few people. */
  test(
    family: string,
    perPerson: readonly (readonly number[])[],
    perBlock: readonly (readonly Float64Array[])[],
    alternative: "greater" | "two-sided",
  ): Tested;
}

/** The unit that is exchanged under the null: people, or blocks of held-out time. */
export function chooseUnit(
  scores: readonly ScoreOutput[],
  settings: StudySettings,
  random: Random,
): TestUnit {
  const { tests } = settings;
  const people = scores.length;
  const byPeople = people >= fewestPeople;
  let smallestP = 1;
  let exact = true;
  const blocks = scores[0]?.regions[0]?.saved.length ?? 0;
  return {
    kind: byPeople ? ("people" as const) : ("blocks" as const),
    get smallestP() {
      return smallestP;
    },
    get name() {
      const how = exact ? "exact" : `${tests.permutations} draws`;
      return byPeople
        ? `sign-flip over ${people} people, one-sided, ${how}`
        : `paired exchange of models over ${blocks} blocks of ${blockOf(settings)} held-out samples, one-sided, ${how}; too few people (${people}) for a test over people`;
    },
    test(
      family: string,
      perPerson: readonly (readonly number[])[],
      perBlock: readonly (readonly Float64Array[])[],
      alternative: "greater" | "two-sided",
    ): Tested {
      const columns = byPeople ? perPerson : perBlock.map(meanOverPeople);
      const rows = byPeople ? people : blocks;
      const table = new Float64Array(rows * columns.length);
      for (const [k, column] of columns.entries())
        for (let i = 0; i < rows; i++) table[i * columns.length + k] = column[i] as number;
      const result = testSignFlip(matrix(["people", "tests"], rows, columns.length, table), {
        alternative,
        random: random.stream(`test ${family}`),
        draws: tests.permutations,
      });
      if (alternative === "greater") ({ smallestP, exact } = result);
      return {
        values: perPerson,
        p: result.p,
        corrected: tests.correction === "max" ? result.pMax : adjust(result.p, tests.correction),
      };
    },
  };
}

function meanOverPeople(people: readonly Float64Array[]): number[] {
  return Array.from(people[0] ?? [], (_, b) => meanDefined(people.map((own) => own[b] as number)));
}
