import { EncodingError, matrix, type Responses, stackCols, stackRows, toDtype } from "../core/index.ts";
import { reliabilityOfMean } from "../stats/index.ts";
import type { BrainData } from "./study-data.ts";

/** Responses of a person: [run][repeat], (samples × targets). */
export type PersonRuns = readonly (readonly Responses[])[];

/** Which runs and rows are learned from and tested. */
export interface Rows {
  readonly train: readonly number[];
  /** Test runs with their rows in the stacked test matrix. */
  readonly test: readonly {
    readonly run: number;
    readonly id: string;
    readonly from: number;
    readonly to: number;
  }[];
  /** Run of each training row. */
  readonly runOf: Int32Array;
  /** All people's targets side by side: training rows. */
  training(responses: readonly PersonRuns[]): Responses;
  /** Test rows, mean over repeats. */
  measured(responses: readonly PersonRuns[]): Responses;
}

/** Sort the runs of a study by what they are for.
 * @throws EncodingError "design" without two training runs and a test run. */
export function rowsOf({ runs }: BrainData): Rows {
  const of = (role: string) => runs.flatMap((run, r) => (run.role === role ? [r] : []));
  const [train, test] = [of("train"), of("test")];
  if (train.length < 2 || test.length === 0)
    throw new EncodingError(
      "design",
      `fitBrain: needs at least two training runs and a test run; got ${train.length} and ${test.length}.`,
    );
  let at = 0;
  const placed = test.map((run) => {
    const { id = "", samples = 0 } = runs[run] ?? {};
    const from = at;
    at += samples;
    return { run, id, from, to: at };
  });
  const side = (responses: readonly PersonRuns[], which: readonly number[]) =>
    stackRows(
      which.map((run) =>
        stackCols(responses.map((person) => meanRepeats(person[run] as readonly Responses[]))),
      ),
    );
  return {
    train,
    test: placed,
    runOf: Int32Array.from(train.flatMap((run) => new Array<number>(runs[run]?.samples ?? 0).fill(run))),
    training: (responses) => toDtype(side(responses, train), "float32"),
    measured: (responses) => side(responses, test),
  };
}

function meanRepeats(repeats: readonly Responses[]): Responses {
  const first = repeats[0] as Responses;
  if (repeats.length === 1) return toDtype(first, "float64");
  const sum = new Float64Array(first.data.length);
  for (const one of repeats)
    for (let k = 0; k < sum.length; k++)
      sum[k] = (sum[k] as number) + (one.data[k] as number) / repeats.length;
  return matrix(first.axes, first.rows, first.cols, sum);
}

/** Mean over people, repeat by repeat. */
export function averagePeople({ people, runs }: BrainData): PersonRuns {
  return runs.map((run, r) =>
    Array.from({ length: run.repeats }, (_, k) =>
      meanRepeats(people.map(({ responses }) => responses[r]?.[k] as Responses)),
    ),
  );
}

/** Share of the variance of the mean over repeats that is signal, (people × targets); NaN without repeats. */
export function ceilingOf(
  { regionOf }: BrainData,
  { test }: Rows,
  responses: readonly PersonRuns[],
): Float64Array {
  const targets = regionOf.length;
  const out = new Float64Array(responses.length * targets).fill(Number.NaN);
  for (const [p, person] of responses.entries()) {
    const repeats = Math.min(...test.map(({ run }) => person[run]?.length ?? 0));
    if (repeats < 2) continue;
    const whole = Array.from({ length: repeats }, (_, k) =>
      stackRows(test.map(({ run }) => toDtype(person[run]?.[k] as Responses, "float64"))),
    );
    const segments = test.map(({ from, to }) => [from, to] as const);
    out.set(reliabilityOfMean(whole, { segments }), p * targets);
  }
  return out;
}
