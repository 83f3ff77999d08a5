/** A WebAssembly module written in TypeScript: only what loops over numbers need. Opcodes are those of the specification's index of instructions. */

/** Bytes of some instructions. */
export type Code = readonly number[];

/** A function that takes and has only 32-bit integers, and returns nothing. */
export interface Func {
  readonly name: string;
  readonly params: number;
  readonly locals: number;
  readonly body: Code;
}

/** A module of these functions on a memory that is given to it as "env" "memory". */
export function encodeModule(functions: readonly Func[]): Uint8Array<ArrayBuffer> {
  const i32 = 0x7f;
  const types = functions.map(({ params }) => [0x60, ...list(new Array(params).fill([i32])), 0]);
  const imported = [...text("env"), ...text("memory"), 0x02, 0x00, ...unsigned(1)];
  const bodies = functions.map(({ locals, body }) => {
    const code = [...list([[...unsigned(locals), i32]]), ...body, 0x0b];
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

/** Memory at an address; two and four mean neighbours side by side in one vector. */
export const load = {
  float: (at: Code, offset = 0): Code => [...at, 0x2a, 2, ...unsigned(offset)],
  double: (at: Code, offset = 0): Code => [...at, 0x2b, 3, ...unsigned(offset)],
  twoFloats: (at: Code, offset = 0): Code => [...at, 0xfd, ...unsigned(0x5d), 2, ...unsigned(offset)],
  vector: (at: Code, offset = 0): Code => [...at, 0xfd, ...unsigned(0x00), 2, ...unsigned(offset)],
} as const;

/** Write to memory at an address. */
export const store = {
  float: (at: Code, value: Code, offset = 0): Code => [...at, ...value, 0x38, 2, ...unsigned(offset)],
  double: (at: Code, value: Code, offset = 0): Code => [...at, ...value, 0x39, 3, ...unsigned(offset)],
  vector: (at: Code, value: Code, offset = 0): Code => [
    ...at,
    ...value,
    ...[0xfd, ...unsigned(0x0b), 2],
    ...unsigned(offset),
  ],
} as const;

/** Arithmetic of one float, one double, four floats, two doubles. */
export const arithmetic = {
  float: { times: (a: Code, b: Code): Code => [...a, ...b, 0x94] },
  double: {
    of: (float: Code): Code => [...float, 0xbb],
    plus: (a: Code, b: Code): Code => [...a, ...b, 0xa0],
    times: (a: Code, b: Code): Code => [...a, ...b, 0xa2],
  },
  fourFloats: { times: (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0xe6)] },
  twoDoubles: {
    of: (twoFloats: Code): Code => [...twoFloats, 0xfd, ...unsigned(0x5f)],
    plus: (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0xf0)],
    times: (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0xf2)],
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
