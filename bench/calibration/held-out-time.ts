import { matrix, type Responses } from "../../src/core/index.ts";
import {
  assignBlocks,
  expectedLevel,
  expectedPairedLevel,
  suggestBlock,
  suggestPairedBlock,
  testBlockPermutation,
  testCircularShift,
  testPairedBlocks,
} from "../../src/stats/index.ts";
import { count, type Group, type Measured } from "./measured.ts";
import { type Condition, drawEqual, drawSilent, type Equal, run, testRuns } from "./null-study.ts";

/** r > 0 where there is nothing: each study has one model, fitted with delays, and four targets; family-wise over the four. */
export function withinRuns(name: string, condition: Condition): Group {
  return {
    name,
    async measure(random, studies) {
      const family = "A prediction against chance (r > 0), within runs";
      const row = (test: string, kind?: Measured["kind"]) => count(family, test, condition.name, kind);
      const blocks = [1, 5, 10, 20].map((block) => ({
        block,
        rate: row(
          block === 1 ? "single TRs (naive)" : `blocks of ${block}`,
          block === 1 ? "naive" : "offered",
        ),
      }));
      const [suggested, shift] = [row("suggested block, else shift"), row("circular shift")];
      const family4 = row("circular shift, maximum over 4 targets");
      for (let k = 0; k < studies; k++) {
        const { Y, P } = await drawSilent(random, condition, 4);
        const how = { runLengths: testRuns, draws: 199, random };
        for (const { block, rate } of blocks) {
          rate.add(testBlockPermutation(Y, P, { ...how, block }).p);
          rate.addExpected(expectedLevel(Y, P, { runLengths: testRuns, block }));
        }
        const shifted = testCircularShift(Y, P, how);
        shift.add(shifted.p);
        family4.add([Math.min(...shifted.pMax)]);
        const { block } = suggestBlock(Y, P, { runLengths: testRuns });
        const own = block === null ? shifted : testBlockPermutation(Y, P, { ...how, block });
        suggested.add(own.p);
      }
      return [...blocks.map(({ rate }) => rate), suggested, shift, family4].map((rate) => rate.done());
    },
  };
}

/** Two equally good models, exchanged over blocks of held-out time: with weights fitted together, so that they are equally good, and
 * fitted apart, so that the luck of each in training is a difference that the test may well find. */
export function paired(name: string, condition: Condition): Group {
  return {
    name,
    async measure(random, studies) {
      const family = "Model against model (two-sided), over blocks of held-out time";
      const row = (test: string, kind?: Measured["kind"]) => count(family, test, condition.name, kind);
      const rates = [1, 5, 10, 20].map((block) => ({
        block,
        rate: row(
          block === 1 ? "single TRs (naive)" : `blocks of ${block}`,
          block === 1 ? "naive" : "offered",
        ),
      }));
      const suggested = row("suggested block");
      const apart = row("blocks of 10, models fitted apart: luck in training", "compared");
      const how = { alternative: "two-sided", random, draws: 199 } as const;
      for (let k = 0; k < studies; k++) {
        const together = await drawEqual(random, condition, 2, "together");
        const saved = difference(together);
        for (const { block, rate } of rates) {
          rate.add(compare(together, block));
          rate.addExpected(expectedPairedLevel(saved, { runLengths: testRuns, block }));
        }
        const { block } = suggestPairedBlock(saved, { runLengths: testRuns });
        suggested.add(block === null ? [1, 1] : compare(together, block));
        apart.add(compare(await drawEqual(random, condition, 2, "apart"), 10));
      }
      return [...rates.map(({ rate }) => rate), suggested, apart].map((rate) => rate.done());

      function compare({ Y, A, B }: Equal, block: number): Float64Array {
        return testPairedBlocks(errors(Y, A, block), errors(Y, B, block), how).p;
      }
    },
  };
}

/** Squared error of B less that of A, sample by sample. */
function difference({ Y, A, B }: Equal): Responses {
  const saved = Y.data.map((y, k) => (y - (B.data[k] as number)) ** 2 - (y - (A.data[k] as number)) ** 2);
  return matrix(Y.axes, Y.rows, Y.cols, Float64Array.from(saved));
}

/** Squared errors summed over blocks of time. */
function errors(Y: Responses, P: Responses, block: number) {
  const { blocks, count: rows } = assignBlocks([run, run], block);
  const data = new Float64Array(rows * Y.cols);
  for (const [k, y] of Y.data.entries()) {
    const at = (blocks[Math.floor(k / Y.cols)] as number) * Y.cols + (k % Y.cols);
    data[at] = (data[at] as number) + (y - (P.data[k] as number)) ** 2;
  }
  return matrix(["blocks", "targets"], rows, Y.cols, data);
}
