import { afterAll, beforeAll, describe } from "vitest";
import { missing } from "./page.fixture.ts";
import { makeBench } from "./page-bench.fixture.ts";
import { laboratoryCases } from "./page-laboratory.cases.ts";
import { readingCases } from "./page-reading.cases.ts";
import { studyCases } from "./page-study.cases.ts";
import { troubleCases } from "./page-trouble.cases.ts";

if (missing !== null) process.stderr.write(`page.test.ts is skipped: ${missing}\n`);

/** One published brain and one browser for all: to publish takes a minute. */
describe.skipIf(missing !== null)("the page", () => {
  const bench = makeBench();
  beforeAll(bench.start, 600_000);
  afterAll(bench.stop);
  studyCases(bench);
  laboratoryCases(bench);
  troubleCases(bench);
  readingCases(bench);
});
