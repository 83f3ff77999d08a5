import type { Random } from "../../core/index.ts";
import { assignBlocks } from "../../stats/index.ts";
import type { StudyRun } from "../data.ts";

/** Rows of each run in another order: whole blocks change places within their run in one random cycle, so that no block keeps its own. Blocks
 * of unlike length are stretched: row i of n takes row ⌊i m / n⌋ of the m rows of the other.
 * @param blockOf block of each row of all runs, blocks of a run together; null: blocks of `block` rows.
 * @returns for each run, the row of the same run whose features each row takes; null where no run has two blocks. A run of one block stays. */
export function permuteRows(
  runs: readonly StudyRun[],
  blockOf: Int32Array | null,
  block: number,
  random: Random,
): readonly Int32Array[] | null {
  let [start, exchanged] = [0, false];
  const orders = runs.map(({ samples, id }) => {
    const own = blockOf
      ? blockOf.slice(start, start + samples)
      : assignBlocks([samples], Math.min(block, samples)).blocks;
    start += samples;
    const blocks = rowsOfBlocks(own);
    if (blocks.length < 2) return Int32Array.from(own.keys());
    exchanged = true;
    const other = random.stream(`permuted ${id}`).cycle(blocks.length);
    return Int32Array.from(
      blocks.flatMap((rows, b) => {
        const from = blocks[other[b] as number] as readonly number[];
        return rows.map((_, i) => from[Math.floor((i * from.length) / rows.length)] as number);
      }),
    );
  });
  return exchanged ? orders : null;
}

function rowsOfBlocks(blockOf: Int32Array): number[][] {
  const out: number[][] = [];
  for (const [row, block] of blockOf.entries())
    if (row > 0 && block === blockOf[row - 1]) out[out.length - 1]?.push(row);
    else out.push([row]);
  return out;
}
