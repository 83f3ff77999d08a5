import { isEncodingError } from "../../core/index.ts";
import { plainView } from "./augment.ts";
import type { Dataset } from "./dataset.ts";
import type { LoadPool } from "./pool.ts";

/** Pairs as a model sees them: the middle of each picture, and one of its captions. */
export interface LoadedPairs {
  /** Numbers of the samples in the data set. */
  readonly indices: readonly number[];
  /** (3, edge, edge) each. */
  readonly pictures: readonly Float32Array<ArrayBuffer>[];
  readonly captions: readonly string[];
}

/** Load the first samples of a data set, in order, without augmentation; damaged ones are left out.
 * @param most samples. */
export async function loadAll(
  dataset: Dataset,
  pool: LoadPool,
  { edge, seed, most = 1000 }: { readonly edge: number; readonly seed: number; readonly most?: number },
): Promise<LoadedPairs> {
  const count = Math.min(most, dataset.count);
  const loaded = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const sample = dataset.sample(index);
      const request = { sample, position: index, seed, edge, views: [plainView], captions: sample.captions };
      return pool.load(request, index).catch((error: unknown) => {
        if (isEncodingError(error, "format")) return null;
        throw error;
      });
    }),
  );
  const whole = loaded.flatMap((sample, index) => (sample === null ? [] : [{ ...sample, index }]));
  return {
    indices: whole.map(({ index }) => index),
    pictures: whole.map(({ views }) => views[0] as Float32Array<ArrayBuffer>),
    captions: whole.map(({ caption }) => caption),
  };
}
