import { z } from "zod";

const strict = z.strictObject;

const marginRule = "the smallest difference in R² that matters, from .0001 to below 1";

/** Where *no difference* is to be concluded, and not only *no evidence of one*. */
const equivalence = strict({
  /** Differences in R² below this count as none; chosen before looking. */
  margin: z.number(marginRule).min(0.0001, marginRule).lt(1, marginRule),
});

/** Threshold-free cluster enhancement of every map that is tested region by region. */
const clusters = strict({
  /** Neighbours of a voxel: across faces (6), edges too (18), corners too (26). Vertices of a surface touch along edges. */
  touch: z.literal([6, 18, 26]).default(6),
});

/** How results are tested. */
export const tests = strict({
  level: z.number().min(0.0001).max(0.5).default(0.05),
  correction: z.enum(["bh", "by", "max"]).default("bh"),
  /** What is exchanged under the null where people are too few: two models, block by block of held-out time (default); or the responses, shifted in a
   * circle within runs. */
  exchange: z.enum(["blocks", "shift"]).optional(),
  /** Samples of a block, for exchange and bootstrap within runs; without it, what the data ask for. */
  block: z.int().min(1).optional(),
  permutations: z.int().min(99).default(4999),
  bootstrap: z.int().min(100).default(1000),
  /** How intervals are made: percentiles of a bootstrap of people and blocks (two-level, default), or Student's t on its corrected variance. */
  interval: z.enum(["two-level", "dual"]).optional(),
  equivalence: equivalence.optional(),
  clusters: clusters.optional(),
});
