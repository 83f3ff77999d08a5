import type { Random } from "../../core/index.ts";
import { percentileInterval } from "../../stats/index.ts";

/** A share with its 95 % interval and the level that guessing reaches. */
export interface Rate {
  readonly value: number;
  /** Bootstrap over test items. */
  readonly low: number;
  readonly high: number;
  readonly chance: number;
  readonly items: number;
}

/** Mean of right answers with a 95 % percentile interval from 1,000 seeded bootstrap samples of the items.
 * @param right 1 or 0 (or a share) for each test item. @param chance level of guessing. */
export function rateOf(right: ArrayLike<number>, chance: number, random: Random): Rate {
  const items = right.length;
  const mean = (pick: (k: number) => number) => {
    let sum = 0;
    for (let k = 0; k < items; k++) sum += right[pick(k)] as number;
    return sum / items;
  };
  const draws = Float64Array.from({ length: 1000 }, () => mean(() => random.integer(items)));
  return { value: mean((k) => k), ...percentileInterval(draws, 0.95), chance, items };
}
