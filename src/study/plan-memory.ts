import type { PlanNeeds, TileSize } from "../encoding/index.ts";

/** Sizes of a streamed fit. */
export interface FitSizes {
  readonly samples: number;
  readonly features: number;
  readonly bands: number;
  readonly trainRows: number;
  readonly testRows: number;
  readonly folds: number;
  readonly targets: number;
  /** Bytes of a number. */
  readonly bytes: number;
  /** Numbers that the backend takes to solve a system: `Linalg.workspace`. */
  readonly workspace: number;
  readonly coefficients: boolean;
  /** Whether responses of other samples are predicted. */
  readonly predictions: boolean;
}

/** What the program itself, its libraries and work space take. */
const program = 260 << 20;
/** Smaller tiles read every smoother too often. */
const fewestTargets = 512;
const mostTargets = 16_384;

/** Divide memory: how many targets a tile may have, and how many bytes of smoothers may stay.
 * @param memory bytes that the process may take. @returns null where it is too little. */
export function planMemory(memory: number, sizes: FitSizes, needs: PlanNeeds): TileSize | null {
  const { targets, bytes } = sizes;
  const room = memory - fixedBytes(sizes, needs);
  const each = bytesPerTarget(sizes, needs);
  if (room < Math.min(fewestTargets, targets) * each) return null;
  const all = bytes * needs.all;
  const hold = all <= room / 2 ? all : 0;
  const tile = Math.floor((room - hold) / each);
  return { tile: Math.max(1, Math.min(tile, targets, mostTargets)), hold };
}

/** What the process takes at least. */
export function leastMemory(sizes: FitSizes, needs: PlanNeeds): number {
  return fixedBytes(sizes, needs) + Math.min(fewestTargets, sizes.targets) * bytesPerTarget(sizes, needs);
}

/** Less than any plan needs: one alpha of one weighting. */
export function smallestNeeds({ samples, features, trainRows, testRows }: FitSizes): PlanNeeds {
  const smoothers = testRows * (features <= samples ? features : trainRows);
  return { smoothers, all: smoothers, sums: 8 };
}

/** All that does not grow with the targets: the features, what is computed from them once, the systems of a fold, its smoothers and those that are made meanwhile. */
function fixedBytes(sizes: FitSizes, { smoothers }: PlanNeeds): number {
  const { samples: n, features: p, bands, bytes } = sizes;
  const primal = p <= n;
  const whole = primal ? p : n;
  const X = 3 * n * p;
  const mixtures = bands > 1 ? 2 : 0;
  const kernels = primal ? (2 + sizes.folds) * p * p + 2 * n * p : (bands + mixtures) * n * n;
  const systems = (primal ? 4 : 2 * bands + 4) * whole * whole + sizes.workspace;
  return program + bytes * (X + kernels + systems + 2 * smoothers);
}

/** Responses as they are read, turned, and those of the next tile; right sides of this fold and of the next, and what they are in the basis of a decomposition;
 * solutions and sums. */
function bytesPerTarget(
  { samples: n, features: p, bytes, coefficients, predictions }: FitSizes,
  { sums }: PlanNeeds,
): number {
  const whole = Math.min(n, p);
  const solutions = (coefficients || predictions ? 3 * whole : 0) + (coefficients ? 3 * p : 0);
  return bytes * (p <= n ? 5 * (n + p) : 6 * n) + bytes * solutions + 2 * sums;
}

/** `1.26 GB`, for messages; rounded up, so that what is asked for is enough. */
export function sizeName(bytes: number): string {
  return bytes >= 1e9 ? `${Math.ceil(bytes / 1e7) / 100} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
