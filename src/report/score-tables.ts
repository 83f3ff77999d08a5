import type { ParquetColumn } from "../io/index.ts";
import type { Equivalence, Estimate, StudyResult } from "./result.ts";

/** One column of a table of the report: text, or numbers with NaN where undefined. */
export type TableColumn = ParquetColumn;

/** The main table, one row a region × feature space.
 * @returns columns in reading order; estimates as `unique`, `unique_low`, `unique_high`; one `unique_<person>` a participant. */
export function cellColumns({ cells, spaces, participants }: StudyResult): readonly TableColumn[] {
  const control = new Set(spaces.filter((space) => space.control).map(({ name }) => name));
  return [
    textColumn(cells, "region", (cell) => cell.region),
    textColumn(cells, "space", (cell) => cell.space),
    flagColumn(cells, "control", (cell) => control.has(cell.space)),
    ...estimateColumns(cells, "alone_r2", (cell) => cell.alone),
    ...estimateColumns(cells, "unique_r2", (cell) => cell.unique),
    ...estimateColumns(cells, "shared_r2", (cell) => cell.shared),
    ...estimateColumns(cells, "split_r2", (cell) => cell.split),
    numberColumn(cells, "unique_share_of_ceiling", (cell) => cell.uniqueShareOfCeiling),
    ...testColumns(cells),
    ...equivalenceColumns(cells),
    ...personColumns(cells, "unique_r2", participants, (cell) => cell.perPerson),
  ];
}

/** Joint scores, one row a region.
 * @returns columns in reading order, with `r_<person>` and `ceiling_<person>` last. */
export function regionColumns({ regionScores: rows, participants }: StudyResult): readonly TableColumn[] {
  return [
    textColumn(rows, "region", (row) => row.region),
    numberColumn(rows, "targets", (row) => row.targets),
    ...estimateColumns(rows, "r", (row) => row.r),
    ...estimateColumns(rows, "r2", (row) => row.r2),
    numberColumn(rows, "ceiling", (row) => row.ceiling),
    numberColumn(rows, "cc_norm", (row) => row.ccNorm),
    ...testColumns(rows),
    ...personColumns(rows, "r", participants, (row) => row.perPerson),
    ...personColumns(rows, "ceiling", participants, (row) => row.ceilingPerPerson),
  ];
}

/** Model against model, one row a pair × region; R²(a) − R²(b). */
export function comparisonColumns({ comparisons: rows, participants }: StudyResult): readonly TableColumn[] {
  return [
    textColumn(rows, "a", (row) => row.a),
    textColumn(rows, "b", (row) => row.b),
    textColumn(rows, "region", (row) => row.region),
    ...estimateColumns(rows, "difference_r2", (row) => row.difference),
    ...testColumns(rows),
    ...equivalenceColumns(rows),
    ...(rows.some(({ truth }) => truth !== undefined)
      ? [numberColumn(rows, "truth", (row) => row.truth ?? Number.NaN)]
      : []),
    textColumn(rows, "unmatched", (row) => row.unmatched?.join("; ") ?? "not known"),
    ...personColumns(rows, "difference_r2", participants, (row) => row.perPerson),
  ];
}

/** All parts of the joint R², one row a region × part, its spaces joined by " & "; none where they were not asked for. */
export function partitionColumns({ partition, participants }: StudyResult): readonly TableColumn[] {
  const rows = (partition?.regions ?? []).flatMap(({ region, parts }) =>
    parts.map((part) => ({ ...part, region })),
  );
  return [
    textColumn(rows, "region", (row) => row.region),
    textColumn(rows, "part", (row) => row.spaces.join(" & ")),
    numberColumn(rows, "spaces", (row) => row.spaces.length),
    ...estimateColumns(rows, "r2", (row) => row.share),
    ...personColumns(rows, "r2", participants, (row) => row.perPerson),
  ];
}

/** Foundation models, one row a model × region: scores alone, and how often each layer was chosen. */
export function modelColumns({ models, regions }: StudyResult): readonly TableColumn[] {
  const rows = models.flatMap(({ scores, ...model }) =>
    scores.map((score, g) => ({ ...score, model, region: regions[g] as string })),
  );
  const layers = [...new Set(models.flatMap((model) => model.layers))].sort((a, b) => a - b);
  return [
    textColumn(rows, "model", (row) => row.model.name),
    textColumn(rows, "region", (row) => row.region),
    flagColumn(rows, "control", (row) => row.model.control),
    ...estimateColumns(rows, "r2", (row) => row.r2),
    ...estimateColumns(rows, "r", (row) => row.r),
    ...layers.map((layer) =>
      numberColumn(
        rows,
        `layer_${layer}`,
        (row) => row.chosen[row.model.layers.indexOf(layer)] ?? Number.NaN,
      ),
    ),
  ];
}

