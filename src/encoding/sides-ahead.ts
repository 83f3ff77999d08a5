import { openSpare, type Spare } from "../core/index.ts";
import type { Problem, Sides, Tile } from "./problem.ts";

/** One fold of some targets. */
export interface Job {
  readonly problem: Problem;
  readonly tile: Tile;
}

/** Bytes of right sides that are kept from one round to the next. */
const keptBytes = 64 << 20;

/** Right sides of one job after the other. */
export interface SidesAhead {
  /** Make those of the first job now. */
  begin(): void;
  /** Lend those of the next job; where calls run side by side, those of the job after it are made meanwhile. */
  use(use: (sides: Sides) => Promise<void>): Promise<void>;
}

/** Lend right sides, job after job and round after round. They are made once where several rounds ask for them and all fit into {@link keptBytes}; otherwise
 * each is written over one before.
 * @param rounds times that every job comes. @param parallel calls side by side. @param spare memory that they may be written to. */
export function lendSides(
  jobs: readonly Job[],
  {
    rounds,
    parallel,
    spare = openSpare(),
  }: { readonly rounds: number; readonly parallel: number; readonly spare?: Spare },
): SidesAhead {
  const kept: Promise<Sides>[] = [];
  const begun: Promise<Sides>[] = [];
  const total = jobs.length * rounds;
  let next = 0;
  const begin = () => {
    const place = next++ % jobs.length;
    const { problem, tile } = jobs[place] as Job;
    const made = kept[place] ?? problem.sides(tile, spare);
    made.catch(() => {}); // thrown where it is asked for
    begun.push(made);
  };
  let place = 0;
  return {
    begin,
    async use(use) {
      if (begun.length === 0) begin();
      const made = begun.shift() as Promise<Sides>;
      const sides = await made;
      const used = use(sides);
      if (parallel > 1 && next < total) begin(); // calls are under way while this thread is busy with them
      await used;
      const { right, test } = sides;
      if (rounds > 1 && jobs.length * (right.data.byteLength + test.data.byteLength) <= keptBytes)
        kept[place] = made;
      else spare.give(right.data, test.data);
      place = (place + 1) % jobs.length;
    },
  };
}
