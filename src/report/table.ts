import { boundCell, boundHead, boundNote } from "./equivalence.ts";
import {
  ceilingName,
  controlNames,
  controlsThatReach,
  holdsZero,
  isFound,
  isPredicted,
  isTested,
  shareOfCeiling,
  takenBy,
} from "./findings.ts";
import { countOf, formatInterval, formatNumber, formatP, formatR, formatR2, formatShare } from "./format.ts";
import { escapeHtml, escapeProse, plainTable } from "./html-text.ts";
import { isControlPair, isModelPair } from "./model-verdicts.ts";
import type { Cell, Comparison, Estimate, RegionScore, StudyResult } from "./result.ts";

const longTable = 12;

/** The main table: under each region its feature spaces, with score alone, unique variance, share of the ceiling, corrected p and people
 * in favour. Found cells are bold and carry a disc (a ring for controls); a cell that a control reaches carries †. In a study of many
 * regions those without a finding are folded away.
 * @returns HTML; the table scrolls inside its own box where it is too wide. */
export function mainTable(result: StudyResult): string {
  const notes = `<p class="small notes">${notesOf(result)}</p>`;
  const caption = "What each feature space adds in each region";
  const withFinding = new Set(result.cells.filter(isFound).map(({ region }) => region));
  const rest = result.regions.filter((region) => !withFinding.has(region));
  if (!result.cells.some(isTested) && result.regionScores.every(({ r }) => !Number.isFinite(r.mean)))
    return `<p>No score of any region or feature space is defined.</p><details><summary>The empty table</summary>${regionTable(result, result.regions, caption)}</details>`;
  if (result.regions.length <= longTable || rest.length === 0)
    return regionTable(result, result.regions, caption) + notes;
  const folded = `<details><summary>${countOf(rest.length, "region")} without a finding</summary>${regionTable(result, rest, `${caption}: regions without a finding`)}</details>`;
  return withFinding.size === 0
    ? folded + notes
    : regionTable(result, [...withFinding], `${caption}: regions with a finding`) + notes + folded;
}

function regionTable(result: StudyResult, regions: readonly string[], caption: string): string {
  const ceilings = hasCeilings(result);
  const heads = [
    `<th scope="col">Feature space</th>`,
    `<th scope="col" class="n">Alone\u00a0r <span class="ci">R²</span></th>`,
    `<th scope="col" class="n">Unique R² <span class="ci">[interval]</span></th>`,
    ...(ceilings ? [`<th scope="col" class="n">Of ceiling</th>`] : []),
    `<th scope="col" class="n">p <span class="ci wideonly">corrected</span></th>`,
    ...(result.tests.equivalence.margin === null
      ? []
      : [`<th scope="col" class="n wideonly">${boundHead}</th>`]),
    ...(result.participants.length > 1 ? [`<th scope="col" class="n">People</th>`] : []),
  ];
  const controls = controlNames(result);
  const bodies = regions.map((region) => {
    const score = result.regionScores.find((own) => own.region === region);
    const joint = score === undefined ? "" : ` <span class="joint">${jointText(result, score)}</span>`;
    const rows = result.cells
      .filter((cell) => cell.region === region)
      .map((cell) => cellRow(result, cell, controls.has(cell.space), ceilings));
    return `<tbody><tr class="region"><th scope="rowgroup" colspan="${heads.length}">${escapeHtml(region)}${joint}</th></tr>${rows.join("")}</tbody>`;
  });
  return `<div class="box" tabindex="0" role="region" aria-label="${caption}"><table class="main"><caption><b>${caption}</b></caption><thead><tr>${heads.join("")}</tr></thead>${bodies.join("")}</table></div>`;
}

function hasCeilings(result: StudyResult): boolean {
  return result.cells.some((cell) => Number.isFinite(shareOfCeiling(result, cell)));
}

/** Pair by pair, one row a region; nothing where nothing was compared. Pairs of foundation models have a table of their own before this one,
 * and all of them with their controls stand here folded away. */
