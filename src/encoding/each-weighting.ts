import type { Linalg } from "../linalg/index.ts";
import { inLanes } from "./lanes.ts";

/** A weighting and an alpha, tried together. */
export interface Pair {
  readonly weights: ArrayLike<number>;
  readonly alpha: number;
}

/** Use what is prepared for the weighting of some pairs, once for all of them; pairs of one weighting must follow each other.
 * @param work gets neighbouring pairs [from, to) of one weighting: as many as the backend solves together.
 * @param finish gets what was prepared when the last of them is done. */
export async function eachWeighting<T>(
  pairs: readonly Pair[],
  { together, parallel }: Linalg,
  {
    prepare,
    work,
    finish,
  }: {
    prepare: (weights: ArrayLike<number>) => Promise<T>;
    work: (made: T, from: number, to: number) => Promise<void>;
    finish: (made: T) => void;
  },
): Promise<void> {
  const batches: { readonly from: number; to: number; readonly turn: { left: number; made?: Promise<T> } }[] =
    [];
  for (const [p, { weights }] of pairs.entries()) {
    const last = batches.at(-1);
    const same = last !== undefined && pairs[last.from]?.weights === weights;
    if (same && last.to - last.from < together) last.to++;
    else batches.push({ from: p, to: p + 1, turn: same ? last.turn : { left: 0 } });
  }
  for (const { turn } of batches) turn.left++;
  await inLanes(batches.length, parallel, async (k) => {
    const { from, to, turn } = batches[k] as (typeof batches)[number];
    turn.made ??= prepare((pairs[from] as Pair).weights);
    const made = await turn.made;
    await work(made, from, to);
    if (--turn.left === 0) finish(made);
  });
}
