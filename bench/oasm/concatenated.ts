import { type Responses, takeRows } from "../../src/core/index.ts";
import { correlate, meanDefined } from "../../src/stats/index.ts";
import { meanResponses } from "../../src/study/ceilings.ts";
import type { SolvedStudy } from "../../src/study.ts";

/** r of predicting each fold's training mean, over the rows of all folds one after the other: mean over people and targets. Not how this program scores:
 * a fold whose responses are high has a low training mean, so that this is below zero without any signal. */
export function concatenatedR({ data, folds }: SolvedStudy): number {
  return meanDefined(
    data.people.map((person) => {
      const whole = meanResponses(data, person);
      const rows = Int32Array.from(folds.flatMap(({ test }) => [...test]));
      const means = folds.map(({ train }) => columnMeans(takeRows(whole, train)));
      const predicted = Float64Array.from(
        folds.flatMap(({ test }, f) => Array.from(test, () => [...(means[f] as Float64Array)]).flat()),
      );
      return meanDefined(correlate(takeRows(whole, rows), { ...whole, rows: rows.length, data: predicted }));
    }),
  );
}

function columnMeans({ rows, cols, data }: Responses): Float64Array {
  const out = new Float64Array(cols);
  for (let k = 0; k < data.length; k++)
    out[k % cols] = (out[k % cols] as number) + (data[k] as number) / rows;
  return out;
}
