import { checkNumber, matrix, type Random } from "../core/index.ts";
import { wilsonInterval } from "./proportion.ts";
import { testSignFlip } from "./sign-flip.ts";

/** Power of a study with so many people. */
export interface PowerPoint {
  readonly people: number;
  /** Share of simulated studies that found the difference, in the right direction. */
  readonly power: number;
  /** Wilson's 95 % interval of the simulation. */
  readonly low: number;
  readonly high: number;
  /** The smallest p that the test can give with so many people; above `level` nothing can ever be found. */
  readonly smallestP: number;
}

/** How often the two-sided sign-flip test over people would find a difference, by simulation.
 * `drawPerson` gives the measured difference of one new person, its mean above 0; `people` are the numbers to try, ≥ 2, with `studies`
 * simulated for each; `level` is that of one test: divide by the tests of a family for Bonferroni's bound.
 * @returns one point for each number. Up to 12 people exact, beyond 999 draws. @throws EncodingError "option". */
export function powerOverPeople({
  drawPerson,
  people,
  studies = 1000,
  level = 0.05,
  random,
}: {
  drawPerson: (random: Random) => number;
  people: readonly number[];
  studies?: number;
  level?: number;
  random: Random;
}): PowerPoint[] {
  checkNumber("powerOverPeople", "studies", studies, { min: 20, whole: true });
  checkNumber("powerOverPeople", "level", level, { min: 1e-6, max: 0.5 });
  return people.map((count) => {
    checkNumber("powerOverPeople", "people", count, { min: 2, max: 1000, whole: true });
    const own = random.stream(`${count} people`);
    const data = Float64Array.from({ length: count * studies }, () => drawPerson(own));
    const { p, smallestP } = testSignFlip(matrix(["people", "tests"], count, studies, data), {
      alternative: "two-sided",
      random: own,
      draws: 999,
      exactUpTo: 12,
    });
    let found = 0;
    for (let k = 0; k < studies; k++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += data[i * studies + k] as number;
      if (sum > 0 && (p[k] as number) <= level + 1e-12) found++;
    }
    return { people: count, power: found / studies, ...wilsonInterval(found, studies), smallestP };
  });
}

/** The fewest people that reach a power, by linear interpolation between the numbers tried; null if none does. */
export function peopleNeeded(points: readonly PowerPoint[], goal: number): number | null {
  const sorted = [...points].sort((a, b) => a.people - b.people);
  const at = sorted.findIndex(({ power }) => power >= goal);
  const [before, after] = [sorted[at - 1], sorted[at]];
  if (after === undefined) return null;
  if (before === undefined) return after.people;
  const part = (goal - before.power) / (after.power - before.power);
  return Math.ceil(before.people + part * (after.people - before.people) - 1e-9);
}
