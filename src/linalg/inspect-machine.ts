import { availableParallelism, totalmem } from "node:os";
import { createRandom, type Dtype, matrix, toDtype } from "../core/index.ts";
import { blasHint } from "./find-blas.ts";
import type { Linalg } from "./linalg.ts";
import { openHere } from "./open-linalg.ts";

/** One backend on this machine; speeds with one thread, NaN where it is missing. */
export interface BackendReport {
  readonly name: Linalg["name"];
  readonly found: boolean;
  readonly version: string;
  /** Thousand million operations a second in a 700 × 700 product. */
  readonly float32: number;
  readonly float64: number;
  /** Seconds for a float64 eigen-decomposition of size `eighSize`. */
  readonly eighSeconds: number;
  /** How to get it, where it is missing. */
  readonly hint: string;
}

/** What a machine offers. */
export interface MachineReport {
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly eighSize: number;
  readonly backends: readonly BackendReport[];
  /** The backend that studies will use. */
  readonly chosen: string;
  /** The one command that gets a faster one, or null. */
  readonly advice: string | null;
}

const size = 700;
const eighSize = 400;

/** Look for every backend and measure it, one thread each; takes a few seconds. */
export async function inspectMachine(): Promise<MachineReport> {
  const fast = process.platform === "darwin" ? "accelerate" : "openblas";
  const backends = [await inspect(fast), await inspect("onnx")];
  const chosen = openHere("auto", 1);
  await chosen.close();
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    memoryGiB: totalmem() / 2 ** 30,
    eighSize,
    backends,
    chosen: `${chosen.name} (${chosen.version})`,
    advice: backends[0]?.found === true ? null : blasHint(),
  };
}

async function inspect(name: Linalg["name"]): Promise<BackendReport> {
  let linalg: Linalg;
  try {
    linalg = openHere(name, 1);
  } catch {
    const missing = { float32: Number.NaN, float64: Number.NaN, eighSeconds: Number.NaN };
    return { name, found: false, version: "", hint: blasHint(), ...missing };
  }
  try {
    const speeds = { float32: await speed(linalg, "float32"), float64: await speed(linalg, "float64") };
    return {
      name,
      found: true,
      version: linalg.version,
      hint: "",
      ...speeds,
      eighSeconds: await eighTime(linalg),
    };
  } finally {
    await linalg.close();
  }
}

/** Best of three products, after one to warm up. */
async function speed(linalg: Linalg, dtype: Dtype): Promise<number> {
  const a = square(size, dtype);
  const seconds = await best(() => linalg.gemm(a, a));
  return (2 * size ** 3) / seconds / 1e9;
}

async function eighTime(linalg: Linalg): Promise<number> {
  const gram = await linalg.syrkTN(square(eighSize, "float64"));
  return best(() => linalg.eigh(gram));
}

async function best(work: () => Promise<unknown>): Promise<number> {
  await work();
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 3; k++) {
    const start = performance.now();
    await work();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}

function square(n: number, dtype: Dtype) {
  const random = createRandom(n);
  return toDtype(
    matrix(
      ["rows", "rows"] as const,
      n,
      n,
      Float64Array.from({ length: n * n }, () => random.normal()),
    ),
    dtype,
  );
}
