import type { Dtype } from "../../src/core/index.ts";

/** One comparison: a model, its sizes and how it is searched. */
export interface Case {
  readonly name: string;
  /** "kernels": kernels are given; "features": features in two bands, kernels are made within the time; "ridge": one band of features. */
  readonly model: "kernels" | "features" | "ridge";
  readonly dtype: Dtype;
  readonly samples: number;
  /** Features of each band. */
  readonly bands: readonly number[];
  readonly targets: number;
  readonly weightings: number;
  readonly alphas: number;
  readonly folds: number;
  /** Folds and weightings that are enough to tell batch sizes apart: the peer's batch sizes are compared on so little; if
   * `few`, only its default and one alpha at once. */
  readonly scout: { readonly folds: number; readonly tries: number; readonly few?: boolean };
  /** Whether the peer's other variants are run whole too, once each. */
  readonly everyVariant: boolean;
}

const search = { alphas: 20, folds: 5 } as const;
const banded = {
  model: "kernels",
  samples: 1000,
  bands: [1000, 1000],
  targets: 2000,
  weightings: 20,
  ...search,
  scout: { folds: 2, tries: 2 },
} as const;

/** All comparisons by name; "smoke" takes a second. */
export const cases: readonly Case[] = [
  {
    ...banded,
    name: "smoke",
    samples: 60,
    bands: [20, 30],
    targets: 40,
    weightings: 5,
    dtype: "float32",
    everyVariant: true,
  },
  { ...banded, name: "banded", dtype: "float32", everyVariant: true },
  { ...banded, name: "banded64", dtype: "float64", everyVariant: false },
  {
    ...search,
    name: "large",
    model: "features",
    dtype: "float32",
    samples: 3600,
    bands: [3072, 3072],
    targets: 2000,
    weightings: 2,
    scout: { folds: 1, tries: 1, few: true },
    everyVariant: false,
  },
  {
    ...search,
    name: "ridge",
    model: "ridge",
    dtype: "float32",
    samples: 3000,
    bands: [1000],
    targets: 10000,
    weightings: 1,
    scout: { folds: 1, tries: 2 },
    everyVariant: true,
  },
  {
    ...search,
    name: "kernel",
    model: "kernels",
    dtype: "float32",
    samples: 1000,
    bands: [1000],
    targets: 2000,
    weightings: 1,
    scout: { folds: 2, tries: 2 },
    everyVariant: true,
  },
];
