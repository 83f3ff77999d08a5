import { EncodingError } from "./error.ts";

/** A seeded stream of random numbers. The same seed and the same calls give the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Whole number in [0, n). */
  integer(n: number): number;
  /** Gamma with shape k > 0 and scale 1. */
  gamma(shape: number): number;
  /** A point on the simplex with the given concentrations. */
  dirichlet(concentrations: readonly number[]): Float64Array;
  /** The whole numbers 0 … n-1 in random order. */
  permutation(n: number): Uint32Array;
  /** A random permutation of 0 … n-1 that is one cycle: none keeps its place, unless there is one alone. @source Sattolo 1986. */
  cycle(n: number): Uint32Array;
  /** One entry of a list. */
  pick<T>(list: readonly T[]): T;
  /** An independent stream named by `name`; does not disturb this one, and never changes when other streams are added. */
  stream(name: string): Random;
}

/** A seeded generator: xoshiro128** seeded by SplitMix32 from an FNV-1a hash of seed and stream name.
 * @param seed any whole number; the whole study derives its streams from one seed.
 * @source Blackman and Vigna 2021 (xoshiro); Marsaglia and Tsang 2000 (gamma); Marsaglia polar method (normal). */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed))
    throw new EncodingError("option", `createRandom: seed must be a whole number; got ${seed}.`);
  return fromName(String(seed));
}

function fromName(name: string): Random {
  const next = xoshiro128(name);
  let spare: number | undefined;
  const uniform = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * scale;
        return u * scale;
      }
    }
  };
  const integer = (n: number) => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new EncodingError("range", `Random.integer: n must be a whole number in [1, 2^32]; got ${n}.`);
    const limit = 2 ** 32 - (2 ** 32 % n); // reject the uneven tail
    for (;;) {
      const draw = next();
      if (draw < limit) return draw % n;
    }
  };
  const gamma = (shape: number): number => {
    if (!(shape > 0)) throw new EncodingError("range", `Random.gamma: shape must be > 0; got ${shape}.`);
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return {
    uniform,
    normal,
    integer,
    gamma,
    dirichlet(concentrations) {
      const draws = Float64Array.from(concentrations, gamma);
      const sum = draws.reduce((a, b) => a + b, 0);
      return draws.map((g) => g / sum);
    },
    permutation: (n) => shuffle(n, (i) => integer(i + 1)),
    cycle: (n) => shuffle(n, integer),
    pick(list) {
      if (list.length === 0) throw new EncodingError("range", "Random.pick: the list is empty.");
      return list[integer(list.length)] as (typeof list)[number];
    },
    stream: (child) => fromName(`${name}/${child}`),
  };
}

function xoshiro128(name: string): () => number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash ^= name.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  // a second, differently mixed hash so that two names must collide in 64 bits to share a stream
  let second = 0x9e3779b9;
  for (let i = name.length - 1; i >= 0; i--)
    second = Math.imul(second ^ name.charCodeAt(i), 0x85ebca6b) ^ (second >>> 13);
  const [a, b] = [splitMix(hash >>> 0), splitMix(second >>> 0)];
  let [s0, s1, s2, s3] = [a(), b(), a(), b()];
  if ((s0 | s1 | s2 | s3) === 0) s0 = 1;
  return () => {
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotate(s3, 11);
    return result;
  };
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function splitMix(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
}

/** The whole numbers 0 … n-1, from the last on each exchanged with the one at `placeFor(i)`. */
function shuffle(n: number, placeFor: (i: number) => number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = placeFor(i);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}
