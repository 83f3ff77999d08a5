import { type Features, matrix, type Random, type Responses, takeRows } from "../../src/core/index.ts";
import { fitRidge, predict } from "../../src/encoding/index.ts";
import { canonicalHrf, convolve, delayRuns } from "../../src/features/index.ts";
import { createReferenceLinalg } from "../../src/linalg/index.ts";
import { rSquared } from "../../src/stats/index.ts";

/** Two runs to learn from and two that are held out, TR 2 s. */
export const run = 150;
export const testRuns = [run, run];
const delays = [1, 2, 3, 4];
const columns = 4;
const linalg = createReferenceLinalg();
const alphas = [1, 10, 100, 1000];

/** How a study is simulated. */
export interface Condition {
  readonly name: string;
  /** AR(1) coefficient of the noise from TR to TR. */
  readonly noise: number;
  /** AR(1) coefficient of the stimuli's features from TR to TR; 0: a new stimulus every TR. */
  readonly stimuli: number;
}

/** The usual, and two that are harder. Fast: a new stimulus every TR; slow: features with an AR(1) coefficient of .9. */
export const conditions: readonly Condition[] = [
  { name: "noise .5, fast stimuli", noise: 0.5, stimuli: 0 },
  { name: "noise .8, fast stimuli", noise: 0.8, stimuli: 0 },
  { name: "noise .6, slow stimuli", noise: 0.6, stimuli: 0.9 },
];

/** AR(1) series of variance 1 as columns. */
export function drawAr(random: Random, rows: number, cols: number, rho: number): Float64Array<ArrayBuffer> {
  const data = Float64Array.from({ length: rows * cols }, () => random.normal());
  for (let k = cols; k < data.length; k++)
    data[k] = rho * (data[k - cols] as number) + Math.sqrt(1 - rho * rho) * (data[k] as number);
  return data;
}

/** A null study: responses of `targets` targets are noise, and a ridge model with delays that was fitted to two runs predicts the two others. */
export async function drawSilent(
  random: Random,
  { noise, stimuli }: Condition,
  targets: number,
): Promise<{ Y: Responses; P: Responses }> {
  const X = Array.from({ length: 4 }, () => features(drawAr(random, run, columns, stimuli)));
  const Y = Array.from({ length: 4 }, () => responses(drawAr(random, run, targets, noise), targets));
  return { Y: stack(Y.slice(2)), P: await fitAndPredict(X, Y) };
}

/** Held-out responses, and the predictions of two models. */
export interface Equal {
  readonly Y: Responses;
  readonly A: Responses;
  readonly B: Responses;
}

/** Two models that are equally good: both see the stimuli that drive the responses behind a hemodynamic response, each with as much error
 * of its own.
 * @param fitted "together": both have the weights of one fit, so that no luck in training sets them apart; "apart": each its own. */
export async function drawEqual(
  random: Random,
  condition: Condition,
  targets: number,
  fitted: "together" | "apart",
): Promise<Equal> {
  const { seen, Y } = drawDriven(random, condition, targets);
  const look = (runs: readonly Float64Array[]) =>
    runs.map((shown) => {
      const error = drawAr(random, run, columns, condition.stimuli);
      return features(Float64Array.from(shown, (value, k) => value + (error[k] as number)));
    });
  const [learned, held] = [seen.slice(0, 2), seen.slice(2)];
  const A = look(learned);
  const B = fitted === "together" ? A : look(learned);
  return {
    Y: stack(Y.slice(2)),
    A: await fitAndPredict([...A, ...look(held)], Y),
    B: await fitAndPredict([...B, ...look(held)], Y),
  };
}

/** The same for people who share stimuli, and what the models see of them: one target each, weights of one fit a person, so that no luck in
 * training sets the models apart. */
export async function drawPeople(random: Random, condition: Condition, people: number): Promise<Equal[]> {
  const seen = drawStimuli(random, condition);
  const look = (runs: readonly Float64Array[]) =>
    runs.map((shown) => {
      const error = drawAr(random, run, columns, condition.stimuli);
      return features(Float64Array.from(shown, (value, k) => value + (error[k] as number)));
    });
  const [learned, A, B] = [look(seen.slice(0, 2)), look(seen.slice(2)), look(seen.slice(2))];
  const out: Equal[] = [];
  for (let i = 0; i < people; i++) {
    const { Y } = drawDriven(random, condition, 1, seen);
    const predicted = (held: readonly Features[]) => fitAndPredict([...learned, ...held], Y);
    out.push({ Y: stack(Y.slice(2)), A: await predicted(A), B: await predicted(B) });
  }
  return out;
}

