import { checkNumber, type Matrix, matrix, type Random } from "../core/index.ts";

/** Time block of each row: stretches of `block` rows within a run; a shorter last stretch joins the one before it.
 * @param runLengths rows of each run, in order. @param block rows of a block, ≥ 1.
 * @returns block of each row, and their count. @throws EncodingError "option". */
export function assignBlocks(
  runLengths: readonly number[],
  block: number,
): { blocks: Int32Array; count: number } {
  checkNumber("assignBlocks", "block", block, { min: 1, whole: true });
  const blocks = new Int32Array(runLengths.reduce((a, b) => a + b, 0));
  let row = 0;
  let count = 0;
  for (const length of runLengths) {
    const here = Math.max(1, Math.floor(length / block));
    for (let i = 0; i < length; i++) blocks[row++] = count + Math.min(here - 1, Math.floor(i / block));
    if (length > 0) count += here;
  }
  return { blocks, count };
}

/** Bootstrap draws of blocks, with replacement.
 * @returns how often each block is drawn, (draws × blocks); each row sums to `blocks`. */
export function drawBlocks(random: Random, draws: number, blocks: number): Matrix<"draws", "blocks"> {
  checkNumber("drawBlocks", "draws", draws, { min: 1, whole: true });
  checkNumber("drawBlocks", "blocks", blocks, { min: 1, whole: true });
  const data = new Float64Array(draws * blocks);
  for (let d = 0; d < draws; d++)
    for (let b = 0; b < blocks; b++) {
      const k = d * blocks + random.integer(blocks);
      data[k] = (data[k] as number) + 1;
    }
  return matrix(["draws", "blocks"], draws, blocks, data);
}
