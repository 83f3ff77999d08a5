import { type Features, stackRows } from "../../core/index.ts";
import type { GuardSpace } from "./design.ts";

/** Rows of a time series that must agree in a stretch before it counts as the same stimulus. */
const stretch = 10;
/** Different numbers that features must hold before equal rows mean equal stimuli; categories and counts have fewer. */
const fewestValues = 64;
const fewestColumns = 3;
const mostColumns = 64;

/** Which rows showed the same stimulus: by the names or bytes of a list where there is one, else by features that agree to the last bit
 * (in a time series over ten samples in a row that are not all alike). Features in which different stimuli may well agree by chance (counts, places, categories) tell nothing.
 * @returns one number a row, equal for equal stimuli; null where features are too coarse to tell. */
export function identifyStimuli(
  kind: "time-series" | "stimulus-rows",
  spaces: readonly GuardSpace[],
  rows: number,
  list: readonly string[] | null,
): Int32Array | null {
  if (list !== null) return number(list);
  const wholes = spaces.map(({ runs }) => stackRows(runs));
  if (!isFine(wholes, rows)) return null;
  const keys = Array.from({ length: rows }, (_, i) => rowKey(wholes, i));
  if (kind === "time-series") return alignStretches(keys);
  const distinct = [...new Map(keys.map((key, i) => [key, i])).values()];
  return coincidences(wholes, distinct) > mostCoincidences ? null : number(keys);
}

/** Pairs of stimuli that may agree in all columns by chance, at most. */
const mostCoincidences = 0.01;

/** Pairs of different rows that are expected to agree in all columns: were columns independent, the product of how often two rows agree in each; raised to the
 * share of directions that the columns span, because they are not. */
function coincidences(wholes: readonly Features[], rows: readonly number[]): number {
  const columns = wholes.flatMap(({ data, cols }) =>
    Array.from({ length: Math.min(cols, mostColumns) }, (_, j) =>
      rows.map((i) => data[i * cols + j] as number),
    ),
  );
  const varied = columns.filter((column) => column.some((value) => value !== column[0]));
  const agreed = varied.map(agreement);
  if (agreed.includes(0)) return 0;
  const product = agreed.reduce((sum, share) => sum + Math.log(share), 0);
  const pairs = (rows.length * (rows.length - 1)) / 2;
  return pairs * Math.exp((product * spannedBy(varied)) / varied.length);
}

/** Share of pairs of rows with the same value. */
function agreement(column: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of column) counts.set(value, (counts.get(value) ?? 0) + 1);
  let same = 0;
  for (const count of counts.values()) same += count * (count - 1);
  return same / Math.max(1, column.length * (column.length - 1));
}

/** Independent directions of columns: the participation ratio of their correlation matrix. */
function spannedBy(columns: readonly (readonly number[])[]): number {
  const unit = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    const length = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0));
    return column.map((x) => (x - mean) / length);
  });
  let squares = 0;
  for (const a of unit)
    for (const b of unit) squares += a.reduce((sum, x, i) => sum + x * (b[i] as number), 0) ** 2;
  return columns.length ** 2 / squares;
}

/** One number a row, equal for equal keys; −1 where there is none. */
export function numberKnown(keys: readonly (string | null)[]): Int32Array {
  const all = number(keys.map((key) => key ?? ""));
  return all.map((first, i) => (keys[i] === null ? -1 : first));
}

function number(keys: readonly string[]): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from(keys, (key, i) => {
    if (!first.has(key)) first.set(key, i);
    return first.get(key) as number;
  });
}

function alignStretches(keys: readonly string[]): Int32Array {
  const out = Int32Array.from(keys.keys());
  const first = new Map<string, number>();
  for (let i = 0; i + stretch <= keys.length; i++) {
    const own = keys.slice(i, i + stretch);
    if (new Set(own).size < stretch) continue; // a blank or a still looks the same everywhere
    const key = own.join();
    const before = first.get(key);
    if (before === undefined) first.set(key, i);
    else for (let k = 0; k < stretch; k++) out[i + k] = out[before + k] as number;
  }
  return out;
}

function isFine(wholes: readonly Features[], rows: number): boolean {
  const values = new Set<number>();
  let columns = 0;
  for (const { data, cols } of wholes)
    for (let j = 0; j < cols; j++) {
      const before = data[j];
      let varies = false;
      for (let i = 0; i < rows && (values.size < fewestValues || !varies); i++) {
        const value = data[i * cols + j] as number;
        values.add(value);
        varies ||= value !== before;
      }
      if (varies) columns++;
      if (columns >= fewestColumns && values.size >= fewestValues) return true;
    }
  return false;
}

/** The numbers of one row of all spaces (evenly chosen beyond 64 a space), as text. */
function rowKey(wholes: readonly Features[], row: number): string {
  return wholes
    .map(({ data, cols }) => {
      const stride = Math.max(1, Math.ceil(cols / mostColumns));
      let [a, b] = [2166136261, 16777619];
      for (let j = 0; j < cols; j += stride) {
        scratch[0] = data[row * cols + j] as number;
        for (const bits of words) {
          a = Math.imul(a ^ bits, 16777619);
          b = Math.imul(b ^ (bits >>> 7), 2246822519) + a;
        }
      }
      return `${a >>> 0}.${b >>> 0}`;
    })
    .join();
}

const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);
