import { join } from "node:path";
import { encodeCsv, writeFileAtomic } from "../../io/index.ts";
import { toSvgFile } from "../../report/figure.ts";
import { nameOf, rsaFigure } from "./figure.ts";
import type { RsaEstimate, RsaResult } from "./run.ts";

/** Write `rsa.txt`, `rsa.csv`, `rsa.json`, `rsa.svg` and `rsa-phone.svg`. @throws EncodingError "file". */
export async function writeRsa(result: RsaResult, folder: string): Promise<void> {
  const rows = [
    ...result.similarities.map((one) => ({ ...one, what: one.model })),
    ...result.differences.map((one) => ({ ...one, what: `${one.a} − ${one.b}` })),
  ];
  const numbers = (pick: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, pick);
  const ceiling = (bound: "lower" | "upper") =>
    numbers(({ region }) => result.ceilings[result.regions.indexOf(region)]?.[bound] ?? Number.NaN);
  const csv = encodeCsv([
    { name: "region", values: rows.map(({ region }) => region) },
    { name: "model", values: rows.map(({ what }) => what) },
    { name: "value", values: numbers(({ value }) => value) },
    { name: "low", values: numbers(({ low }) => low) },
    { name: "high", values: numbers(({ high }) => high) },
    { name: "p", values: numbers(({ p }) => p) },
    { name: "p_corrected", values: numbers(({ pCorrected }) => pCorrected) },
    { name: "ceiling_lower", values: ceiling("lower") },
    { name: "ceiling_upper", values: ceiling("upper") },
    ...result.participants.map((name, p) => ({
      name,
      values: numbers(({ perPerson }) => perPerson[p] ?? Number.NaN),
    })),
  ]);
  const { wide, narrow } = rsaFigure(result);
  await writeFileAtomic(join(folder, "rsa.csv"), csv);
  await writeFileAtomic(join(folder, "rsa.json"), `${JSON.stringify(result, null, 1)}\n`);
  await writeFileAtomic(join(folder, "rsa.svg"), toSvgFile(wide));
  await writeFileAtomic(join(folder, "rsa-phone.svg"), toSvgFile(narrow));
  await writeFileAtomic(join(folder, "rsa.txt"), rsaText(result));
}

/** The answer in words, the numbers as a table, and what may not be read into them. */
export function rsaText(result: RsaResult): string {
  const { title, question, regions, models, similarities, differences, ceilings, method, level } = result;
  const people = result.participants.length;
  const won = (one: RsaEstimate) => one.pCorrected <= level;
  const lines = regions.map((region, g) => {
    const own = similarities.filter((one) => one.region === region);
    const found = own.filter((one) => won(one) && one.value > 0);
    const controls = found.filter(({ model }) =>
      models.some(({ name, control }) => control && name === model),
    );
    const { lower = Number.NaN, upper = Number.NaN } = ceilings[g] ?? {};
    const told =
      found.length === 0
        ? "no model is told from 0; that is no evidence of absence"
        : `${found.map(({ model, ...one }) => `${model} ${show(one)}`).join(", ")}${controls.length > 0 ? ` (control: ${controls.map(({ model }) => model).join(", ")})` : ""}`;
    const pairs = differences
      .filter((one) => one.region === region && won(one))
      .map(
        (one) =>
          `${one.value > 0 ? one.a : one.b} above ${one.value > 0 ? one.b : one.a} by ${show({ ...one, value: Math.abs(one.value), low: one.value > 0 ? one.low : -one.high, high: one.value > 0 ? one.high : -one.low })}`,
      );
    return `${region}: ${told}; ceiling ${two(lower)} to ${two(upper)}.${pairs.length > 0 ? ` ${pairs.join("; ")}.` : ""}`;
  });
  const head = ["region", "model", nameOf(method), "95 % interval", "p", "corrected"];
  const table = [
    ...similarities.map((one) => ({ ...one, what: one.model })),
    ...differences.map((one) => ({ ...one, what: `${one.a} − ${one.b}` })),
  ].map((one) => [
    one.region,
    one.what,
    two(one.value),
    `[${two(one.low)}, ${two(one.high)}]`,
    pOf(one.p),
    pOf(one.pCorrected),
  ]);
  const widths = head.map((_, k) => Math.max(...[head, ...table].map((row) => (row[k] as string).length)));
  const print = (row: readonly string[]) =>
    row
      .map((cell, k) => cell.padEnd(widths[k] as number))
      .join("  ")
      .trimEnd();
  return [
    title,
    question,
    "",
    ...lines,
    "",
    print(head),
    ...table.map(print),
    "",
    `Values: mean over ${people} people of the ${nameOf(method)} between their dissimilarities and the model's, over ${result.conditions} conditions. Intervals and p (two-sided, against 0): dual bootstrap over people and conditions, ${result.draws} draws, Student's t; p corrected over ${similarities.length} tests of models${differences.length > 0 ? ` and ${differences.length} of pairs` : ""} (Benjamini–Hochberg).`,
    "A model whose interval lies below the ceiling lacks something that people share; one whose interval reaches it is not told from the best by these data.",
    "Similar dissimilarities say that two geometries are alike, not that one computes the other.",
    "",
  ].join("\n");
}

function show({ value, low, high, pCorrected }: Omit<RsaEstimate, "perPerson">): string {
  return `${two(value)} [${two(low)}, ${two(high)}] (corrected p ${pOf(pCorrected) === "< .001" ? "< .001" : `= ${pOf(pCorrected)}`})`;
}

function two(x: number): string {
  return Number.isFinite(x)
    ? x
        .toFixed(3)
        .replace(/^(-?)0\./, "$1.")
        .replace("-", "−")
    : "undefined";
}

function pOf(p: number): string {
  if (!Number.isFinite(p)) return "undefined";
  return p < 0.001 ? "< .001" : p.toPrecision(2).replace(/^0\./, ".");
}
