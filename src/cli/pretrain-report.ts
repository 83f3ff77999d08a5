import { line as lineMark, ruleY } from "@observablehq/plot";
import { writeFileAtomic } from "../io/index.ts";
import type { PretrainResult, Rate, TwinResult } from "../pretrain/index.ts";
import { colors, drawFigure, type Figure } from "../report/figure.ts";
import { figureHtml } from "../report/figure-html.ts";
import { formatR2 } from "../report/format.ts";
import { pageHtml } from "../report/html-page.ts";
import { bulletList, escapeHtml } from "../report/html-text.ts";

/** Write a pretraining's page: what each twin can do beside chance, and how its loss fell. One file, no scripts, no network. */
export async function writePretrainReport(path: string, result: PretrainResult): Promise<void> {
  await writeFileAtomic(path, renderPretrainReport(result));
}

/** HTML text of {@link writePretrainReport}. */
export function renderPretrainReport(result: PretrainResult): string {
  const { title, data, seed, vocabulary, twins } = result;
  const about = `${data.train} pairs to train on and ${data.test} held out (${data.name}); vocabulary of ${vocabulary} tokens; seed ${seed}. All twins have the same start, pairs, order, batches and steps; only the training signal differs.`;
  const figures = twins.some(({ log }) => log.length > 1) ? figureHtml(drawLosses(twins), 1) : "";
  const body = `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(about)}</p>
<section><h2>What each twin can do</h2>${table(twins)}<p>Shares of right answers in per cent, with 95 % intervals (bootstrap over test items) and chance. A dash: the twin lacks a tower, or its signal a brain, that the test needs.</p>${signalList(twins)}${damagedList(twins)}</section>
<section><h2>Training</h2>${figures}</section>`;
  return pageHtml({ title, body });
}

type Test = readonly [name: string, of: (twin: TwinResult) => Rate | undefined];

const tests: readonly Test[] = [
  ["Caption of a picture, R@10", ({ downstream }) => downstream.retrieval?.imageToText["R@10"]],
  ["Picture of a caption, R@10", ({ downstream }) => downstream.retrieval?.textToImage["R@10"]],
  ["Zero-shot category", ({ downstream }) => downstream.zeroShot?.category],
  ["Zero-shot place", ({ downstream }) => downstream.zeroShot?.place],
  ["Linear probe, category", ({ downstream }) => downstream.linearProbe?.category],
  ["Linear probe, place", ({ downstream }) => downstream.linearProbe?.place],
  ...(["color", "texture", "place", "count", "relation"] as const).map(
    (subject): Test => [`Question: ${subject}`, ({ downstream }) => downstream.questions?.[subject]],
  ),
];

function table(twins: readonly TwinResult[]): string {
  const head = twins.map(({ name }) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  const rows = tests
    .filter(([, of]) => twins.some((twin) => of(twin) !== undefined))
    .map(
      ([name, of]) => `<tr><th scope="row">${name}</th>${twins.map((twin) => cell(of(twin))).join("")}</tr>`,
    );
  const all = [...rows, ...brainRow(twins)].join("");
  return `<div class="box"><table><thead><tr><th scope="col">Test</th>${head}</tr></thead><tbody>${all}</tbody></table></div>`;
}

/** How well the readouts of signals with a brain tell responses to held-out pictures. */
function brainRow(twins: readonly TwinResult[]): string[] {
  const explained = twins.map(({ log }) => log.flatMap((line) => line["test.brainR2"] ?? []).at(-1));
  if (explained.every((one) => one === undefined)) return [];
  const cells = explained.map((one) => `<td>${one === undefined ? "–" : formatR2(one)}</td>`).join("");
  return [`<tr><th scope="row">Brain, R² of held-out responses</th>${cells}</tr>`];
}

function cell(rate: Rate | undefined): string {
  if (rate === undefined) return "<td>–</td>";
  const [value, low, high, chance] = [rate.value, rate.low, rate.high, rate.chance].map((x) =>
    (100 * x).toFixed(1),
  );
  return `<td>${value} [${low}, ${high}], chance ${chance}</td>`;
}

/** What each twin was trained on, in words. */
function signalList(twins: readonly TwinResult[]): string {
  return bulletList(twins.map(({ name, description }) => `${name}: ${description}`));
}

function damagedList(twins: readonly TwinResult[]): string {
  const all = new Map(twins.flatMap(({ damaged }) => Object.entries(damaged)));
  if (all.size === 0) return "";
  const some = [...all].slice(0, 10).map(([key, why]) => `<li>${escapeHtml(`${key}: ${why}`)}</li>`);
  return `<p>${all.size} damaged samples were left out${all.size > 10 ? "; the first ten" : ""}:</p><ul>${some.join("")}</ul>`;
}

const marks = [colors.blue, colors.vermilion, colors.green, colors.purple, colors.orange];

/** Loss over its first value, so that signals with different losses share an axis; every second line is dashed, so that one does not hide another. */
function drawLosses(twins: readonly TwinResult[]): Figure {
  const trained = twins.filter(({ log }) => log.length > 1);
  const rows = trained.flatMap(({ name, log }) => smooth(log, name));
  return drawFigure(
    {
      id: "losses",
      title: "Loss of each training signal",
      caption: "Share of the first loss that is left, mean over fiftieths of the training.",
      alt: trained
        .map(
          ({ name }) =>
            `${name} ends at ${rows
              .filter((row) => row.name === name)
              .at(-1)
              ?.loss.toFixed(2)}`,
        )
        .join(", "),
      legend: trained.map(({ name }, k) => ({
        mark: "square",
        color: marks[k % marks.length] as string,
        text: name,
      })),
    },
    (width) => ({
      height: Math.round(Math.min(320, 0.6 * width)),
      x: { label: "step" },
      y: { label: "loss / first loss", zero: true, grid: true },
      marks: [
        ruleY([0]),
        ...trained.map(({ name }, k) =>
          lineMark(
            rows.filter((row) => row.name === name),
            {
              x: "step",
              y: "loss",
              stroke: marks[k % marks.length] as string,
              strokeDasharray: k % 2 === 0 ? "none" : "5 4",
            },
          ),
        ),
      ],
    }),
  );
}

function smooth(log: TwinResult["log"], name: string): { name: string; step: number; loss: number }[] {
  const size = Math.max(1, Math.ceil(log.length / 50));
  const first = log[0]?.loss ?? 1;
  return Array.from({ length: Math.ceil(log.length / size) }, (_, k) => {
    const part = log.slice(k * size, (k + 1) * size);
    const mean = part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
    return { name, step: part.at(-1)?.step as number, loss: mean / first };
  });
}