export function comparisonTable(result: StudyResult): string {
  const ofModels = result.comparisons.filter((own) => isModelPair(result, own) || isControlPair(result, own));
  const others = result.comparisons.filter((own) => !ofModels.includes(own));
  const folded =
    ofModels.length === 0
      ? ""
      : `<details><summary>All ${ofModels.length} tests of models and controls</summary>${pairTable(result, ofModels)}</details>`;
  return folded + (others.length === 0 ? "" : pairTable(result, others));
}

function pairTable(result: StudyResult, comparisons: readonly Comparison[]): string {
  const { tests, participants } = result;
  const [first] = comparisons;
  const onePair = comparisons.every(({ a, b }) => a === first?.a && b === first?.b);
  const what = onePair ? `${first?.a} − ${first?.b}` : "first − second";
  const table = plainTable(`Model against model, each fitted alone: ${what}`, [
    { head: "Region", cells: comparisons.map((own) => own.region + (isReached(result, own) ? " †" : "")) },
    ...(onePair ? [] : [{ head: "First − second", cells: comparisons.map(({ a, b }) => `${a} − ${b}`) }]),
    {
      head: "Difference in R²",
      number: true,
      cells: comparisons.map(
        ({ difference, significant }) => `${significant ? "● " : ""}${told(difference)}`,
      ),
    },
    { head: "Corrected p", number: true, cells: comparisons.map((own) => formatP(own.pCorrected, tests)) },
    {
      head: boundHead,
      number: true,
      cells: comparisons.map(({ equivalence }) => boundCell(result, equivalence)),
    },
    ...(participants.length > 1
      ? [
          {
            head: onePair ? `For ${first?.a}` : "For the first",
            number: true,
            cells: comparisons.map(({ inFavour, perPerson }) => favour(inFavour, perPerson)),
          },
        ]
      : []),
  ]);
  return `${table}<p class="small notes">${comparisonNotes(result)}</p>`;
}

function comparisonNotes(result: StudyResult): string {
  return [
    "●: a difference at the corrected level.",
    ...(controlNames(result).size > 0
      ? ["†: alone, a control scores at least as high as the better of the two."]
      : []),
    `Intervals: ${escapeProse(result.tests.interval)}.`,
    "p: two-sided, corrected over these rows.",
    escapeProse(boundNote(result)),
  ].join(" ");
}

/** Whether a control alone scores at least as high as the better of two compared models. */
function isReached(result: StudyResult, { a, b, region, difference }: Comparison): boolean {
  const better = result.cells.find(
    (cell) => cell.region === region && cell.space === (difference.mean > 0 ? a : b),
  );
  return better !== undefined && controlsThatReach(result, better).length > 0;
}

function cellRow(result: StudyResult, cell: Cell, control: boolean, ceilings: boolean): string {
  const found = isFound(cell);
  const taken = found && takenBy(result, cell).length > 0;
  const reached = found && !taken && controlsThatReach(result, cell).length > 0;
  const mark = found
    ? `<span class="mark" title="${taken ? "no win" : "found"}">${control || taken ? "○" : "●"}</span>`
    : "";
  const label = control ? ' <span class="tag">control</span>' : "";
  const { low, high } = cell.unique;
  const interval = formatInterval(low, high, formatR2);
  const cells = [
    `<th scope="row">${mark}${escapeHtml(cell.space)}${reached ? "<sup>†</sup>" : taken ? "<sup>‡</sup>" : ""}${label}</th>`,
    number(`${formatR(cell.aloneR.mean)} <span class="ci">${formatR2(cell.alone.mean)}</span>`),
    number(
      `${formatR2(cell.unique.mean)}${interval === "—" ? "" : ` <span class="ci">${interval}${found && holdsZero(cell.unique) ? "<sup>0</sup>" : ""}</span>`}`,
    ),
    ...(ceilings ? [number(formatShare(shareOfCeiling(result, cell)))] : []),
    number(formatP(cell.pCorrected, result.tests)),
    ...(result.tests.equivalence.margin === null
      ? []
      : [`<td class="n wideonly">${boundCell(result, cell.equivalence)}</td>`]),
    ...(result.participants.length > 1 ? [number(favour(cell.inFavour, cell.perPerson))] : []),
  ];
  return `<tr${found ? ' class="found"' : ""}>${cells.join("")}</tr>`;
}

