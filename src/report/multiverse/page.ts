import type { Figure } from "../figure.ts";
import { figureHtml } from "../figure-html.ts";
import { countOf, formatP } from "../format.ts";
import { pageHtml } from "../html-page.ts";
import { bulletList, escapeHtml, escapeProse } from "../html-text.ts";
import { answerMultiverse, orderRegions } from "./answer.ts";
import { choiceFigure } from "./choice-figure.ts";
import { curveFigure } from "./curve-figure.ts";
import type { MultiverseResult } from "./record.ts";
import { choiceTable, effectTable, refusedTable, regionTable, totalTable } from "./tables.ts";
import { verdictFigure } from "./verdict-figure.ts";

/** Regions whose curves stand open on the page. */
const shown = 2;

/** The figures of a multiverse: verdicts, choices, and the curve of every region, the most telling first. */
export interface MultiverseFigures {
  readonly verdicts: Figure;
  readonly choices: Figure | null;
  readonly curves: readonly { readonly g: number; readonly figure: Figure | null }[];
}

/** Draw the figures of a multiverse. */
export function drawMultiverse(result: MultiverseResult): MultiverseFigures {
  return {
    verdicts: verdictFigure(result),
    choices: choiceFigure(result),
    curves: orderRegions(result).map((g) => ({ g, figure: curveFigure(result, g) })),
  };
}

/** A multiverse as one self-contained HTML page: no scripts, no network, no dates. Same record, same text. */
export function renderMultiverse(
  result: MultiverseResult,
  figures: MultiverseFigures = drawMultiverse(result),
): string {
  let number = 0;
  const draw = (figure: Figure | null) => (figure === null ? "" : figureHtml(figure, ++number));
  const overview = draw(figures.verdicts) + regionTable(result);
  const moving = draw(figures.choices) + totalTable(result);
  const curves = figures.curves.map(({ g, figure }) => ({
    region: result.regions[g] as string,
    html: `${draw(figure)}<details><summary>${escapeHtml(result.regions[g] as string)}: alternatives and pairs in numbers</summary>${effectTable(result, g)}</details>`,
  }));
  const folded = curves.slice(shown);
  const body = `${header(result)}
${answer(result)}
<section id="results"><h2>How often who wins</h2>${overview}</section>
<section id="choices"><h2>Which choice moves it</h2>${moving}</section>
<section id="curves"><h2>Specification curves</h2>${curves
    .slice(0, shown)
    .map(({ html }) => html)
    .join(
      "",
    )}${folded.length === 0 ? "" : `<details><summary>${countOf(folded.length, "more region")}</summary>${folded.map(({ html }) => html).join("")}</details>`}</section>
<section id="design"><h2>Universes and tests</h2>${choiceTable(result)}${refusedTable(result)}${testList(result)}</section>
${provenance(result)}`;
  return pageHtml({ title: result.title, version: result.provenance.version, body });
}

function header({
  title,
  question,
  participants,
  regions,
  universes,
  refused,
  virtual,
}: MultiverseResult): string {
  const kind = `Multiverse${virtual ? " in the virtual laboratory (simulated data)" : ""} · ${countOf(universes.length, "universe")}${refused.length > 0 ? ` and ${refused.length} refused` : ""} · ${countOf(participants.length, "person", "people")} · ${countOf(regions.length, "region")}`;
  const sections = [
    ["answer", "Answer"],
    ["results", "How often who wins"],
    ["choices", "Which choice moves it"],
    ["curves", "Specification curves"],
    ["design", "Universes and tests"],
    ["provenance", "Where the numbers come from"],
  ];
  return `<header>
<p class="kind">${escapeHtml(kind)}</p>
<h1>${escapeHtml(title)}</h1>
<p class="question">${escapeHtml(question)}</p>
<nav aria-label="Sections">${sections.map(([id, name]) => `<a href="#${id}">${name}</a>`).join(" ")}</nav>
</header>`;
}

function answer(result: MultiverseResult): string {
  const { lead, choices, joint, truth, limits } = answerMultiverse(result);
  const { warnings } = result;
  return `<section id="answer"><h2>Answer</h2>
<p class="lead">${escapeProse(lead)}</p>
${[choices, joint, truth].map((text) => (text === "" ? "" : `<p>${escapeProse(text)}</p>`)).join("")}
${warnings.length === 0 ? "" : `<div class="warn"><h3>${countOf(warnings.length, "warning")}</h3>${bulletList(warnings)}</div>`}
<h3>What this does and does not license</h3>
${bulletList(limits)}
</section>`;
}

function testList({ tests }: MultiverseResult): string {
  const facts: readonly (readonly [string, string])[] = [
    ["Test in each universe", tests.test],
    ["Correction", tests.correction],
    ["Level", String(tests.level).replace(/^0(?=\.)/, "")],
    ["Smallest possible p of a universe", `${formatP(tests.smallestP, tests)} before correction`],
    ["Intervals", tests.interval],
    ...(tests.joint === ""
      ? []
      : ([
          ["Test of a whole curve", tests.joint],
          ["Smallest possible p of a curve", `${formatP(tests.jointSmallestP, tests)} before correction`],
        ] as const)),
  ];
  return `<dl>${facts.map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join("")}</dl>`;
}

function provenance({ provenance: own }: MultiverseResult): string {
  const facts: readonly (readonly [string, string])[] = [
    ["simcortex", own.version],
    ["Code (SHA-256)", own.code],
    ["Settings of the reference (SHA-256)", own.settings],
    ["Seed of the study", String(own.seed)],
    ["Node", own.node],
    ["Linear algebra", own.backend],
    ["Numbers", own.dtype],
    ...own.inputs.map(({ name, sha256 }) => [name, sha256] as const),
  ];
  const list = facts.map(
    ([name, text]) => `<dt>${escapeHtml(name)}</dt><dd class="hash">${escapeHtml(text)}</dd>`,
  );
  return `<section id="provenance"><h2>Where the numbers come from</h2><details><summary>Software, hashes, seed and inputs</summary><dl>${list.join("")}</dl></details><p class="small">Beside this page: <code>answer.txt</code>, <code>universes.csv</code> (one row a universe and region), <code>refused.csv</code> where there are any, <code>multiverse.json</code> (everything, people one by one) and <code>figures/</code>.</p></section>`;
}
