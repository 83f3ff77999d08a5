import { marginText } from "./equivalence.ts";
import { countOf, formatCount, formatNumber, formatP, formatShare } from "./format.ts";
import { bulletList, escapeHtml, plainTable } from "./html-text.ts";
import { reliabilityTable } from "./reliability.ts";
import type { RunSummary, StudyResult } from "./result.ts";

/** How the study was done: runs, feature spaces with the controls marked, and the sentences of the design. */
export function designSection(result: StudyResult): string {
  const { runs, spaces, designNotes, design, tr } = result;
  const kind =
    design === "time-series"
      ? `Time series${Number.isFinite(tr) ? `, one sample every ${tr} s (TR)` : ""}.`
      : "One row a stimulus.";
  const spaceTable = plainTable("Feature spaces; columns are counted before delays", [
    { head: "Feature space", cells: spaces.map(({ name }) => name) },
    { head: "What it holds", cells: spaces.map(({ description }) => description) },
    { head: "Columns", number: true, cells: spaces.map(({ features }) => formatCount(features)) },
    ...(spaces.some(({ control, joint }) => control || joint === false)
      ? [{ head: "Part", cells: spaces.map(partOf) }]
      : []),
  ]);
  return `<section id="design"><h2>Design</h2><p>${escapeHtml(kind)}</p>${bulletList(designNotes)}${reliabilityTable(result)}${overrideTable(result)}${controlNote(result)}${runTable(runs)}${spaceTable}${modelsTable(result)}</section>`;
}

/** Rules that were broken and overridden, each with its number; nothing where all are kept. */
function overrideTable({ overrides }: StudyResult): string {
  if (overrides.length === 0) return "";
  return plainTable("Rules of method that this study breaks, overridden by its settings", [
    { head: "Rule", cells: overrides.map(({ rule }) => rule) },
    { head: "What was found", cells: overrides.map(({ what }) => what) },
    { head: "Samples", number: true, cells: overrides.map(({ rows }) => formatCount(rows)) },
    { head: "Why it matters", cells: overrides.map(({ why }) => why) },
    { head: "What would repair it", cells: overrides.map(({ repair }) => repair) },
  ]);
}

/** What each model is: its training signal as its own record says, and its towers. */
function modelsTable({ models }: StudyResult): string {
  if (models.length === 0) return "";
  const towers = models.flatMap((model) => model.towers.map((tower) => ({ ...tower, model })));
  return plainTable("Foundation models", [
    { head: "Model", cells: towers.map(({ model }) => model.name) },
    { head: "What it is", cells: towers.map(({ model }) => model.description) },
    { head: "Is shown", cells: towers.map(({ sense }) => sense) },
    { head: "Trained on", cells: towers.map(({ signal }) => signal ?? "not known") },
    { head: "Folder", cells: towers.map(({ folder }) => folder) },
    { head: "Layers", number: true, cells: towers.map(({ layers }) => formatCount(layers)) },
    { head: "Width", number: true, cells: towers.map(({ width }) => formatCount(width)) },
    ...(models.some(({ control }) => control)
      ? [{ head: "Part", cells: towers.map(({ model }) => (model.control ? "control" : "")) }]
      : []),
  ]);
}

/** The layer that each model chose most often, region by region. */
function layerTable({ models, regions }: StudyResult): string {
  if (models.every(({ scores }) => scores.every(({ chosen }) => chosen.length === 0))) return "";
  return plainTable("Layer that each model chose most often, and its share of targets, people and folds", [
    { head: "Region", cells: regions },
    ...models.map(({ name, layers, scores }) => ({
      head: name,
      number: true,
      cells: scores.map(({ chosen }) => {
        const most = chosen.indexOf(Math.max(...chosen));
        return most < 0 ? "—" : `${layers[most]} (${formatShare(chosen[most] ?? Number.NaN)})`;
      }),
    })),
  ]);
}

function partOf({ control, joint }: StudyResult["spaces"][number]): string {
  return [...(control ? ["control"] : []), ...(joint === false ? ["fitted alone"] : [])].join(", ");
}

/** Runs, neighbours that are alike on one line. */
function runTable(runs: StudyResult["runs"]): string {
  if (runs.length === 0) return "";
  const rows: { first: RunSummary; last: RunSummary; count: number }[] = [];
  for (const run of runs) {
    const row = rows.at(-1);
    if (row !== undefined && alike(row.first, run)) Object.assign(row, { last: run, count: row.count + 1 });
    else rows.push({ first: run, last: run, count: 1 });
  }
  const tested = runs.some(({ role }) => role === "test");
  return plainTable("Runs: what was learned from and what was held out", [
    {
      head: "Run",
      cells: rows.map(({ first, last, count }) =>
        count === 1 ? first.id : `${first.id} ${count === 2 ? "and" : "to"} ${last.id}`,
      ),
    },
    { head: "Role", cells: rows.map(({ first }) => (tested ? roles[first.role] : "both, by outer folds")) },
    { head: "Runs", number: true, cells: rows.map(({ count }) => formatCount(count)) },
    { head: "Samples each", number: true, cells: rows.map(({ first }) => formatCount(first.samples)) },
    { head: "Repeats", number: true, cells: rows.map(({ first }) => formatCount(first.repeats)) },
  ]);
}

