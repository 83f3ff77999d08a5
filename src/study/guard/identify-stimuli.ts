import { type Features, stackRows } from "../../core/index.ts";
import type { GuardSpace } from "./design.ts";

/** Rows of a time series that must agree in a stretch before it counts as the same stimulus. */
const stretch = 10;
/** Different numbers that features must hold before equal rows mean equal stimuli; categories and counts have fewer. */
const fewestValues = 64;
const fewestColumns = 3;
const mostColumns = 64;

/** Which rows showed the same stimulus: by the names or bytes of a list where there is one, else by features that agree to the last bit
 * (in a time series over ten samples in a row that are not all alike).
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
  return kind === "stimulus-rows" ? number(keys) : alignStretches(keys);
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
