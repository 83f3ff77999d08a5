import { join } from "node:path";
import {
  createRandom,
  type Dtype,
  EncodingError,
  type Features,
  matrix,
  type OnProgress,
  stackCols,
  toDtype,
} from "../core/index.ts";
import {
  type Band,
  drawWeightings,
  makeFolds,
  spaceAlphas,
  streamBandedRidge,
  type TargetReader,
} from "../encoding/index.ts";
import { codeVersion, keepStep, openStore } from "../engine/index.ts";
import { type ColumnFile, hashFile, openColumns, readMatrix, writeFileAtomic } from "../io/index.ts";
import { openLinalg } from "../linalg/index.ts";
import { beginResults } from "./fit-results.ts";
import { planMemory } from "./plan-memory.ts";
import { version } from "./version.ts";

/** A ridge fit from files to files; `simcortex fit --help` says what each is. */
export interface FitFilesOptions {
  /** One file a band, (samples × features). */
  readonly features: readonly string[];
  /** (samples × targets); read by columns, never whole. */
  readonly responses: string;
  /** Data set, where the responses are in an HDF5 file. */
  readonly dataset?: string | undefined;
  /** Features of other samples, one file a band, whose responses are predicted; empty for none. */
  readonly test: readonly string[];
  readonly out: string;
  readonly store: string;
  readonly alphas: { readonly from: number; readonly to: number; readonly count: number };
  /** See {@link drawWeightings}. */
  readonly weightings: number;
  readonly folds: number;
  /** Samples left out between training and test rows of one run. */
  readonly gap: number;
  /** Samples of each run; null: all samples are one run. */
  readonly runLength: number | null;
  readonly dtype: Dtype;
  readonly coefficients: boolean;
  /** Bytes that the process may take. */
  readonly memory: number;
  readonly threads: number;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was written, and how. */
export interface FitFilesResult {
  readonly files: readonly string[];
  readonly samples: number;
  readonly targets: number;
  readonly tile: number;
  readonly backend: string;
  /** Share of targets whose alpha lies at the edge of the grid. */
  readonly atEdge: number;
}

/** Fit banded ridge to any number of targets on disk with bounded memory. Each tile is kept when it is done, so that a killed fit goes on;
 * the result does not depend on where it was killed.
 * @throws EncodingError of any kind, one readable line. */
export async function fitFiles(options: FitFilesOptions): Promise<FitFilesResult> {
  const { out, dtype, seed } = options;
  const { X, bands } = await readBands("features", options.features, dtype);
  const test = options.test.length > 0 ? await readBands("test", options.test, dtype) : null;
  const runs = Int32Array.from({ length: X.rows }, (_, i) => Math.floor(i / (options.runLength ?? X.rows)));
  const search = {
    alphas: spaceAlphas(options.alphas.from, options.alphas.to, options.alphas.count),
    weightings: drawWeightings(bands.length, options.weightings, createRandom(seed).stream("weightings")),
    folds: makeFolds(runs, { folds: options.folds, gap: options.gap }),
    bands,
    coefficients: options.coefficients,
  };
  const responses = await openColumns(options.responses, { dataset: options.dataset });
  const linalg = await openLinalg({ where: "here", threads: options.threads });
  const results = await beginResults(out, {
    ...search,
    targets: responses.cols,
    features: options.coefficients ? X.cols : 0,
    testSamples: test?.X.rows ?? 0,
  });
  try {
    const memory = planMemory(options.memory, {
      samples: X.rows,
      features: X.cols,
      bands: bands.length,
      trainRows: Math.max(...search.folds.map((fold) => fold.train.length)),
      testRows: Math.max(...search.folds.map((fold) => fold.test.length)),
      folds: options.folds,
      weightings: search.weightings.rows,
      alphas: search.alphas.length,
      targets: responses.cols,
      bytes: dtype === "float32" ? 4 : 8,
      coefficients: options.coefficients,
    });
    const store = await openStore(options.store, { code: await codeVersion() });
    const key = store.key("fit", {
      ...search,
      X: X.data,
      test: test?.X.data,
      responses: await hashFile(options.responses),
      dataset: options.dataset,
      backend: linalg.version,
      tile: memory.tile,
    });
    await streamBandedRidge(X, readerOf(responses), {
      ...search,
      ...memory,
      linalg,
      ...(test && { test: test.X }),
      keep: async (step, own, compute) => (await keepStep(store, step, { key, own }, compute)).value,
      onTile: results.take,
      onProgress: options.onProgress,
      signal: options.signal,
    });
    const { files, atEdge } = await results.finish();
    const result = {
      samples: X.rows,
      targets: responses.cols,
      tile: memory.tile,
      backend: linalg.version,
      atEdge,
    };
    const { onProgress: _, signal: __, ...asked } = options;
    const record = { version: version(), key, ...result, options: asked };
    await writeFileAtomic(join(out, "fit.json"), `${JSON.stringify(record, null, 2)}\n`);
    return { ...result, files: [...files, join(out, "fit.json")] };
  } finally {
    await results.drop();
    await responses.close();
    await linalg.close();
  }
}

/** Feature files side by side: one band each. */
async function readBands(
  option: string,
  paths: readonly string[],
  dtype: Dtype,
): Promise<{ X: Features; bands: Band[] }> {
  const parts: Features[] = [];
  const bands: Band[] = [];
  let from = 0;
  for (const path of paths) {
    const part = toDtype(await readMatrix(path), dtype) as Features;
    if (parts[0] && part.rows !== parts[0].rows)
      throw new EncodingError(
        "shape",
        `fit: files of --${option} must have the same samples; ${paths[0]} has ${parts[0].rows}, ${path} has ${part.rows}.`,
      );
    parts.push(part);
    bands.push({ name: path, from, to: from + part.cols });
    from += part.cols;
  }
  return { X: parts.length === 1 ? (parts[0] as Features) : stackCols(parts), bands };
}

function readerOf(file: ColumnFile): TargetReader {
  return {
    samples: file.rows,
    targets: file.cols,
    read: async (from, to) => matrix(["samples", "targets"], file.rows, to - from, await file.read(from, to)),
  };
}
