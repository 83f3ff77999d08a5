import { allocate, type Dtype, type FloatArray, wasm } from "../core/index.ts";

const { arithmetic, get, int, load, plus, set, shift, stepTo, store } = wasm;

/** Loops over numbers in one memory, several numbers at a time; everything is named by its address there, in bytes. They give the same numbers as
 * the plain loops that they stand for, to the last bit. */
export interface Vectors {
  /** out ← each of `count` floats of a row times its factor, row after row. @param stride bytes from one row to the next. */
  scaleRows(data: number, stride: number, factors: number, out: number, rows: number, count: number): void;
  /** sums ← sums + squares of floats, row after row, each row `count` floats and `sums` doubles. */
  addSquares(data: number, sums: number, rows: number, count: number): void;
}

const known = new WeakMap<ArrayBufferLike, Vectors>();

/** Memory that {@link vectorsOn} works on; plain memory where the machine has no vectors, or for doubles. */
export function allocateVector(dtype: Dtype, length: number): FloatArray {
  const module = dtype === "float32" ? compiled() : null;
  return (module && openMemory(module, length)) ?? allocate(dtype, length);
}

/** The loops on the memory of an array; undefined if it is plain memory. */
export function vectorsOn({ buffer }: FloatArray): Vectors | undefined {
  return known.get(buffer);
}

function openMemory(module: WebAssembly.Module, length: number): FloatArray | null {
  const opened = wasm.openFunctions<Vectors>(module, 4 * length);
  if (opened === null) return null;
  known.set(opened.buffer, opened.functions);
  return new Float32Array(opened.buffer, 0, length);
}

let made: WebAssembly.Module | null | undefined;

function compiled(): WebAssembly.Module | null {
  if (made === undefined) made = wasm.compileFunctions([scaleRows(), addSquares()]);
  return made;
}

function scaleRows() {
  const [data, stride, factors, out, rows, count, row, end, k] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const at = (base: number) => plus(get(base), get(k));
  const { fourFloats, float } = arithmetic;
  const four = (offset: number) =>
    store.vector(
      at(out),
      fourFloats.times(load.vector(at(data), offset), load.vector(at(factors), offset)),
      offset,
    );
  const body = [
    ...set(end, shift(get(count), 2)),
    ...stepTo(row, get(rows), 1, [
      ...set(k, int(0)),
      ...stepTo(k, get(end), 32, [...four(0), ...four(16)]),
      ...stepTo(
        k,
        get(end),
        4,
        store.float(at(out), float.times(load.float(at(data)), load.float(at(factors)))),
      ),
      ...set(data, plus(get(data), get(stride))),
      ...set(out, plus(get(out), get(end))),
    ]),
  ];
  return { name: "scaleRows", params: 6, locals: 3, body };
}

/** Four rows at a time: sums are loaded and stored less often. */
function addSquares() {
  const [data, sums, rows, count, width, row, k] = [0, 1, 2, 3, 4, 5, 6] as const;
  const third = 7;
  const { twoDoubles, double } = arithmetic;
  const offsetOf = (line: number) =>
    [
      plus(get(data), get(k)),
      plus(get(data), get(width), get(k)),
      plus(get(third), get(k)),
      plus(get(third), get(width), get(k)),
    ][line] as readonly number[];
  const ownAt = plus(get(sums), shift(get(k), 1));
  /** a² + b² + (c² + d²), or a². */
  const join = (squares: (readonly number[])[], add: typeof twoDoubles.plus) =>
    squares.length === 1
      ? (squares[0] as readonly number[])
      : add(
          add(squares[0] as readonly number[], squares[1] as readonly number[]),
          add(squares[2] as readonly number[], squares[3] as readonly number[]),
        );
  const two = (lines: number) => {
    const squares = Array.from({ length: lines }, (_, line) => {
      const value = twoDoubles.of(load.twoFloats(offsetOf(line)));
      return twoDoubles.times(value, value);
    });
    return store.vector(ownAt, twoDoubles.plus(load.vector(ownAt), join(squares, twoDoubles.plus)));
  };
  const one = (lines: number) => {
    const squares = Array.from({ length: lines }, (_, line) => {
      const value = double.of(load.float(offsetOf(line)));
      return double.times(value, value);
    });
    return store.double(ownAt, double.plus(load.double(ownAt), join(squares, double.plus)));
  };
  const across = (lines: number) => [
    ...set(k, int(0)),
    ...stepTo(k, get(width), 8, two(lines)),
    ...stepTo(k, get(width), 4, one(lines)),
  ];
  const body = [
    ...set(width, shift(get(count), 2)),
    ...stepTo(row, get(rows), 4, [
      ...set(third, plus(get(data), get(width), get(width))),
      ...across(4),
      ...set(data, plus(get(third), get(width), get(width))),
    ]),
    ...stepTo(row, get(rows), 1, [...across(1), ...set(data, plus(get(data), get(width)))]),
  ];
  return { name: "addSquares", params: 4, locals: 4, body };
}
