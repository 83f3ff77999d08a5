import { readFileSync, writeFileSync } from "node:fs";
import { toSvgFile } from "../../src/report/figure.ts";
import { wilsonInterval } from "../../src/stats/index.ts";
import { drawRates } from "./figure.ts";
import type { Measured } from "./measured.ts";

const page = "docs/statistics.md";
const [begin, end] = ["<!-- calibration: bench/calibration -->", "<!-- end of calibration -->"];

/** Put the measured rates into docs/statistics.md between its two marks, and their figures into docs/images. */
export function writeDocs(results: readonly Measured[]): void {
  const families = [...new Set(results.map(({ family }) => family))];
  const sections = families.map((family, k) => {
    const rows = results.filter((row) => row.family === family);
    const panels = new Set(rows.map(({ condition }) => condition)).size;
    const figure = rows.length > 8 && panels <= 3 ? [k + 1] : [];
    for (const number of figure) writeFileSync(imageOf(number), toSvgFile(drawRates(rows).wide));
    const image = figure
      .map((number) => `\n![${family}](${imageOf(number).replace("docs/", "")})\n`)
      .join("");
    return `### ${family}\n${image}\n${tableOf(rows)}`;
  });
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${page} needs the lines "${begin}" and "${end}".`);
  const put = `${text.slice(0, before + begin.length)}\n\n${sections.join("\n\n")}\n\n${text.slice(after)}`;
  writeFileSync(page, put);
}

function imageOf(number: number): string {
  return `docs/images/calibration-${number}.svg`;
}

function tableOf(rows: readonly Measured[]): string {
  const expected = rows.some((row) => row.expected !== undefined);
  const head = [
    "test",
    "null studies",
    "significant at .05",
    "95 % interval",
    ...(expected ? ["expected"] : []),
    "",
  ];
  const lines = rows.map(({ test, condition, passed, of, expected: rate, kind }) => {
    const { low, high } = wilsonInterval(passed, of);
    const cells = [
      `${test}; ${condition}`,
      String(of),
      `**${three(passed / of)}**`,
      `${three(low)} to ${three(high)}`,
      ...(expected ? [rate === undefined ? "" : three(rate)] : []),
      verdict(kind, passed / of, low),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...lines].join("\n");
}

function verdict(kind: Measured["kind"], rate: number, low: number): string {
  if (kind === "power") return "power";
  if (kind === "compared") return "another claim";
  if (rate <= 0.06) return kind === "naive" ? "holds here" : "holds";
  return low > 0.06 ? "**fails**" : "above .06";
}

function three(x: number): string {
  return x >= 0.9995 ? "1" : x.toFixed(3).replace(/^0/, "");
}
