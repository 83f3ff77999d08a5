import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isEncodingError } from "../../src/core/index.ts";
import { answerStudy, type StudyResult } from "../../src/report/index.ts";
import { drawSentences, writeDriftStudy } from "../../src/study/drift-study.fixture.ts";
import { parseSettings, runStudy } from "../../src/study.ts";
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

const folder = mkdtempSync(join(tmpdir(), "simcortex-oasm-"));
try {
  const yaml = writeDriftStudy(folder, { sentences, targets: 20, ...(vectors && { vectors }) });
  const run = (text: string) =>
    runStudy(parseSettings(text), { folder, out: join(folder, "results"), store: join(folder, "store") });
  const refusal = await run(yaml.refused).catch((error: unknown) => error);
  if (!isEncodingError(refusal, "design"))
    throw new Error("the guard let a torn study pass", { cause: refusal });
  const [torn, whole] = [await run(yaml.torn), await run(yaml.whole)];
  const measured: Measured = {
    sentences: sentences.length,
    passages: sentences.length / 4,
    refusal: refusal.message,
    torn: { rows: rowsOf(torn), lead: answerStudy(torn).lead },
    whole: { rows: rowsOf(whole), lead: answerStudy(whole).lead },
  };
  console.log(JSON.stringify(measured, null, 1));
  if (real) {
    mkdirSync("docs/images", { recursive: true });
    writeFileSync("docs/images/oasm.svg", drawFigure(measured));
    writeDocs(measured);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Each model's scores alone, mean over both regions, and whether its test is significant in both. */
function rowsOf({ cells, controls, participants }: StudyResult): Measured["torn"]["rows"] {
  const names = [...new Set(cells.map(({ space }) => space))];
  return names.map((name) => {
    const own = cells.filter(({ space }) => space === name);
    const tested = controls.filter(({ control }) => control === name);
    const mean = (read: (cell: (typeof own)[number]) => number) =>
      own.reduce((sum, cell) => sum + read(cell), 0) / own.length;
    const p =
      tested.length > 0
        ? tested.map(({ pCorrected }) => pCorrected)
        : own.map(({ pCorrected }) => pCorrected);
    return {
      name,
      r: mean(({ aloneR }) => aloneR.mean),
      low: mean(({ aloneR }) => aloneR.low),
      high: mean(({ aloneR }) => aloneR.high),
      r2: mean(({ alone }) => alone.mean),
      p: Math.max(...p),
      people: participants.length,
    };
  });
}
