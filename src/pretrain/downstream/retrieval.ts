import { EncodingError, type Matrix, type Random } from "../../core/index.ts";
import { type Rate, rateOf } from "./interval.ts";

/** How often the right one is among the k nearest. */
export interface Retrieval {
  readonly imageToText: Readonly<Record<"R@1" | "R@5" | "R@10", Rate>>;
  readonly textToImage: Readonly<Record<"R@1" | "R@5" | "R@10", Rate>>;
}

/** Find each picture's caption among all captions, and each caption's picture among all pictures, by the product of embeddings.
 *
 * Captions with the same words (letters' case and spaces aside) cannot be told apart: they are one answer to a picture, and any of their pictures is
 * right. (Were each a candidate, ten copies of one caption would fill the ten nearest.) Of equally near ones
 * the expected share is counted, so that a model that answers everything alike is at chance.
 * Chance: the expected hits of a random order, 1 − C(n − m, k) / C(n, k) for an item with m right answers among n, averaged over items.
 * Row i of `images` and of `texts` (pairs × width) belong together, and `captions` has the words of each row of `texts`.
 * @throws EncodingError "shape" if the rows differ in number. */
export function testRetrieval({
  images,
  texts,
  captions,
  random,
}: {
  readonly images: Matrix;
  readonly texts: Matrix;
  readonly captions: readonly string[];
  readonly random: Random;
}): Retrieval {
  if (images.rows !== texts.rows || captions.length !== texts.rows || images.cols !== texts.cols)
    throw new EncodingError(
      "shape",
      `testRetrieval: images and texts must be of one shape, with a caption each; got ${images.rows} × ${images.cols}, ${texts.rows} × ${texts.cols} and ${captions.length} captions.`,
    );
  const same = groupsOf(captions);
  const all = captions.map((_, k) => k);
  const distinct = all.filter((k) => same[k] === k);
  const scores = (from: Matrix, to: Matrix, candidates: readonly number[]) =>
    Object.fromEntries(
      ([1, 5, 10] as const).map((k) => {
        const { hits, chance } = hitsAt(k, from, to, same, candidates);
        return [`R@${k}`, rateOf(hits, chance, random.stream(`R@${k}`))];
      }),
    ) as Retrieval["imageToText"];
  return { imageToText: scores(images, texts, distinct), textToImage: scores(texts, images, all) };
}

/** Number of the first caption with the same words. */
function groupsOf(captions: readonly string[]): number[] {
  const first = new Map<string, number>();
  return captions.map((caption, k) => {
    const words = caption.trim().toLowerCase().replace(/\s+/g, " ");
    if (!first.has(words)) first.set(words, k);
    return first.get(words) as number;
  });
}

function hitsAt(
  k: number,
  from: Matrix,
  to: Matrix,
  same: readonly number[],
  candidates: readonly number[],
): { hits: Float64Array; chance: number } {
  const hits = new Float64Array(from.rows);
  let chance = 0;
  for (let i = 0; i < from.rows; i++) {
    const near = candidates.map((j) => product(from, i, to, j));
    const isRight = candidates.map((j) => same[j] === same[i]);
    const best = near.reduce(
      (most, x, c) => (isRight[c] ? Math.max(most, x) : most),
      Number.NEGATIVE_INFINITY,
    );
    let [above, level, ties, right] = [0, 0, 0, 0]; // nearer than the best right one; as near as it, wrong and right; right at all
    for (const [c, x] of near.entries()) {
      if (isRight[c]) right++;
      if (x > best) above++;
      else if (x === best) isRight[c] ? ties++ : level++;
    }
    hits[i] = above >= k ? 0 : randomHit(level + ties, ties, k - above);
    chance += randomHit(candidates.length, right, k) / from.rows;
  }
  return { hits, chance };
}

/** Probability that a random choice of k among n holds one of m at least. */
function randomHit(n: number, m: number, k: number): number {
  let miss = 1;
  for (let j = 0; j < k && miss > 0; j++) miss *= Math.max(0, n - m - j) / (n - j);
  return k >= n ? 1 : 1 - miss;
}

function product(a: Matrix, i: number, b: Matrix, j: number): number {
  let sum = 0;
  for (let c = 0; c < a.cols; c++)
    sum += (a.data[i * a.cols + c] as number) * (b.data[j * b.cols + c] as number);
  return sum;
}