function drawStimuli(random: Random, { stimuli }: Condition): Float64Array<ArrayBuffer>[] {
  return Array.from({ length: 4 }, () => drawAr(random, run, columns, stimuli));
}

/** Stimuli of four runs, and responses that they drive behind a hemodynamic response. */
function drawDriven(
  random: Random,
  condition: Condition,
  targets: number,
  seen: readonly Float64Array<ArrayBuffer>[] = drawStimuli(random, condition),
) {
  const { noise } = condition;
  const hrf = canonicalHrf({ step: 2 });
  const weights = Float64Array.from({ length: columns * targets }, () => random.normal());
  const Y = seen.map((shown) => {
    const driven = convolve(features(shown), hrf);
    const own = drawAr(random, run, targets, noise);
    return responses(
      own.map((value, k) => value + signalAt(driven, weights, k, targets)),
      targets,
    );
  });
  return { seen, Y };
}

function signalAt(driven: Features, weights: Float64Array, k: number, targets: number): number {
  const [i, t] = [Math.floor(k / targets), k % targets];
  let sum = 0;
  for (let j = 0; j < columns; j++)
    sum += (driven.data[i * columns + j] as number) * (weights[j * targets + t] as number);
  return sum / 2;
}

/** Ways to fit, delays × alphas; each is scored on both held-out runs and on one. */
const fits = [
  [1, 2, 3, 4],
  [2, 3],
].flatMap((own) => [alphas, [10, 100]].map((tried) => ({ delays: own, alphas: tried })));
export const universes = 2 * fits.length;

/** One person's differences in R² of two equally good models, each with errors and luck of its own: the same responses and the same two
 * models in every universe, fitted and scored in other ways. One target. */
export async function drawUniverses(random: Random, condition: Condition): Promise<number[]> {
  const { X, Y } = drawLooks(random, condition, 1);
  const held = stack(Y.slice(2));
  const out: number[] = [];
  for (const own of fits) {
    const [A, B] = [await fitAndPredict(X[0], Y, own), await fitAndPredict(X[1], Y, own)];
    for (const runs of [2, 1]) {
      const rows = Int32Array.from({ length: runs * run }, (_, i) => i);
      const r2 = (P: Responses) => rSquared(takeRows(held, rows), takeRows(P, rows))[0] as number;
      out.push(r2(A) - r2(B));
    }
  }
  return out;
}

/** What two models see of four runs, each with errors of its own, and one target's responses. */
function drawLooks(random: Random, condition: Condition, targets: number) {
  const { seen, Y } = drawDriven(random, condition, targets);
  const look = () =>
    seen.map((shown) => {
      const error = drawAr(random, run, columns, condition.stimuli);
      return features(Float64Array.from(shown, (value, k) => value + (error[k] as number)));
    });
  return { X: [look(), look()] as const, Y };
}

async function fitAndPredict(
  X: readonly Features[],
  Y: readonly Responses[],
  how: { readonly delays: readonly number[]; readonly alphas: readonly number[] } = { delays, alphas },
): Promise<Responses> {
  const delayed = delayRuns(X, how.delays);
  const rows = (from: number) => Int32Array.from({ length: run }, (_, i) => from + i);
  const fit = await fitRidge(stack(delayed.slice(0, 2)), stack(Y.slice(0, 2)), {
    alphas: how.alphas,
    folds: [
      { train: rows(0), test: rows(run) },
      { train: rows(run), test: rows(0) },
    ],
    linalg,
  });
  return predict(fit, stack(delayed.slice(2)), linalg);
}

function features(data: Float64Array<ArrayBuffer>): Features {
  return matrix(["samples", "features"], data.length / columns, columns, data);
}

function responses(data: Float64Array<ArrayBuffer>, targets: number): Responses {
  return matrix(["samples", "targets"], data.length / targets, targets, data);
}

function stack<M extends Features | Responses>(parts: readonly M[]): M {
  const first = parts[0] as M;
  const data = Float64Array.from(parts.flatMap((part) => [...part.data]));
  return matrix(first.axes as ["samples", "features"], data.length / first.cols, first.cols, data) as M;
}