const roles = { train: "training", test: "held out" } as const;

function alike(a: RunSummary, b: RunSummary): boolean {
  return a.role === b.role && a.samples === b.samples && a.repeats === b.repeats && stem(a) === stem(b);
}

function stem({ id }: RunSummary): string {
  return id.replace(/[\s_-]*\d+$/, "");
}

function controlNote({ spaces, models }: StudyResult): string {
  const controls = [...models, ...spaces].filter(({ control }) => control).map(({ name }) => name);
  const text =
    controls.length === 0
      ? "No feature space is declared a control: the report cannot say whether simpler features would do as well."
      : `Controls: ${controls.join(", ")}. What a control reaches too is not put down to ${models.length > 0 ? "what it lacks" : "the other spaces"}.`;
  return `<p>${escapeHtml(text)}</p>`;
}

/** What was tested, what such a test can show, how choices were made, and the ceiling.
 * @param figures HTML of the figures of the choices. */
export function testsSection(result: StudyResult, figures: string): string {
  const { tests, choices, ceilingNote, comparisons } = result;
  const facts: readonly (readonly [string, string])[] = [
    ["Test", tests.test],
    [
      "Correction",
      `${tests.correction}; joint scores of regions are a family of their own${comparisons.length > 0 ? ", and so are comparisons of models (two-sided)" : ""}`,
    ],
    ["Level", formatNumber(tests.level, Math.max(2, String(tests.level).split(".")[1]?.length ?? 0))],
    ["Smallest possible p", `${formatP(tests.smallestP, tests)} before correction`],
    ["Equivalence", equivalenceFact(result)],
    ["Intervals", tests.interval],
    ["Alphas on the edge of the grid", formatShare(choices.alphaEdgeRate)],
    ["Band weights on an extreme of the grid", formatShare(choices.bandEdgeRate)],
    ["Noise ceiling", ceilingNote],
  ];
  const list = facts.map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join("");
  return `<section id="tests"><h2>Tests and choices</h2><dl>${list}</dl>${layerTable(result)}${figures}</section>`;
}

function equivalenceFact(result: StudyResult): string {
  const { test, smallestP } = result.tests.equivalence;
  const margin = marginText(result);
  if (margin === null)
    return "no margin is declared (tests.equivalence in the settings), so nothing is said to be without a difference";
  return `a difference below ${margin}, either way, counts as none; ${test}; smallest p ${formatP(smallestP, result.tests)}; cells and compared pairs are corrected as families of their own`;
}

/** Software, hashes, seed and inputs, folded away. */
export function provenanceSection({ provenance }: StudyResult): string {
  const { version, code, node, backend, dtype, seed, settings, inputs } = provenance;
  const facts: readonly (readonly [string, string])[] = [
    ["simcortex", version],
    ["Code (SHA-256)", code],
    ["Settings (SHA-256)", settings],
    ["Seed", String(seed)],
    ["Node", node],
    ["Linear algebra", backend],
    ["Numbers", dtype],
  ];
  const list = facts
    .map(([name, text]) => `<dt>${name}</dt><dd class="hash">${escapeHtml(text)}</dd>`)
    .join("");
  const inputList = inputs.map(
    ({ name, sha256 }) => `<dt>${escapeHtml(name)}</dt><dd class="hash">${escapeHtml(sha256)}</dd>`,
  );
  const files =
    inputs.length === 0
      ? "<p>No input files.</p>"
      : `<h3>${countOf(inputs.length, "input file")} (SHA-256)</h3><dl>${inputList.join("")}</dl>`;
  return `<section id="provenance"><h2>Where the numbers come from</h2><details><summary>Software, hashes, seed and inputs</summary><dl>${list}</dl>${files}</details><p class="small">The same settings, inputs and code give this page byte for byte. Beside it: <code>answer.txt</code>, <code>cells.csv</code>, <code>regions.csv</code>, <code>scores.csv</code>, <code>scores.parquet</code> (every target), <code>figures/</code>, <code>maps/</code>, and <code>manifest.json</code> with the SHA-256 of each file.</p></section>`;
}
