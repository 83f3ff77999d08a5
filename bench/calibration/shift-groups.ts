import type { Random } from "../../src/core/index.ts";
import { addShifted, testPairedShift } from "../../src/stats/index.ts";
import { count, type Measured } from "./measured.ts";
import { type Condition, drawEqual, type Equal, run, testRuns } from "./null-study.ts";

/** Two equally good models whose differences are shifted in a circle: within whole runs, and within runs that were cut into short stretches. */
export async function shifted(random: Random, studies: number, condition: Condition): Promise<Measured[]> {
  const family = "Model against model (two-sided), over blocks of held-out time";
  const stretches = [run, 30].map((length) => ({
    lengths: testRuns.flatMap((whole) => new Array<number>(whole / length).fill(length)),
    rate: count(
      family,
      length === run ? "circular shift within runs" : `circular shift within stretches of ${length}`,
      condition.name,
    ),
  }));
  for (let k = 0; k < studies; k++) {
    const study = await drawEqual(random, condition, 2, "together");
    for (const { lengths, rate } of stretches) {
      const sums = [0, 1].map((t) => savedUnderShifts(study, t, lengths));
      const how = { runLengths: lengths, alternative: "two-sided", random, draws: 199 } as const;
      rate.add(testPairedShift(sums, how).p);
    }
  }
  return stretches.map(({ rate }) => rate.done());
}

function savedUnderShifts({ Y, A, B }: Equal, t: number, lengths: readonly number[]): Float64Array {
  const column = (m: Equal["Y"]) =>
    Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + t] as number);
  const [y, a, b] = [column(Y), column(A), column(B)];
  const u = y.map((value, i) => value - ((a[i] as number) + (b[i] as number)) / 2);
  const d = a.map((value, i) => value - (b[i] as number));
  const out = new Float64Array(y.length);
  addShifted(u, d, lengths, out);
  return out;
}
