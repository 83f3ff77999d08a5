import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Backend, openLinalg } from "../../src/linalg/index.ts";
import { compareAnswers } from "./agreement.ts";
import { type Case, cases } from "./cases.ts";
import { readData, writeData } from "./data.ts";
import { judgeChoices } from "./judge.ts";
import {
  nameVariant,
  type OurRun,
  type Programs,
  parseVariant,
  type Run,
  readAnswer,
  runOurs,
  runPeer,
  type Variant,
  variants,
} from "./peer.ts";
import { type CaseResult, printTables } from "./table.ts";

/** The solver beside himalaya on the same data, in alternating runs, each in a process of its own. Prints tables in Markdown.
 *
 *     npx tsx bench/solver/run.ts [--himalaya SOURCE] [--python python3] [--cases banded,banded64,large,ridge,kernel]
 *       [--repeats 3] [--threads 2] [--backend auto|onnx] [--minutes 8] [--variant numpy:0:5]
 *
 * Without --himalaya ours is run alone. --variant (backend, targets and alphas at once, 0 for all) takes this one as himalaya's best
 * and runs no other: for machines with little time. */
const { values } = parseArgs({
  options: {
    himalaya: { type: "string" },
    python: { type: "string", default: "python3" },
    cases: { type: "string", default: "banded,banded64,large,ridge,kernel" },
    repeats: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    backend: { type: "string", default: "auto" },
    minutes: { type: "string", default: "8" },
    variant: { type: "string" },
  },
});
const programs: Programs = {
  himalaya: values.himalaya,
  python: values.python,
  backend: values.backend,
  threads: Number(values.threads),
  minutes: Number(values.minutes),
};
const repeats = Number(values.repeats);
const results: CaseResult[] = [];
for (const name of values.cases.split(",")) {
  const one = cases.find((known) => known.name === name);
  if (one === undefined)
    throw new Error(`No case "${name}"; there are ${cases.map((known) => known.name).join(", ")}.`);
  const folder = mkdtempSync(join(tmpdir(), `simcortex-solver-${name}-`));
  try {
    results.push(await runCase(folder, one));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${printTables(results.slice(-1))}`);
}
console.log(
  `\n# All cases, ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}\n`,
);
console.log(printTables(results));
console.log(versions(results).join("\n"));

async function runCase(folder: string, one: Case): Promise<CaseResult> {
  await withLinalg((linalg) => writeData(folder, one, linalg));
  const given = values.variant === undefined ? undefined : parseVariant(values.variant);
  const scouted = programs.himalaya === undefined || given ? [] : await scout(folder, one);
  const variant = given ?? [...scouted].sort((a, b) => a.seconds - b.seconds)[0]?.variant;
  const ours: OurRun[] = [];
  const theirs: Run[] = [];
  for (let k = 0; k < repeats; k++) {
    ours.push(say(`${one.name} ours`, await runOurs(folder, one, programs)));
    if (variant) theirs.push(await whole(folder, one, variant));
  }
  const agreement = variant ? await agree(folder, one) : undefined;
  const others = [];
  for (const other of one.everyVariant && variant && !given ? othersThan(variant, scouted) : [])
    others.push({ variant: other, run: await whole(folder, one, other) });
  return { one, ours, best: variant && { variant, runs: theirs }, others, scouted, agreement };
}

/** Try every variant on a small part. */
async function scout(folder: string, one: Case): Promise<{ variant: Variant; seconds: number }[]> {
  const out = [];
  const few = ({ targets, alphas }: Variant) => targets === 0 && alphas !== 5;
  for (const variant of one.scout.few ? variants.filter(few) : variants) {
    const { seconds } = await runPeer(folder, one, variant, "scout", programs);
    console.log(`${one.name} scout ${nameVariant(variant)}: ${seconds.toFixed(2)} s`);
    out.push({ variant, seconds });
  }
  return out;
}

/** The default of each backend, and the best of the other backend. */
function othersThan(
  best: Variant,
  scouted: readonly { variant: Variant; seconds: number }[],
): readonly Variant[] {
  const other = scouted
    .filter(({ variant }) => variant.backend !== best.backend)
    .sort((a, b) => a.seconds - b.seconds)[0]?.variant;
  const defaults = variants.filter(({ targets, alphas }) => targets === 0 && alphas === 0);
  return [...new Set([...(other ? [other] : []), ...defaults])].filter((variant) => variant !== best);
}

async function whole(folder: string, one: Case, variant: Variant): Promise<Run> {
  return say(
    `${one.name} himalaya ${nameVariant(variant)}`,
    await runPeer(folder, one, variant, "whole", programs),
  );
}

async function agree(folder: string, one: Case): Promise<CaseResult["agreement"]> {
  const answers = [readAnswer(folder, "ours"), readAnswer(folder, "peer")] as const;
  const { largest, equal, differing } = compareAnswers(...answers);
  const tied = await withLinalg((linalg) =>
    judgeChoices(one, readData(folder, one), differing, answers, linalg),
  );
  return { largest, equal, tied };
}

async function withLinalg<T>(
  work: (linalg: Awaited<ReturnType<typeof openLinalg>>) => Promise<T>,
): Promise<T> {
  const { threads, backend } = programs;
  const linalg = await openLinalg({ where: "here", threads, backend: backend as Backend });
  try {
    return await work(linalg);
  } finally {
    await linalg.close();
  }
}

function say<R extends Run>(name: string, run: R): R {
  console.log(`${name}: ${run.seconds.toFixed(2)} s`, JSON.stringify(run));
  return run;
}

/** Every version that took part, once. */
function versions(all: readonly CaseResult[]): string[] {
  const said = all.flatMap(({ ours, best, others }) => [
    ...ours,
    ...(best?.runs ?? []),
    ...others.map(({ run }) => run),
  ]);
  return [...new Set(said.map(({ version }) => version))].map((version) => `- ${version}`);
}
