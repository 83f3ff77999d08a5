/** A WebAssembly module written in TypeScript: only what loops over numbers need. Opcodes are those of the specification's index of instructions. */

/** Bytes of some instructions. */
export type Code = readonly number[];

/** A function that takes 32-bit integers and returns nothing. */
export interface Func {
  readonly name: string;
  readonly params: number;
  /** Integers beside the parameters, numbered after them. */
  readonly locals: number;
  /** Vectors, numbered after these; default none. */
  readonly vectors?: number;
  readonly body: Code;
}

/** Ready to be given memory; null where the machine has no vectors. */
export function compileFunctions(functions: readonly Func[]): WebAssembly.Module | null {
  const bytes = encodeModule(functions);
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}

const pageBytes = 1 << 16;

/** The functions on a memory of their own, which holds zeros; null where there is no address space for it. */
export function openFunctions<F>(
  module: WebAssembly.Module,
  bytes: number,
): { readonly buffer: ArrayBuffer; readonly functions: F } | null {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { buffer: memory.buffer as ArrayBuffer, functions: exports as F };
  } catch {
    return null;
  }
}

/** A module of these functions on a memory that is given to it as "env" "memory". */
function encodeModule(functions: readonly Func[]): Uint8Array<ArrayBuffer> {
  const [i32, v128] = [0x7f, 0x7b];
  const types = functions.map(({ params }) => [0x60, ...list(new Array(params).fill([i32])), 0]);
  const imported = [...text("env"), ...text("memory"), 0x02, 0x00, ...unsigned(1)];
  const bodies = functions.map(({ locals, vectors = 0, body }) => {
    const kinds = [
      [...unsigned(locals), i32],
      [...unsigned(vectors), v128],
    ];
    const code = [...list(kinds), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list([imported])),
    ...section(3, list(functions.map((_, k) => unsigned(k)))),
    ...section(7, list(functions.map(({ name }, k) => [...text(name), 0x00, ...unsigned(k)]))),
    ...section(10, list(bodies)),
  ]);
}

/** The value of a local. */
export const get = (local: number): Code => [0x20, ...unsigned(local)];

/** Put a value into a local. */
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];

/** A whole number. */
export const int = (value: number): Code => [0x41, ...signed(value)];

/** Sum of integers. */
export const plus = (first: Code, ...rest: Code[]): Code => [
  ...first,
  ...rest.flatMap((one) => [...one, 0x6a]),
];

/** An integer times a power of two. */
export const shift = (value: Code, bits: number): Code => [...value, ...int(bits), 0x74];

/** Do it as long as `local` plus `step` is no more than `end`, `step` further each time. */
export const stepTo = (local: number, end: Code, step: number, body: Code): Code => [
  ...[0x02, 0x40, 0x03, 0x40], // block, loop
  ...[...plus(get(local), int(step)), ...end, 0x4b, 0x0d, 1], // out of the block if beyond
  ...body,
  ...set(local, plus(get(local), int(step))),
  ...[0x0c, 0x00, 0x0b, 0x0b],
];

/** Two doubles that are 0. */
export const zeros: Code = [0xfd, ...unsigned(0x0c), ...new Array<number>(16).fill(0)];

/** Two doubles that are 1. */
export const ones: Code = [
  ...[0xfd, ...unsigned(0x0c)],
  ...[0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
  ...[0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
];

/** Memory at an address. */
export const load = {
  /** One float. */
  float: (at: Code, offset = 0): Code => [...at, 0x2a, 2, ...unsigned(offset)],
  /** One double. */
  double: (at: Code, offset = 0): Code => [...at, 0x2b, 3, ...unsigned(offset)],
  /** One double, twice side by side. */
  twice: (at: Code, offset = 0): Code => [...at, 0xfd, ...unsigned(0x0a), 3, ...unsigned(offset)],
  /** Two neighbouring floats, half a vector. */
  twoFloats: (at: Code, offset = 0): Code => [...at, 0xfd, ...unsigned(0x5d), 2, ...unsigned(offset)],
  /** A vector: four neighbouring floats or two doubles. */
  vector: (at: Code, offset = 0): Code => [...at, 0xfd, ...unsigned(0x00), 2, ...unsigned(offset)],
} as const;

/** Write to memory at an address. */
export const store = {
  /** One float. */
  float: (at: Code, value: Code, offset = 0): Code => [...at, ...value, 0x38, 2, ...unsigned(offset)],
  /** One double. */
  double: (at: Code, value: Code, offset = 0): Code => [...at, ...value, 0x39, 3, ...unsigned(offset)],
  /** A vector. */
  vector: (at: Code, value: Code, offset = 0): Code => [
    ...at,
    ...value,
    ...[0xfd, ...unsigned(0x0b), 2],
    ...unsigned(offset),
  ],
} as const;

/** Two operands, then a vector's instruction. */
const vectors =
  (instruction: number) =>
  (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(instruction)];

/** Arithmetic of one float, one double, four floats, two doubles. */
export const arithmetic = {
  /** One float. */
  float: {
    /** Product. */
    times: (a: Code, b: Code): Code => [...a, ...b, 0x94],
  },
  /** One double. */
  double: {
    /** From a float. */
    of: (float: Code): Code => [...float, 0xbb],
    /** Sum. */
    plus: (a: Code, b: Code): Code => [...a, ...b, 0xa0],
    /** Product. */
    times: (a: Code, b: Code): Code => [...a, ...b, 0xa2],
  },
  /** Four floats. */
  fourFloats: {
    /** Products. */
    times: vectors(0xe6),
  },
  /** Two doubles. */
  twoDoubles: {
    /** From the first two floats of a vector. */
    of: (twoFloats: Code): Code => [...twoFloats, 0xfd, ...unsigned(0x5f)],
    /** Sums. */
    plus: vectors(0xf0),
    /** Differences. */
    minus: vectors(0xf1),
    /** Products. */
    times: vectors(0xf2),
    /** Quotients. */
    over: vectors(0xf3),
    /** Square roots. */
    root: (a: Code): Code => [...a, 0xfd, ...unsigned(0xef)],
    /** Sum of the two, as one double. */
    sum: (a: Code): Code => [
      ...[...a, 0xfd, ...unsigned(0x21), 0],
      ...[...a, 0xfd, ...unsigned(0x21), 1],
      0xa0,
    ],
  },
} as const;

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(name: string): Code {
  return list(Array.from(new TextEncoder().encode(name), (byte) => [byte]));
}

/** LEB128. */
function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const last = value >= -0x40 && value < 0x40;
  return last ? [low] : [low | 0x80, ...signed(value >> 7)];
}