function jointText(result: StudyResult, score: RegionScore): string {
  const { r, r2, ceiling, ccNorm, pCorrected, inFavour, perPerson } = score;
  if (!Number.isFinite(r.mean)) return "all spaces together: undefined";
  const parts = [
    `r ${formatR(r.mean)} ${formatInterval(r.low, r.high, formatR)}`.replace(" —", ""),
    `R² ${formatR2(r2.mean)}`,
    ...(Number.isFinite(ceiling) ? [`ceiling ${formatR2(ceiling)}`] : []),
    ...(Number.isFinite(ccNorm) ? [`CC<sub>norm</sub> ${formatNumber(ccNorm, 2)}`] : []),
    `p ${formatP(pCorrected, result.tests)}`,
    ...(result.participants.length > 1 ? [`${favour(inFavour, perPerson)} people`] : []),
  ];
  const verdict = isPredicted(score) ? "together" : "together: no evidence of prediction";
  return `${verdict}: ${parts.map((part) => `<span>${part}</span>`).join(" · ")}`.replace(
    ": no evidence of prediction:",
    ", no evidence of prediction:",
  );
}

function notesOf(result: StudyResult): string {
  const { tests, participants } = result;
  const several = participants.length > 1;
  const controls = controlNames(result).size > 0;
  const notes = [
    `Means over the region's targets${several ? `, then over ${countOf(participants.length, "person", "people")}` : ""}; scores on held-out data.`,
    "<b>● bold</b>: found at the corrected level.",
    ...(controls
      ? ["<b>○ bold</b>: a control, found too.", "†: alone, a control scores at least as high."]
      : []),
    ...(result.cells.some((cell) => takenBy(result, cell).length > 0)
      ? [
          "○ and ‡: no win, because a control that runs by itself predicts the region and this is not shown to score higher.",
        ]
      : []),
    `Intervals: ${escapeProse(tests.interval)}.`,
    `p: corrected; ${escapeProse(tests.test)}; ${escapeProse(tests.correction)}.`,
    ...ceilingNotes(result),
    ...(tests.equivalence.margin === null ? [] : [escapeProse(boundNote(result))]),
    "Together: the joint model of all spaces.",
    ...(several ? ["People: how many have a value above zero."] : []),
    "<sup>0</sup>: found, yet the interval holds zero. —: undefined.",
  ];
  return notes.join(" ");
}

function ceilingNotes(result: StudyResult): readonly string[] {
  if (!result.cells.some((cell) => Number.isFinite(cell.uniqueShareOfCeiling))) return [];
  const ratio = `unique R² ÷ ${ceilingName(result)}`;
  return hasCeilings(result)
    ? [
        `Of ceiling: ${ratio}; — where the joint R² is not above zero or the ceiling is under .01 (the files hold the bare ratio).`,
      ]
    : [
        `No share of the ceiling (${ratio}) is given, because no joint R² is above zero; the files hold the bare ratio.`,
      ];
}

function favour(inFavour: number, perPerson: readonly number[]): string {
  const people = perPerson.filter(Number.isFinite).length;
  return people === 0 ? "—" : `${inFavour}/${people}`;
}

function told({ mean, low, high }: Estimate): string {
  return `${formatR2(mean)} ${formatInterval(low, high, formatR2)}`
    .replace(" —", "")
    .replace(", ", ",\u00a0");
}

function number(html: string): string {
  return `<td class="n">${html}</td>`;
}
