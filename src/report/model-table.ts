import { boundHead, boundMark, boundNote, marginText } from "./equivalence.ts";
import { holdsZero } from "./findings.ts";
import { formatInterval, formatP, formatR2, joinWords } from "./format.ts";
import { escapeHtml, escapeProse } from "./html-text.ts";
import {
  controlModels,
  findPair,
  judgeModels,
  type ModelVerdict,
  type PairVerdicts,
  trueFrom,
} from "./model-verdicts.ts";
import type { ModelSummary, StudyResult } from "./result.ts";

/** The first table of a study of foundation models: for each declared pair, region by region, the difference, whether the model ahead is
 * ahead of every control too, and in the virtual laboratory the truth. Empty where no two models were compared.
 * @returns HTML; the table scrolls inside its own box where it is too wide. */
export function modelTable(result: StudyResult): string {
  return judgeModels(result)
    .map((pair) => pairTable(result, pair))
    .join("");
}

function pairTable(result: StudyResult, pair: PairVerdicts): string {
  const { a, b, regions } = pair;
  const controls = controlModels(result);
  const [one, other] = [a, b].map(
    (name) => result.models.find((model) => model.name === name) as ModelSummary,
  );
  const truth = regions.some(({ pair: own }) => Number.isFinite(own.truth));
  const caption = `Model against model: ${a} less ${b}, region by region${controls.length > 0 ? ", with the controls" : ""}`;
  const heads = [
    `<th scope="col">Region</th>`,
    `<th scope="col" class="n wideonly">R² alone <span class="sub">${escapeHtml(a)}, ${escapeHtml(b)}</span></th>`,
    `<th scope="col" class="n">Difference in R² <span class="ci">[interval]</span></th>`,
    `<th scope="col" class="n">p</th>`,
    `<th scope="col" class="n wideonly">${boundHead}</th>`,
    ...controls.map(
      ({ name }) =>
        `<th scope="col" class="n wideonly">Over <span class="sub">${escapeHtml(name)}</span></th>`,
    ),
    ...(truth ? [`<th scope="col" class="n">Truth</th>`] : []),
    `<th scope="col">Win</th>`,
  ];
  const rows = regions.map((own) => {
    const g = result.regions.indexOf(own.region);
    const { difference, pCorrected } = own.pair;
    const zero = own.ahead !== null && holdsZero(difference) ? "<sup>0</sup>" : "";
    const cells = [
      `<th scope="row">${own.ahead === null ? "" : `<span class="mark">${own.win ? "●" : "○"}</span>`}${escapeHtml(own.region)}</th>`,
      `<td class="n wideonly">${formatR2(one?.scores[g]?.r2.mean ?? Number.NaN)}, ${formatR2(other?.scores[g]?.r2.mean ?? Number.NaN)}</td>`,
      `<td class="n">${signed(difference.mean)}${intervalOf(difference.low, difference.high, zero)}</td>`,
      `<td class="n">${formatP(pCorrected, result.tests)}</td>`,
      `<td class="n wideonly">${boundMark(own.pair.equivalence)}</td>`,
      ...controls.map(({ name }) => `<td class="n wideonly">${overControl(result, own, name, a)}</td>`),
      ...(truth ? [`<td class="n">${truthOf(own, a)}</td>`] : []),
      `<td class="words">${escapeHtml(verdictOf(own, result))}</td>`,
    ];
    return `<tr${own.win ? ' class="found"' : ""}>${cells.join("")}</tr>`;
  });
  return `<div class="box" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table class="main"><caption><b>${escapeHtml(caption)}</b></caption><thead><tr>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div><p class="small notes">${notesOf(result, pair, truth)}</p>`;
}

/** How far the model ahead (a, where none is) is over a control; bold where that is significant. */
function overControl(
  result: StudyResult,
  { region, ahead }: ModelVerdict,
  control: string,
  a: string,
): string {
  const found = findPair(result, ahead ?? a, control, region);
  if (found === null) return "—";
  const text = signed(found.difference);
  return found.significant ? `<b>${text}</b>` : text;
}

/** The true difference, and whether what was found agrees with it. */
function truthOf({ pair, ahead }: ModelVerdict, a: string): string {
  const { truth = Number.NaN } = pair;
  if (ahead === null || !Number.isFinite(truth)) return signed(truth);
  const right = (ahead === a ? 1 : -1) * truth >= trueFrom;
  return `${signed(truth)} ${right ? "✓" : "✗"}`;
}

/** Who wins, or why nobody does, in a few words. */
export function verdictOf(
  { pair, ahead, win, sharedWith, notAbove }: ModelVerdict,
  result: Pick<StudyResult, "tests">,
): string {
  if (!Number.isFinite(pair.pCorrected)) return "undefined";
  const margin = marginText(result);
  if (ahead === null && pair.equivalence.equivalent) return `alike: less than ${margin}`;
  if (ahead === null) return margin === null ? "no evidence" : "no evidence either way";
  if (win) return ahead;
  const why = sharedWith.length > 0 ? `${joinWords(sharedWith)} too` : `not above ${joinWords(notAbove)}`;
  return `none: ${why}`;
}

function signed(value: number): string {
  return value > 0 ? `+${formatR2(value)}` : formatR2(value);
}

function intervalOf(low: number, high: number, mark: string): string {
  const text = formatInterval(low, high, formatR2);
  return text === "—" ? "" : ` <span class="ci">${text}${mark}</span>`;
}

function notesOf(result: StudyResult, { a, b }: PairVerdicts, truth: boolean): string {
  const controls = controlModels(result);
  return [
    `Difference: R² of ${escapeProse(a)} less that of ${escapeProse(b)}, each fitted alone to held-out data.`,
    ...(controls.length > 0
      ? [
          `<b>● shaded</b>: a win, that is, ahead of the other model and of every control. ○: ahead, but no win. Over: how far the model ahead (else ${escapeProse(a)}) is over the control; <b>bold</b>: at the corrected level.`,
        ]
      : ["<b>● shaded</b>: ahead at the corrected level; no control model was declared."]),
    ...(truth
      ? [
          `Truth: the same difference on the same responses without noise (share of the signal); ✓ what was found is true, from R² ${formatR2(trueFrom)} on, ✗ it is not.`,
        ]
      : []),
    `Intervals: ${escapeProse(result.tests.interval)}; <sup>0</sup>: the interval of a model ahead holds zero.`,
    "p: two-sided, corrected over all compared pairs and regions.",
    escapeProse(boundNote(result, "in the table of all tests")),
  ].join(" ");
}
