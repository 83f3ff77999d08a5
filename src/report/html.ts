import { answerStudy } from "./answer.ts";
import { clusterSection } from "./clusters.ts";
import type { Figure } from "./figure.ts";
import { figureHtml } from "./figure-html.ts";
import { drawFigures } from "./figures.ts";
import { countOf } from "./format.ts";
import { pageHtml } from "./html-page.ts";
import { bulletList, escapeHtml, escapeProse } from "./html-text.ts";
import { modelTable } from "./model-table.ts";
import { partitionTable } from "./partition-table.ts";
import type { StudyResult } from "./result.ts";
import { recoverySection } from "./section-recovery.ts";
import { designSection, provenanceSection, testsSection } from "./sections.ts";
import { comparisonTable, mainTable } from "./table.ts";

/** Render a study as one self-contained HTML page: no scripts, no network, no dates. Question and answer first, then the table, the
 * figures, and how it was done. Same record, same text.
 * @returns HTML text, to be kept as UTF-8. */
export function renderReport(result: StudyResult): string {
  return renderPage(result, drawFigures(result));
}

const recoveryFigures = new Set(["recovery"]);
const choiceFigures = new Set(["alphas", "bands"]);

/** The page of {@link renderReport} with figures that are drawn already. */
export function renderPage(result: StudyResult, figures: readonly Figure[]): string {
  const numbered = figures.map((figure, k) => ({ id: figure.id, html: figureHtml(figure, k + 1) }));
  const pick = (wanted: (id: string) => boolean) =>
    numbered
      .filter(({ id }) => wanted(id))
      .map(({ html }) => html)
      .join("");
  const parts = [
    answerSection(result),
    `<section id="results"><h2>Results</h2>${modelTable(result)}${comparisonTable(result)}${mainTable(result)}${partitionTable(result)}${pick((id) => !recoveryFigures.has(id) && !choiceFigures.has(id))}</section>`,
    recoverySection(
      result,
      pick((id) => recoveryFigures.has(id)),
    ),
    designSection(result),
    testsSection(
      result,
      pick((id) => choiceFigures.has(id)),
    ),
    clusterSection(result),
    provenanceSection(result),
  ];
  const body = parts.filter((part) => part !== "").join("\n");
  return pageHtml({ title: result.title, version: result.provenance.version, body });
}

function answerSection(result: StudyResult): string {
  const answer = answerStudy(result);
  const findings = answer.findings.map(
    ({ name, text }) => `<li><b>${escapeHtml(name)}</b>: ${escapeProse(text)}</li>`,
  );
  const n = result.warnings.length;
  return `<header>
<p class="kind">${escapeHtml(kindOf(result))}</p>
<h1>${escapeHtml(result.title)}</h1>
<p class="question">${escapeHtml(result.question)}</p>
<nav aria-label="Sections">${navigation(result)}</nav>
</header>
<section id="answer"><h2>Answer</h2>
<p class="lead">${escapeProse(answer.lead)}</p>
${[answer.models, answer.truth].map((text) => (text === "" ? "" : `<p>${escapeProse(text)}</p>`)).join("")}
<p>${escapeProse(answer.predicted)}</p>
${findingList(findings)}
${n === 0 ? "" : `<div class="warn"><h3>${n === 1 ? "One warning" : `${n} warnings`}</h3>${bulletList(result.warnings)}</div>`}
<h3>How far this goes</h3>
${bulletList(answer.limits)}
</section>`;
}

function navigation({ recovery, clusters }: StudyResult): string {
  const sections = [
    ["answer", "Answer"],
    ["results", "Results"],
    ...(recovery === null ? [] : [["recovery", "Planted and recovered"]]),
    ["design", "Design"],
    ["tests", "Tests and choices"],
    ...(clusters === undefined ? [] : [["maps", "Maps"]]),
    ["provenance", "Where the numbers come from"],
  ];
  return sections.map(([id, name]) => `<a href="#${id}">${name}</a>`).join(" ");
}

/** Open while the eye can hold it, folded beyond; the table has the same numbers. */
function findingList(items: readonly string[]): string {
  if (items.length === 0) return "";
  const list = `<ul>${items.join("")}</ul>`;
  return items.length <= 10
    ? list
    : `<details><summary>The ${items.length} findings one by one</summary>${list}</details>`;
}

function kindOf({ recovery, participants, regions, spaces, models }: StudyResult): string {
  const controls = spaces.filter(({ control }) => control).length;
  const sizes = [
    countOf(participants.length, "person", "people"),
    countOf(regions.length, "region"),
    countOf(spaces.length - controls, "feature space"),
    ...(controls === 0 ? [] : [countOf(controls, "control")]),
    ...(models.length === 0 ? [] : [countOf(models.length, "model")]),
  ];
  return `${recovery === null ? "Encoding study" : "Encoding study in the virtual laboratory (simulated data)"} · ${sizes.join(" · ")}`;
}
