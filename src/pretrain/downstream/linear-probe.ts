import type { Random } from "../../core/index.ts";
import { fitHead, type HeadOptions, type Labelled } from "./head.ts";
import { type Rate, rateOf } from "./interval.ts";

/** Linear probe: multinomial logistic regression on frozen features.
 * @param train items to fit on. @param test other items.
 * @returns the share of right ones among the test items; chance is that of always answering the class that comes most often among them. */
export async function testLinearProbe(
  train: Labelled,
  test: Labelled,
  { classes, random, ...options }: Omit<HeadOptions, "hidden"> & { readonly random: Random },
): Promise<Rate> {
  const classify = await fitHead(train, { classes, random: random.stream("head"), ...options });
  const answers = await classify(test.features);
  const right = answers.map((answer, i) => (answer === test.labels[i] ? 1 : 0));
  return rateOf(right, mostCommon(test.labels), random.stream("interval"));
}

/** Share of the label that comes most often. */
export function mostCommon(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}