/** Every target of every person, one row each, people after one another and targets in order.
 * @returns `participant`, `target` (from 0), `region` (empty for none), `r`, `r2`, `ceiling`, `reliability` (where targets
 * were kept by it), `alpha`, then `unique_`, `alone_`,
 * `split_` and `weight_` of each feature space, and `alone_` of each model. */
export function targetColumns({ targets, regions, spaces, models }: StudyResult): readonly TableColumn[] {
  const join = (pick: (person: StudyResult["targets"][number]) => Float64Array): Float64Array => {
    const out = new Float64Array(targets.reduce((sum, person) => sum + person.r.length, 0));
    let at = 0;
    for (const person of targets) {
      out.set(pick(person), at);
      at += person.r.length;
    }
    return out;
  };
  const each = (name: string, key: "unique" | "alone" | "split" | "bandWeight") =>
    spaces.map((space, s) => ({
      name: `${name}_${space.name}`,
      values: join((person) => person[key][s] ?? new Float64Array(person.r.length).fill(Number.NaN)),
    }));
  return [
    {
      name: "participant",
      values: targets.flatMap(({ participant, r }) => Array.from(r, () => participant)),
    },
    { name: "target", values: Int32Array.from(targets.flatMap(({ r }) => Array.from(r, (_, k) => k))) },
    { name: "region", values: targets.flatMap(({ region }) => Array.from(region, (g) => regions[g] ?? "")) },
    { name: "r", values: join(({ r }) => r) },
    { name: "r2", values: join(({ r2 }) => r2) },
    { name: "ceiling", values: join(({ ceiling }) => ceiling) },
    ...(targets.some(({ reliability }) => reliability)
      ? [
          {
            name: "reliability",
            values: join(({ r, reliability }) => reliability ?? new Float64Array(r.length).fill(Number.NaN)),
          },
        ]
      : []),
    { name: "alpha", values: join(({ alpha }) => alpha) },
    ...each("unique", "unique"),
    ...each("alone", "alone"),
    ...models.map(({ name }, m) => ({
      name: `alone_${name}`,
      values: join(
        (person) => person.alone[spaces.length + m] ?? new Float64Array(person.r.length).fill(Number.NaN),
      ),
    })),
    ...each("split", "split"),
    ...each("weight", "bandWeight"),
  ];
}

interface Tested {
  readonly p: number;
  readonly pCorrected: number;
  readonly inFavour: number;
  readonly significant: boolean;
}

function testColumns(rows: readonly Tested[]): readonly TableColumn[] {
  return [
    numberColumn(rows, "p", (row) => row.p),
    numberColumn(rows, "p_corrected", (row) => row.pCorrected),
    numberColumn(rows, "people_in_favour", (row) => row.inFavour),
    flagColumn(rows, "found", (row) => row.significant),
  ];
}

function equivalenceColumns(rows: readonly { readonly equivalence: Equivalence }[]): readonly TableColumn[] {
  return [
    numberColumn(rows, "less_than", ({ equivalence }) => equivalence.bound),
    numberColumn(rows, "equivalence_p", ({ equivalence }) => equivalence.p),
    numberColumn(rows, "equivalence_p_corrected", ({ equivalence }) => equivalence.pCorrected),
    flagColumn(rows, "equivalent", ({ equivalence }) => equivalence.equivalent),
  ];
}

function estimateColumns<T>(rows: readonly T[], name: string, pick: (row: T) => Estimate) {
  return [
    numberColumn(rows, name, (row) => pick(row).mean),
    numberColumn(rows, `${name}_low`, (row) => pick(row).low),
    numberColumn(rows, `${name}_high`, (row) => pick(row).high),
  ];
}

function personColumns<T>(
  rows: readonly T[],
  name: string,
  participants: readonly string[],
  pick: (row: T) => readonly number[],
) {
  return participants.map((id, k) =>
    numberColumn(rows, `${name}_${id}`, (row) => pick(row)[k] ?? Number.NaN),
  );
}

function numberColumn<T>(rows: readonly T[], name: string, pick: (row: T) => number): TableColumn {
  return { name, values: Float64Array.from(rows, pick) };
}

function flagColumn<T>(rows: readonly T[], name: string, pick: (row: T) => boolean): TableColumn {
  return { name, values: Int32Array.from(rows, (row) => (pick(row) ? 1 : 0)) };
}

function textColumn<T>(rows: readonly T[], name: string, pick: (row: T) => string): TableColumn {
  return { name, values: rows.map(pick) };
}
