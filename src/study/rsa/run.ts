import { checkCancelled, createRandom, type OnProgress, type Random } from "../../core/index.ts";
import {
  adjust,
  bootstrapDual,
  ceilingOfDissimilarities,
  compareDissimilarities,
  type Dissimilarities,
  type RdmCeiling,
} from "../../stats/index.ts";
import { openFiles } from "../files.ts";
import { loadRsa, type RsaData } from "./load.ts";
import type { RsaSettings } from "./settings.ts";

/** A mean over people with an interval and a test that should hold for other people and other conditions. */
export interface RsaEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
  /** Over all regions and models, or all regions and pairs. */
  readonly pCorrected: number;
  readonly perPerson: readonly number[];
}

/** What `simcortex rsa` found. */
export interface RsaResult
  extends Pick<RsaSettings, "title" | "question" | "seed" | "method" | "level" | "participants" | "regions"> {
  readonly conditions: number;
  readonly draws: number;
  readonly models: readonly {
    readonly name: string;
    readonly description: string;
    readonly control: boolean;
  }[];
  /** Of each region. */
  readonly ceilings: readonly RdmCeiling[];
  readonly similarities: readonly (RsaEstimate & { readonly region: string; readonly model: string })[];
  readonly differences: readonly (RsaEstimate & {
    readonly region: string;
    readonly a: string;
    readonly b: string;
  })[];
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
}

/** Compare the dissimilarities of people's responses with those of models, region by region.
 *
 * Conditions are drawn with replacement, the same for all people and models; pairs of a condition with itself are left out. Intervals and p take both
 * people and conditions as samples ({@link bootstrapDual}); p is two-sided against 0, Benjamini–Hochberg over the family.
 * @param folder that relative paths start from. @throws EncodingError as `loadRsa`; "cancelled". */
export async function runRsa(
  settings: RsaSettings,
  { folder, onProgress, signal }: { folder: string; onProgress?: OnProgress; signal?: AbortSignal },
): Promise<RsaResult> {
  const { title, question, seed, method, level, participants, regions, bootstrap, compare } = settings;
  const files = openFiles(settings.data, folder);
  const data = await loadRsa(files, settings);
  const names = Object.keys(settings.models);
  const random = createRandom(seed);
  const drawn = drawConditions(data.conditions, bootstrap, random.stream("conditions"));
  const similarities: Estimated[] = [];
  const differences: Estimated[] = [];
  for (const [g, region] of regions.entries()) {
    const found = await compareRegion(data, g, drawn, {
      method,
      signal,
      tell: (done) =>
        onProgress?.({
          step: "rsa",
          done: g * drawn.length + done,
          total: regions.length * drawn.length,
          message: region,
        }),
    });
    const own = random.stream(region);
    for (const [m, model] of names.entries())
      similarities.push({
        region,
        model,
        ...estimate(found, (at) => at(m), data.conditions, own.stream(model)),
      });
    for (const [a, b] of compare)
      differences.push({
        region,
        a,
        b,
        ...estimate(
          found,
          (at) => at(names.indexOf(a)) - at(names.indexOf(b)),
          data.conditions,
          own.stream(`${a} ${b}`),
        ),
      });
  }
  onProgress?.({ step: "rsa", done: 1, total: 1 });
  return {
    ...{ title, question, seed, method, level, participants, regions },
    conditions: data.conditions,
    draws: bootstrap,
    models: names.map((name) => {
      const { description = "", control = false } = settings.models[name] ?? {};
      return { name, description, control };
    }),
    ceilings: data.people.map((people) => ceilingOfDissimilarities(people, method)),
    similarities: corrected(similarities) as unknown as RsaResult["similarities"],
    differences: corrected(differences) as unknown as RsaResult["differences"],
    inputs: await files.inputs(),
  };
}

type Estimated = Omit<RsaEstimate, "pCorrected"> & Readonly<Record<string, unknown>>;

function corrected(list: readonly Estimated[]) {
  const adjusted = adjust(
    list.map(({ p }) => p),
    "bh",
  );
  return list.map((one, k) => ({ ...one, pCorrected: adjusted[k] as number }));
}

/** Pairs of drawn conditions, as places among all pairs. */
type Draw = Int32Array;

function drawConditions(conditions: number, draws: number, random: Random): Draw[] {
  const place = (a: number, b: number) => {
    const [i, j] = a < b ? [a, b] : [b, a];
    return (i * (2 * conditions - i - 1)) / 2 + (j - i - 1);
  };
  return Array.from({ length: draws }, () => {
    const own = Array.from({ length: conditions }, () => random.integer(conditions));
    const pairs: number[] = [];
    for (const [k, a] of own.entries())
      for (const b of own.slice(k + 1)) if (a !== b) pairs.push(place(a, b));
    return Int32Array.from(pairs);
  });
}

/** Similarities of a region: [person][model], of all conditions and of every draw. */
interface Found {
  readonly whole: readonly Float64Array[];
  readonly draws: readonly (readonly Float64Array[])[];
}

const together = 20;

async function compareRegion(
  { people, models }: RsaData,
  region: number,
  drawn: readonly Draw[],
  {
    method,
    signal,
    tell,
  }: { method: RsaSettings["method"]; signal: AbortSignal | undefined; tell: (done: number) => void },
): Promise<Found> {
  const [own, known] = [people[region] ?? [], models[region] ?? []];
  const table = (take: (one: Dissimilarities) => Dissimilarities) => {
    const sides = known.map(take);
    return own.map((person) => {
      const measured = take(person);
      return Float64Array.from(sides, (side) => compareDissimilarities(measured, side, method));
    });
  };
  const draws: Float64Array[][] = [];
  for (const [d, pairs] of drawn.entries()) {
    if (d % together === 0) {
      checkCancelled(signal);
      tell(d);
      await new Promise((resolve) => setImmediate(resolve)); // a stop is heard between draws
    }
    draws.push(
      table(({ conditions, values }) => ({
        conditions,
        values: Float64Array.from(pairs, (k) => values[k] as number),
      })),
    );
  }
  return { whole: table((one) => one), draws };
}

function estimate(
  { whole, draws }: Found,
  pick: (at: (model: number) => number) => number,
  blocks: number,
  random: Random,
): Omit<RsaEstimate, "pCorrected"> {
  const of = (row: Float64Array) => pick((model) => row[model] as number);
  const perPerson = whole.map(of);
  const perPersonDraws = whole.map((_, p) =>
    Float64Array.from(draws, (people) => of(people[p] as Float64Array)),
  );
  const { mean, low, high, p } = bootstrapDual({ perPerson, perPersonDraws, blocks, random });
  return { value: mean, low, high, p, perPerson };
}
