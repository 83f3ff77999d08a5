import { EncodingError } from "../core/index.ts";

/** Regions of targets: names in order, and the index of each target's region. */
export interface RegionLabels {
  readonly regions: readonly string[];
  /** Index into `regions` of each target; −1 for none. */
  readonly regionOf: Int32Array;
  readonly warnings: readonly string[];
}

/** The targets of each region, in ascending order.
 * @param regionOf index of the region of each target, −1 for none.
 * @param regions how many regions there are; one without targets gets an empty list.
 * @throws EncodingError "range" if an index is neither −1 nor below `regions`. */
export function groupTargets(regionOf: Int32Array, regions: number): Int32Array[] {
  const counts = new Int32Array(regions);
  for (let t = 0; t < regionOf.length; t++) {
    const r = regionOf[t] as number;
    if (r < -1 || r >= regions)
      throw new EncodingError(
        "range",
        `groupTargets: regions go from 0 to ${regions - 1}, −1 for none; got ${r} for target ${t}.`,
        { target: t, region: r },
      );
    if (r >= 0) counts[r] = (counts[r] as number) + 1;
  }
  const groups = Array.from(counts, (n) => new Int32Array(n));
  counts.fill(0);
  for (let t = 0; t < regionOf.length; t++) {
    const r = regionOf[t] as number;
    const group = groups[r];
    if (group === undefined) continue;
    group[counts[r] as number] = t;
    counts[r] = (counts[r] as number) + 1;
  }
  return groups;
}

/** Read one label a target: numbers with a table of names, or the names themselves.
 *
 * Label 0, the empty name, and numbers that the table leaves out mean no region. Regions are ordered as in the table, or,
 * for names, as they come first.
 * @param labels whole numbers (of a label image or table), or names.
 * @param names label number → region; not used when labels are names. Several numbers may carry one name.
 * @throws EncodingError "value" if a label is not a whole number ≥ 0, naming the target; "option" if no names were given. */
export function parseLabels(
  labels: ArrayLike<number> | readonly string[],
  names: Readonly<Record<string, string>> = {},
): RegionLabels {
  const isText = labels.length > 0 && typeof labels[0] === "string";
  const table = isText
    ? Object.fromEntries(Array.from(labels as readonly string[], (name) => [`=${name}`, name]))
    : names;
  const listed = Object.entries(table).filter(([key, name]) => key !== "0" && name !== "");
  if (!isText && listed.length === 0)
    throw new EncodingError("option", "parseLabels: numbers need a table of names; got none.");
  const regions = [...new Set(listed.map(([, name]) => name))];
  const indexOf = new Map(listed.map(([key, name]) => [key, regions.indexOf(name)]));
  const unknown = new Set<number>();
  const regionOf = Int32Array.from({ length: labels.length }, (_, t) => {
    const label = labels[t] as number | string;
    if (typeof label === "string") return indexOf.get(`=${label}`) ?? -1;
    if (!Number.isInteger(label) || label < 0)
      throw new EncodingError(
        "value",
        `parseLabels: labels must be whole numbers ≥ 0; got ${label} for target ${t} of ${labels.length}.`,
        { target: t, label },
      );
    const index = indexOf.get(String(label)) ?? -1;
    if (index < 0 && label !== 0) unknown.add(label);
    return index;
  });
  return { regions, regionOf, warnings: warnings(regions, regionOf, [...unknown]) };
}

function warnings(regions: readonly string[], regionOf: Int32Array, unknown: readonly number[]): string[] {
  const out: string[] = [];
  const seen = new Set(regionOf);
  const empty = regions.filter((_, r) => !seen.has(r));
  if (empty.length > 0) out.push(`No target carries the label of ${empty.join(", ")}.`);
  const shown = [...unknown].sort((a, b) => a - b).slice(0, 8);
  const more = unknown.length > shown.length ? " …" : "";
  if (unknown.length > 0) out.push(`Labels without a name were left out: ${shown.join(", ")}${more}.`);
  return out;
}
