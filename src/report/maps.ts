import { encodeNpy } from "../io/index.ts";
import { toFileNames } from "./file-name.ts";
import type { StudyResult } from "./result.ts";

/** A file of the report before it is written: its path inside the report's folder, `/` between parts. */
export interface ReportFile {
  readonly path: string;
  readonly bytes: Uint8Array | string;
}

/** Per-target maps of each person as NumPy arrays (targets,), float64: r, R² and the unique variance of each feature space. */
export function mapFiles({ targets, spaces }: StudyResult): readonly ReportFile[] {
  const people = toFileNames(targets.map(({ participant }) => participant));
  const names = toFileNames(spaces.map(({ name }) => name));
  return targets.flatMap((person, k) => {
    const file = (kind: string, data: Float64Array): ReportFile => ({
      path: `maps/${people[k]}-${kind}.npy`,
      bytes: encodeNpy({ shape: [data.length], data: data as Float64Array<ArrayBuffer> }),
    });
    return [
      file("r", person.r),
      file("r2", person.r2),
      ...person.unique.map((data, s) => file(`unique-${names[s]}`, data)),
    ];
  });
}
