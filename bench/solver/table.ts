import { median } from "./agreement.ts";
import type { Case } from "./cases.ts";
import { nameVariant, type OurRun, type Run, type Variant } from "./peer.ts";

/** Everything that was measured of one case. */
export interface CaseResult {
  readonly one: Case;
  readonly ours: readonly OurRun[];
  /** Himalaya with its best batch sizes, one run after each of ours. */
  readonly best: { readonly variant: Variant; readonly runs: readonly Run[] } | undefined;
  /** Other variants, run once. */
  readonly others: readonly { readonly variant: Variant; readonly run: Run }[];
  /** Seconds of the small part on which batch sizes were compared. */
  readonly scouted: readonly { readonly variant: Variant; readonly seconds: number }[];
  readonly agreement: { readonly largest: number; readonly equal: number; readonly tied: number } | undefined;
}

/** The size of a case in words. */
export function describeCase(one: Case): string {
  const { model, samples, bands, targets, alphas, weightings, folds, dtype } = one;
  const what = {
    kernels: bands.length > 1 ? `banded ridge, ${bands.length} kernels` : "kernel ridge",
    features: `banded ridge from ${bands.join(" + ")} features`,
    ridge: `ridge, ${bands[0]} features`,
  }[model];
  const tried = weightings > 1 ? `${alphas} alphas × ${weightings} weightings` : `${alphas} alphas`;
  return `${what}, n ${samples}, ${targets} targets, ${tried}, ${folds} folds, ${dtype}`;
}

/** All results as Markdown: seconds, agreement, speed, and how batch sizes compared. */
export function printTables(results: readonly CaseResult[]): string {
  const parts = [speeds(results), agreements(results), rates(results), scouts(results)];
  return parts.filter((part) => part !== "").join("\n");
}

function speeds(results: readonly CaseResult[]): string {
  const rows = results.flatMap(({ one, ours, best, others }) => [
    row(one.name, "**ours**", ours, undefined),
    ...(best ? [row(one.name, `himalaya ${nameVariant(best.variant)} (its best)`, best.runs, ours)] : []),
    ...others.map(({ variant, run }) => row(one.name, `himalaya ${nameVariant(variant)}`, [run], ours)),
  ]);
  const cases = results.map(({ one }) => `- **${one.name}**: ${describeCase(one)}`);
  return `${cases.join("\n")}\n
| case | who | seconds, each run | median | CPU s | × ours | × ours, CPU s | peak memory | with data read | load |
|---|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

function row(name: string, who: string, runs: readonly Run[], ours: readonly Run[] | undefined): string {
  const of = (key: "seconds" | "cpuSeconds" | "peak" | "loaded" | "load", list = runs) =>
    median(list.map((run) => run[key]));
  const ratio = (key: "seconds" | "cpuSeconds") =>
    ours ? `${(pairwise(runs, ours, key) ?? of(key) / of(key, ours)).toFixed(1)}` : "";
  const each = runs.map(({ seconds }) => seconds.toFixed(2)).join(" · ");
  const cells = [name, who, each, of("seconds").toFixed(2), of("cpuSeconds").toFixed(1)];
  const memory = [gigabytes(of("peak")), gigabytes(of("loaded")), of("load").toFixed(1)];
  return `| ${[...cells, ratio("seconds"), ratio("cpuSeconds"), ...memory].join(" | ")} |`;
}

/** Median ratio of neighbouring runs; undefined where they do not alternate. */
function pairwise(
  runs: readonly Run[],
  ours: readonly Run[],
  key: "seconds" | "cpuSeconds",
): number | undefined {
  if (runs.length !== ours.length) return undefined;
  return median(runs.map((run, k) => run[key] / (ours[k] as Run)[key]));
}

function agreements(results: readonly CaseResult[]): string {
  const rows = results.flatMap(({ one, agreement }) =>
    agreement
      ? [
          `| ${one.name} | ${agreement.largest.toExponential(1)} | ${(100 * agreement.equal).toFixed(2)} % | ${Number.isNaN(agreement.tied) ? "–" : agreement.tied.toExponential(1)} |`,
        ]
      : [],
  );
  if (rows.length === 0) return "";
  return `| case | largest difference of cvScores | equal choices | the others: largest difference of exact scores |
|---|---|---|---|
${rows.join("\n")}
`;
}

function rates(results: readonly CaseResult[]): string {
  const rows = results.map(({ one, ours }) => {
    const of = (pick: (run: OurRun) => number) => median(ours.map(pick));
    const above = (run: OurRun) =>
      (run.flops - run.factorFlops) / (run.seconds - run.factors.seconds - run.eigh.seconds) / run.rate;
    const aboveByCpu = ({ flops, factorFlops, cores, cpuSeconds, factors, eigh, cpuRate }: OurRun) =>
      ((flops - factorFlops) * cores) / (cpuSeconds - factors.cpuSeconds - eigh.cpuSeconds) / cpuRate;
    const cells = [
      one.name,
      `${of((run) => run.solved)} of ${one.alphas * one.weightings}`,
      of((run) => run.flops / 1e9).toFixed(0),
      of((run) => run.rate / 1e9).toFixed(0),
      percent(of((run) => run.flops / run.seconds / run.rate)),
      percent(of((run) => (run.flops * run.cores) / run.cpuSeconds / run.cpuRate)),
      of((run) => run.factors.seconds).toFixed(2),
      of((run) => run.eigh.seconds).toFixed(2),
      percent(of(above)),
      percent(of(aboveByCpu)),
      of((run) => run.idle).toFixed(2),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `| case | pairs solved | Gflop | product rate, Gflop/s | our share of it | by CPU s | s in Cholesky factors | s in eigen-decompositions | share above both | by CPU s | s backend idle |
|---|---|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

function scouts(results: readonly CaseResult[]): string {
  const rows = results.flatMap(({ one, scouted }) =>
    scouted.map(
      ({ variant, seconds }) => `| ${one.name} | ${nameVariant(variant)} | ${seconds.toFixed(2)} |`,
    ),
  );
  if (rows.length === 0) return "";
  return `| case | himalaya | s for one weighting on some folds, no refit |
|---|---|---|
${rows.join("\n")}
`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
