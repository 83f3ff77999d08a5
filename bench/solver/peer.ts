import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseNpy } from "../../src/io/npy.ts";
import type { Answer } from "./agreement.ts";
import type { Case } from "./cases.ts";
import { runChild } from "./child.ts";
import type { Seconds } from "./flops.ts";

/** How himalaya is run: its array backend, and how many targets and alphas at once (0: all, its default). */
export interface Variant {
  readonly backend: "numpy" | "torch";
  readonly targets: number;
  readonly alphas: number;
}

/** What one run says of itself. Seconds and CPU seconds are of the fit alone; memory in bytes is of the whole process. */
export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peak: number;
  /** Peak memory once the data were read, before the fit. */
  readonly loaded: number;
  /** Load average of the machine at the start. */
  readonly load: number;
  readonly version: string;
}

/** Where the programs are. */
export interface Programs {
  /** Source folder of himalaya; undefined to run ours alone. */
  readonly himalaya: string | undefined;
  readonly python: string;
  readonly backend: string;
  readonly threads: number;
  /** Minutes that one run may take. */
  readonly minutes: number;
}

const batches = [
  { targets: 0, alphas: 0 },
  { targets: 0, alphas: 5 },
  { targets: 0, alphas: 1 },
  { targets: 500, alphas: 1 },
];

/** Backends and batch sizes that are compared; the first of each backend is the default. */
export const variants: readonly Variant[] = (["numpy", "torch"] as const).flatMap((backend) =>
  batches.map((batch) => ({ backend, ...batch })),
);

/** Read "numpy:0:5": backend, targets at once, alphas at once. */
export function parseVariant(text: string): Variant {
  const [backend, targets, alphas] = text.split(":");
  if (backend !== "numpy" && backend !== "torch")
    throw new Error(`parseVariant: needs numpy:TARGETS:ALPHAS or torch:TARGETS:ALPHAS; got "${text}".`);
  return { backend, targets: Number(targets), alphas: Number(alphas) };
}

/** A variant in words. */
export function nameVariant({ backend, targets, alphas }: Variant): string {
  const limits = [
    ...(alphas > 0 ? [`${alphas} alpha${alphas > 1 ? "s" : ""}`] : []),
    ...(targets > 0 ? [`${targets} targets`] : []),
  ];
  return `${backend}, ${limits.length > 0 ? `${limits.join(" × ")} at once` : "default"}`;
}

/** Run himalaya once in a process of its own. @param mode "scout": one weighting on a few folds, without refit. */
export function runPeer(
  folder: string,
  one: Case,
  { backend, targets, alphas }: Variant,
  mode: "whole" | "scout",
  { himalaya = "", python, threads, minutes }: Programs,
): Promise<Run> {
  const script = fileURLToPath(new URL("peer.py", import.meta.url));
  const sizes = [threads, targets, alphas].map(String);
  const env = { ...process.env, OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
  const args = [script, himalaya, folder, JSON.stringify(one), backend, ...sizes, mode];
  return runChild(python, args, { env, minutes });
}

/** Run ours once in a process of its own. */
export function runOurs(folder: string, one: Case, { backend, threads, minutes }: Programs): Promise<OurRun> {
  const script = fileURLToPath(new URL("ours.ts", import.meta.url));
  const args = ["--import", "tsx", script, folder, JSON.stringify(one), backend, String(threads)];
  return runChild(process.execPath, args, { env: process.env, minutes });
}

/** What our run says beside. */
export interface OurRun extends Run {
  /** Pairs of alpha and weighting solved on each fold. */
  readonly solved: number;
  readonly flops: number;
  readonly factorFlops: number;
  /** What the Cholesky factors take by themselves. */
  readonly factors: Seconds;
  /** What the eigen-decompositions take by themselves. */
  readonly eigh: Seconds;
  /** Eigen-, singular value and QR decompositions, not counted as flops. */
  readonly decompositions: number;
  /** Seconds in which the backend had nothing to do. */
  readonly idle: number;
  /** Seconds of each routine, side by side calls added up. */
  readonly routines: Readonly<Record<string, number>>;
  /** Flops a second of square products in the same process. */
  readonly rate: number;
  /** The same by CPU seconds over threads. */
  readonly cpuRate: number;
  /** Threads that the rate was measured on. */
  readonly cores: number;
}

/** Read what the last run of a side chose. */
export function readAnswer(folder: string, side: "ours" | "peer"): Answer {
  const load = (name: string) => parseNpy(readFileSync(join(folder, `${name}.${side}.npy`))).data;
  return {
    cvScores: load("cvScores"),
    alphaIndex: load("alphaIndex"),
    weightingIndex: load("weightingIndex"),
  };
}
