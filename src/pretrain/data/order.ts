import { createRandom } from "../../core/index.ts";
import type { Dataset } from "./dataset.ts";

/** Which sample stands at each place of one pass over the data: the shards in random order, read one after the other through a buffer
 * from which samples are drawn at random (as WebDataset shuffles), so that a disk reads nearly in order.
 *
 * The order depends on the seed, the pass and the sizes alone, so that training goes on at any place without having kept it.
 * @param buffer samples that the buffer holds; as many as there are, or more, gives a full shuffle.
 * @returns every number 0 … count−1 once. */
export function orderSamples(
  { shards, count }: Pick<Dataset, "shards" | "count">,
  { seed, pass, buffer }: { readonly seed: number; readonly pass: number; readonly buffer: number },
): Uint32Array {
  const random = createRandom(seed).stream(`order of pass ${pass}`);
  const starts = shards.map((_, k) => shards.slice(0, k).reduce((a, b) => a + b, 0));
  const held: number[] = [];
  const order = new Uint32Array(count);
  let done = 0;
  const draw = () => {
    const at = random.integer(held.length);
    order[done++] = held[at] as number;
    held[at] = held[held.length - 1] as number;
    held.pop();
  };
  for (const shard of random.permutation(shards.length))
    for (let k = 0; k < (shards[shard] as number); k++) {
      if (held.length >= buffer) draw();
      held.push((starts[shard] as number) + k);
    }
  while (held.length > 0) draw();
  return order;
}

/** A random cyclic permutation: every sample gets another one's caption, and none its own.
 * @returns for each sample, whose caption it gets. With one sample there is no other, and it keeps its own. */
export function derange(count: number, seed: number): Uint32Array {
  return createRandom(seed).stream("permuted captions").cycle(count);
}
