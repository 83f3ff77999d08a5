import { EncodingError, type Matrix, type Random } from "../../core/index.ts";
import type { Encoder } from "../encoder.ts";
import { type Rate, rateOf } from "./interval.ts";

/** Embeddings of classes: each is the mean, of length 1, of the embeddings of its names put into all templates.
 * @param names of each class, its synonyms. @param templates with `{}` where a name goes.
 * @returns (classes × width).
 * @throws EncodingError "option" if a template has no `{}`. @source prompt ensembles: Radford 2021, section 3.1.4. */
export async function embedClasses(
  encoder: Pick<Encoder, "texts">,
  names: readonly (readonly string[])[],
  templates: readonly string[],
): Promise<Matrix> {
  const odd = templates.find((template) => !template.includes("{}"));
  if (odd !== undefined || templates.length === 0)
    throw new EncodingError(
      "option",
      `embedClasses: every template needs {} where the name goes; got ${JSON.stringify(odd)}.`,
    );
  const prompts = names.map((all) => all.flatMap((name) => templates.map((t) => t.replaceAll("{}", name))));
  const rows = await encoder.texts(prompts.flat());
  const data = new Float32Array(names.length * rows.cols);
  let at = 0;
  for (const [k, list] of prompts.entries()) {
    const mean = data.subarray(k * rows.cols, (k + 1) * rows.cols);
    for (let i = 0; i < list.length; i++, at++)
      for (let c = 0; c < rows.cols; c++)
        mean[c] = (mean[c] as number) + (rows.data[at * rows.cols + c] as number);
    const length = Math.hypot(...mean);
    for (let c = 0; c < rows.cols; c++) mean[c] = (mean[c] as number) / length;
  }
  return { ...rows, rows: names.length, data };
}

/** Classify pictures by the nearest class embedding, without having been trained on classes.
 * `images` is (pictures × width), `classes` (classes × width) as {@link embedClasses} gives them, `labels` the class of each picture.
 * @returns the share of right ones; chance is that of always answering the class that comes most often. */
export function testZeroShot({
  images,
  classes,
  labels,
  random,
}: {
  readonly images: Matrix;
  readonly classes: Matrix;
  readonly labels: readonly number[];
  readonly random: Random;
}): Rate {
  const right = labels.map((label, i) => (nearest(images, i, classes) === label ? 1 : 0));
  const counts = Array.from({ length: classes.rows }, (_, k) => labels.filter((label) => label === k).length);
  return rateOf(right, Math.max(...counts) / labels.length, random);
}

function nearest(images: Matrix, i: number, classes: Matrix): number {
  let [best, at] = [Number.NEGATIVE_INFINITY, 0];
  for (let k = 0; k < classes.rows; k++) {
    let sum = 0;
    for (let c = 0; c < images.cols; c++)
      sum += (images.data[i * images.cols + c] as number) * (classes.data[k * images.cols + c] as number);
    if (sum > best) [best, at] = [sum, k];
  }
  return at;
}
