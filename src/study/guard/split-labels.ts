import type { Fold } from "../../encoding/index.ts";

/** Held-out rows whose label (run, group, stimulus) stands among the training rows too, and how many labels are torn apart.
 * @param labels one a row; below 0 is none. */
export function splitLabels(
  labels: ArrayLike<number>,
  folds: readonly Fold[],
): { readonly rows: readonly number[]; readonly labels: ReadonlySet<number>; readonly tested: number } {
  const rows: number[] = [];
  const torn = new Set<number>();
  let tested = 0;
  for (const { train, test } of folds) {
    const known = new Set(Array.from(train, (row) => labels[row] as number));
    tested += test.length;
    for (const row of test) {
      const label = labels[row] as number;
      if (label < 0 || !known.has(label)) continue;
      rows.push(row);
      torn.add(label);
    }
  }
  return { rows, labels: torn, tested };
}
