import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { removeDrafts } from "../io/index.ts";
import { fitFiles } from "../study/fit-files.ts";
import { checkCount } from "./count.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex fit`, as typed. */
interface FitOptions {
  readonly features: readonly string[];
  readonly responses: readonly string[];
  readonly dataset?: string;
  readonly mask?: string;
  readonly format?: string;
  readonly test?: readonly string[];
  readonly out: string;
  readonly store: string;
  readonly alphas: string;
  readonly weightings: string;
  readonly folds: string;
  readonly gap: string;
  readonly runLength?: string;
  readonly float64?: boolean;
  readonly coefficients?: boolean;
  readonly memory: string;
  readonly threads?: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** `simcortex fit`: banded ridge from files to files, any number of targets. */
export async function runFit(options: FitOptions): Promise<void> {
  const { json = false } = options;
  const out = resolve(options.out);
  const asked = {
    features: options.features,
    responses: options.responses,
    dataset: options.dataset,
    mask: options.mask,
    format: parseFormat(options.format),
    test: options.test ?? [],
    out,
    store: resolve(options.store),
    alphas: parseAlphas(options.alphas),
    weightings: checkCount("--weightings", options.weightings, 0),
    folds: checkCount("--folds", options.folds, 2),
    gap: checkCount("--gap", options.gap, 0),
    runLength: options.runLength === undefined ? null : checkCount("--run-length", options.runLength, 2),
    dtype: options.float64 === true ? ("float64" as const) : ("float32" as const),
    coefficients: options.coefficients === true,
    memory: parseSize(options.memory),
    threads:
      options.threads === undefined
        ? availableParallelism()
        : checkCount("--threads", options.threads, 1, 256),
    seed: checkCount("--seed", options.seed, 0),
  };
  const result = await workInFolder(out, json, async (work) => {
    await removeDrafts(out, { olderThan: 0 }); // of a killed run; a folder belongs to one run
    return fitFiles({ ...asked, ...work });
  });
  process.stdout.write(
    json
      ? `${JSON.stringify({ event: "done", ...result })}\n`
      : `${result.targets} targets × ${result.samples} samples, tiles of ${result.tile}, ${result.backend}\nalpha at the edge of the grid in ${(100 * result.atEdge).toFixed(1)} % of targets\n${result.files.join("\n")}\n`,
  );
}

/** `from:to:count`, evenly spaced in the logarithm. */
function parseAlphas(text: string): { from: number; to: number; count: number } {
  const [from, to, count] = text.split(":").map(Number);
  const good = from !== undefined && to !== undefined && from > 0 && to >= from && Number.isInteger(count);
  if (!good || text.split(":").length !== 3)
    throw new EncodingError("option", `--alphas must be from:to:count, e.g. 1:1e6:20; got "${text}".`);
  return { from, to, count: count as number };
}

function parseFormat(text: string | undefined): "npy" | "zarr" | undefined {
  if (text === undefined || text === "npy" || text === "zarr") return text;
  throw new EncodingError("option", `--format must be npy or zarr; got "${text}".`);
}

/** `1.5G`, `800M`: bytes. */
function parseSize(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*([MG])i?B?$/i.exec(text.trim());
  if (!found)
    throw new EncodingError("option", `--memory must be a size such as 1.5G or 800M; got "${text}".`);
  return Number(found[1]) * ((found[2] as string).toUpperCase() === "G" ? 1e9 : 1e6);
}
