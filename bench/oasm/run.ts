import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isEncodingError } from "../../src/core/index.ts";
import { answerStudy, type StudyResult } from "../../src/report/index.ts";
import { drawSentences, writeDriftStudy } from "../../src/study/drift-study.fixture.ts";
import { parseSettings, runStudy, type SolvedStudy, solveStudy } from "../../src/study.ts";
import { concatenatedR } from "./concatenated.ts";
import { drawFigure } from "./figure.ts";
import { type Measured, writeDocs } from "./write-docs.ts";

/** What torn passages make of responses without any content: two studies of the same files, once with single rows dealt to the folds at random
 * (overriding the guard), once with whole passages held out; and the refusal. Table and figure go into docs/statistics.md.
 *
 *     npx tsx bench/oasm/run.ts
 *
 * On the 384 sentences of Pereira et al. 2018 with GloVe vectors where the optional data folder is (SIMCORTEX_DATA), else on as many made-up
 * sentences, which are printed and not written into the docs. */
const data = resolve(process.env.SIMCORTEX_DATA ?? "../shared/data");
const pereira = join(data, "pereira-sentences", "stimuli_384sentences.txt");
const real = existsSync(pereira);
const sentences = real
  ? readFileSync(pereira, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
  : drawSentences(96);
const vectors = real
  ? (JSON.parse(readFileSync(join(data, "words", "glove-50d-5k.json"), "utf8")) as Record<string, number[]>)
  : undefined;

const studies = 5;
const [torn, whole]: [StudyResult[], StudyResult[]] = [[], []];
const noisy: { torn: number[]; whole: number[] } = { torn: [], whole: [] };
const concatenated: number[] = [];
let refusal = "";
for (let seed = 1; seed <= studies; seed++) {
  const folder = mkdtempSync(join(tmpdir(), "simcortex-oasm-"));
  try {
    const yaml = writeDriftStudy(folder, { sentences, targets: 10, seed, ...(vectors && { vectors }) });
    const run = (text: string) =>
      runStudy(parseSettings(`${text}\ntests: { bootstrap: 100 }`), {
        folder,
        out: join(folder, "results"),
        store: join(folder, "store"),
      });
    const refused = await run(yaml.refused).catch((error: unknown) => error);
    if (!isEncodingError(refused, "design"))
      throw new Error("the guard let a torn study pass", { cause: refused });
    refusal ||= refused.message;
    torn.push(await run(yaml.torn));
    const settings = parseSettings(`${yaml.whole}\ntests: { bootstrap: 100 }`);
    const solved: SolvedStudy = await solveStudy(settings, { folder, store: join(folder, "store") });
    whole.push(solved.result);
    concatenated.push(concatenatedR(solved));
    for (const kind of ["torn", "whole"] as const)
      noisy[kind].push(mean((await run(yaml.noisy[kind])).regionScores.map(({ r }) => r.mean)));
    console.log(`study ${seed} of ${studies}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const measured: Measured = {
  sentences: sentences.length,
  passages: sentences.length / 4,
  studies,
  refusal,
  torn: { rows: rowsOf(torn), leads: torn.map((result) => answerStudy(result).lead) },
  whole: { rows: rowsOf(whole), leads: whole.map((result) => answerStudy(result).lead) },
  grouped: {
    concatenated: rangeOf(concatenated),
    noisy: { torn: rangeOf(noisy.torn), whole: rangeOf(noisy.whole) },
  },
};
console.log(JSON.stringify(measured, null, 1));
if (real) {
  mkdirSync("docs/images", { recursive: true });
  writeFileSync("docs/images/oasm.svg", drawFigure(measured));
  writeDocs(measured);
}

/** Each model's scores alone: mean over studies and regions, the extremes of a study, and in how many regions its r is significant. */
function rowsOf(results: readonly StudyResult[]): Measured["torn"]["rows"] {
  const [first] = results as [StudyResult];
  const names = [...new Set(first.cells.map(({ space }) => space))];
  return names.map((name) => {
    const perStudy = results.map(({ cells }) => cells.filter(({ space }) => space === name));
    const rs = perStudy.map((cells) => mean(cells.map(({ aloneR }) => aloneR.mean)));
    const tests = results.flatMap(
      ({ controls, regionScores }): readonly { readonly significant: boolean }[] => {
        const own = controls.filter(({ control }) => control === name);
        return own.length > 0 ? own : regionScores; // content is all of the joint model
      },
    );
    return {
      name,
      r: mean(rs),
      low: Math.min(...rs),
      high: Math.max(...rs),
      r2: mean(perStudy.flatMap((cells) => cells.map(({ alone }) => alone.mean))),
      significant: tests.filter(({ significant }) => significant).length,
      of: tests.length,
    };
  });
}

function rangeOf(values: readonly number[]) {
  return { mean: mean(values), low: Math.min(...values), high: Math.max(...values) };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
