import { EncodingError, type Matrix, matrix } from "../../core/index.ts";
import { type Linalg, openLinalg } from "../../linalg/index.ts";
import {
  correlationDistances,
  crossnobisDistances,
  type Dissimilarities,
  euclideanDistances,
  noisePrecision,
} from "../../stats/index.ts";
import type { Places, StudyFiles } from "../files.ts";
import type { RsaSettings, RsaSide } from "./settings.ts";

/** Dissimilarities of everything that is compared, all over the same conditions. */
export interface RsaData {
  readonly conditions: number;
  /** [region][person]. */
  readonly people: readonly (readonly Dissimilarities[])[];
  /** [region][model]; a model whose path has no {region} is the same in all. */
  readonly models: readonly (readonly Dissimilarities[])[];
}

/** Read patterns or dissimilarities of people and models.
 * @throws EncodingError "file" | "format" | "shape" naming the file; "shape" if sides have other conditions. */
export async function loadRsa(files: StudyFiles, settings: RsaSettings): Promise<RsaData> {
  const { participants, regions, responses, models } = settings;
  const linalg = await openLinalg();
  const load = (side: RsaSide, places: Places) => loadSide(files, side, places, settings, linalg);
  try {
    const data = {
      people: await inTurn(regions, (region) =>
        inTurn(participants, (participant) => load(responses, { participant, region })),
      ),
      models: await inTurn(regions, (region) =>
        inTurn(Object.values(models), (side) => load(side, { region })),
      ),
    };
    return { conditions: sameConditions(data, settings), ...data };
  } finally {
    await linalg.close();
  }
}

async function inTurn<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const out: R[] = [];
  for (const one of list) out.push(await work(one));
  return out;
}

async function loadSide(
  files: StudyFiles,
  { file, dataset, holds, distance, residuals }: RsaSide,
  places: Places,
  { folds = [] }: RsaSettings,
  linalg: Linalg,
): Promise<Dissimilarities> {
  const read = async (path: string, more: Places = {}) =>
    (await files.array(path, { ...places, ...more }, dataset === undefined ? {} : { dataset })) as {
      readonly shape: readonly number[];
      readonly data: ArrayLike<number>;
    };
  if (holds === "dissimilarities") return toDissimilarities(await read(file), file);
  const precision =
    residuals === undefined
      ? undefined
      : await noisePrecision(tableOf(await read(residuals), residuals, "samples"), linalg);
  const how = precision === undefined ? {} : { precision };
  if (distance === "crossnobis") {
    const measured = await inTurn(folds, async (fold) =>
      tableOf(await read(file, { fold }), file, "conditions"),
    );
    return crossnobisDistances(measured, how);
  }
  const patterns = tableOf(await read(file), file, "conditions");
  return distance === "euclidean" ? euclideanDistances(patterns, how) : correlationDistances(patterns);
}

interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function tableOf<R extends string>({ shape, data }: Numbers, file: string, rows: R): Matrix<R, "channels"> {
  const [count, columns = 1] = shape;
  if (count === undefined || shape.length > 2)
    throw new EncodingError(
      "shape",
      `rsa: ${file} must be a table of ${rows} × channels; it is ${shape.join(" × ")}.`,
    );
  return matrix([rows, "channels"], count, columns, Float64Array.from(data));
}

/** A square matrix, symmetric with zeros on its diagonal, or its upper triangle. */
function toDissimilarities({ shape, data }: Numbers, file: string): Dissimilarities {
  const values = Float64Array.from(data);
  if (shape.length === 1 || shape[1] === 1) {
    const conditions = (1 + Math.sqrt(1 + 8 * values.length)) / 2;
    if (!Number.isInteger(conditions))
      throw new EncodingError(
        "shape",
        `rsa: ${file} has ${values.length} dissimilarities; the pairs of n conditions are n (n − 1) / 2.`,
      );
    return { conditions, values };
  }
  const [n, m] = shape as [number, number];
  const at = (i: number, j: number) => values[i * n + j] as number;
  if (shape.length > 2 || n !== m)
    throw new EncodingError(
      "shape",
      `rsa: ${file} must be square, or an upper triangle in one row; it is ${shape.join(" × ")}.`,
    );
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++)
      if (Math.abs(at(i, j) - at(j, i)) > 1e-6 * largest || (i === j && Math.abs(at(i, i)) > 1e-6 * largest))
        throw new EncodingError(
          "value",
          `rsa: ${file} must be symmetric with zeros on its diagonal; got ${at(i, j)} and ${at(j, i)} at row ${i}, column ${j}. Are these similarities? A distance is 1 − r.`,
        );
  const pairs = Float64Array.from({ length: (n * (n - 1)) / 2 });
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) pairs[k++] = at(i, j);
  return { conditions: n, values: pairs };
}

function sameConditions(
  { people, models }: Pick<RsaData, "people" | "models">,
  { participants, regions, models: named }: RsaSettings,
): number {
  const conditions = people[0]?.[0]?.conditions ?? 0;
  const names = Object.keys(named);
  for (const [g, region] of regions.entries())
    for (const [k, own] of [...(people[g] ?? []), ...(models[g] ?? [])].entries())
      if (own.conditions !== conditions)
        throw new EncodingError(
          "shape",
          `rsa: everything needs the same conditions; ${participants[0]} has ${conditions}, ${participants[k] ?? names[k - participants.length]} in ${region} has ${own.conditions}.`,
        );
  if (conditions < 4)
    throw new EncodingError("shape", `rsa: needs at least 4 conditions; got ${conditions}.`);
  return conditions;
}
