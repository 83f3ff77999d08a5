import { EncodingError } from "../core/index.ts";

/** Sizes of a streamed fit. */
export interface FitSizes {
  readonly samples: number;
  readonly features: number;
  readonly bands: number;
  readonly trainRows: number;
  readonly testRows: number;
  readonly folds: number;
  readonly weightings: number;
  readonly alphas: number;
  readonly targets: number;
  /** Bytes of a number. */
  readonly bytes: number;
  readonly coefficients: boolean;
}

/** What the program itself, its libraries and work space take. */
const program = 260 << 20;
const fewestTargets = 64;
const mostTargets = 16_384;

/** Divide memory: how many targets a tile may have, and how many bytes of smoothers may stay.
 * @param memory bytes that the process may take.
 * @throws EncodingError "option" saying how much is needed at least. */
export function planMemory(memory: number, sizes: FitSizes): { tile: number; hold: number } {
  const { samples: n, features: p, bands, trainRows, testRows, bytes, targets } = sizes;
  const primal = p <= n;
  const size = primal ? p : trainRows;
  const whole = primal ? p : n;
  const X = 3 * n * p;
  const kernels = primal ? (2 + sizes.folds) * p * p + 2 * n * p : bands * n * n;
  const systems = (primal ? 4 : 2 * bands + 4) * whole * whole;
  const nodes = nodesOf(sizes);
  const smoothers = nodes * testRows * size;
  const fixed = program + bytes * (X + kernels + systems + 2 * smoothers);
  // responses, right sides of this fold and of the next, solutions
  const perTarget = bytes * (4 * n + 4 * whole + (sizes.coefficients ? 3 * p : 0)) + 8 * nodes * nodes;
  const room = memory - fixed;
  if (room < fewestTargets * perTarget)
    throw new EncodingError(
      "option",
      `fit: --memory must be at least ${sizeName(fixed + fewestTargets * perTarget)} for ${n} samples × ${p} features; got ${sizeName(memory)}.`,
      { memory },
    );
  const all = bytes * smoothers * sizes.folds * Math.ceil((sizes.weightings * sizes.alphas) / 400);
  const hold = all <= room / 2 ? all : 0;
  const tile = Math.floor((room - hold) / perTarget);
  return { tile: Math.max(1, Math.min(tile, targets, mostTargets)), hold };
}

/** Pairs that will be solved in a group of weightings, as a rule (docs/decisions/010): every alpha of one weighting, far fewer each of many. */
function nodesOf({ weightings, alphas, bytes }: FitSizes): number {
  if (bytes === 8) return alphas;
  return Math.min(weightings * alphas, 120, alphas + 5 * (weightings - 1));
}

/** `1.5 GB`, for messages. */
export function sizeName(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
