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
  type PlanNeeds,
  spaceAlphas,
  streamBandedRidge,
  type TargetReader,
} from "../encoding/index.ts";
import { codeVersion, keepStep, openStore } from "../engine/index.ts";
import {
  type ColumnFile,
  hashFile,
  isZarr,
  openColumns,
  readMatrix,
  readNifti,
  writeFileAtomic,
} from "../io/index.ts";
import { openLinalg, slowNotice } from "../linalg/index.ts";
import type { ReportVolume } from "../report/index.ts";
import { beginResults, type ResultFormat } from "./fit-results.ts";
import { follow } from "./follow.ts";
import { leastMemory, planMemory, sizeName, smallestNeeds } from "./plan-memory.ts";
import { version } from "./version.ts";

/** A ridge fit from files to files; `simcortex fit --help` says what each is. */
export interface FitFilesOptions {
  /** One file a band, (samples × features). */
  readonly features: readonly string[];
  /** (samples × targets); read by columns, never whole. Several NIfTI files are runs, one after the other. */
  readonly responses: readonly string[];
  /** Path of the responses in an HDF5 file or a Zarr store. */
  readonly dataset?: string | undefined;
  /** NIfTI mask of NIfTI responses: its voxels are the targets, in the order of the file. */
  readonly mask?: string | undefined;
  /** Default: "zarr" where `out` ends in .zarr, else "npy". */
  readonly format?: ResultFormat | undefined;
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
  /** Samples of each run; null: each file of the responses is one run. */
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
  const store = await openStore(options.store, { code: await codeVersion() });
  const hashes: string[] = [];
  for (const path of options.responses) hashes.push(await hashFile(path));
  const source = {
    responses: hashes,
    dataset: options.dataset,
    mask: options.mask === undefined ? undefined : await hashFile(options.mask),
  };
  const responses = await openColumns(options.responses, {
    dataset: options.dataset,
    mask: options.mask,
    turned: join(options.store, "turned", store.key("turned", source)),
  });
  if (responses.rows !== X.rows) {
    await responses.close();
    throw new EncodingError(
      "shape",
      `fit: features and responses must have the same samples; got ${X.rows} and ${responses.rows}.`,
    );
  }
  const search = {
    alphas: spaceAlphas(options.alphas.from, options.alphas.to, options.alphas.count),
    weightings: drawWeightings(bands.length, options.weightings, createRandom(seed).stream("weightings")),
    folds: makeFolds(runsOf(responses, options.runLength), { folds: options.folds, gap: options.gap }),
    bands,
    coefficients: options.coefficients,
  };
  const linalg = await openLinalg({ where: "here", threads: options.threads });
  follow(options.onProgress).tell("prepare", slowNotice(linalg.name, Math.min(X.rows, X.cols)));
  const results = await beginResults(out, {
    ...search,
    targets: responses.cols,
    features: options.coefficients ? X.cols : 0,
    testSamples: test?.X.rows ?? 0,
    format: options.format ?? (isZarr(out) ? "zarr" : "npy"),
    volume: options.mask === undefined ? undefined : await volumeOf(options.mask),
  });
  try {
    const sizes = {
      samples: X.rows,
      features: X.cols,
      bands: bands.length,
      trainRows: Math.max(...search.folds.map((fold) => fold.train.length)),
      testRows: Math.max(...search.folds.map((fold) => fold.test.length)),
      folds: options.folds,
      targets: responses.cols,
      bytes: dtype === "float32" ? 4 : 8,
      workspace: linalg.workspace(Math.min(X.rows, X.cols)),
      coefficients: options.coefficients,
      predictions: test !== null,
    };
    const refuse = (needs: PlanNeeds) => {
      throw new EncodingError(
        "option",
        `fit: --memory must be at least ${sizeName(leastMemory(sizes, needs))} for ${X.rows} samples × ${X.cols} features; got ${sizeName(options.memory)}.`,
        { memory: options.memory },
      );
    };
    if (options.memory < leastMemory(sizes, smallestNeeds(sizes))) refuse(smallestNeeds(sizes));
    let tile = 0;
    const key = store.key("fit", {
      ...search,
      X: X.data,
      test: test?.X.data,
      ...source,
      backend: linalg.version,
    });
    await streamBandedRidge(X, readerOf(responses), {
      ...search,
      divide(needs, last) {
        const size = planMemory(options.memory, sizes, needs);
        if (size === null && last) refuse(needs);
        tile = size?.tile ?? 0;
        return size;
      },
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
      tile,
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

/** Run of each sample. */
function runsOf(
  { rows, runs }: { rows: number; runs: readonly number[] },
  length: number | null,
): Int32Array {
  if (length !== null) return Int32Array.from({ length: rows }, (_, i) => Math.floor(i / length));
  return Int32Array.from(runs.flatMap((samples, run) => Array<number>(samples).fill(run)));
}

async function volumeOf(mask: string): Promise<ReportVolume> {
  const { shape, affine, voxelSizes, data } = await readNifti(mask);
  const inside = Array.from(data.keys()).filter((voxel) => data[voxel] !== 0 && !Number.isNaN(data[voxel]));
  return {
    shape: shape.slice(0, 3),
    affine,
    voxelSizes: voxelSizes.slice(0, 3),
    voxelOf: Int32Array.from(inside),
  };
}
