import type { Choices, TargetScores } from "../report/index.ts";
import { meanDefined } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import type { Fits, PersonFit } from "./fit-models.ts";
import type { ModelPlan, OuterFold } from "./plan.ts";
import type { ScoreOutput } from "./score-person.ts";

/** How often the joint model chose each alpha and band weight, over people, folds and targets. */
export function countChoices(
  data: StudyData,
  plan: ModelPlan,
  folds: readonly OuterFold[],
  fits: Fits,
): Choices {
  const members = plan.models[plan.joint]?.spaces ?? [];
  const counts = fits.alphas.length;
  const alphaCounts = new Array<number>(counts).fill(0);
  const sums = data.regions.map(() => new Float64Array(members.length));
  const perRegion = data.regions.map(() => 0);
  let edges = 0;
  let total = 0;
  for (const [p, person] of data.people.entries())
    for (const f of folds.keys()) {
      const fit = fits.of(p, f, plan.joint);
      for (const [t, index] of fit.alphaIndex.entries()) {
        alphaCounts[index] = (alphaCounts[index] ?? 0) + 1;
        edges += fit.onEdge[t] as number;
        total++;
        const region = person.regionOf[t] as number;
        const sum = sums[region];
        if (sum === undefined) continue;
        perRegion[region] = (perRegion[region] ?? 0) + 1;
        for (let b = 0; b < members.length; b++)
          sum[b] = (sum[b] as number) + (fit.bandWeights[t * members.length + b] as number);
      }
    }
  const onBorder = counts > 1 ? (alphaCounts[0] as number) + (alphaCounts[counts - 1] as number) : 0;
  return {
    alphas: [...fits.alphas],
    alphaCounts,
    alphaEdgeRate: onBorder / Math.max(1, total),
    bandWeights: sums.map((sum, g) =>
      data.spaces.map((_, s) => {
        const b = members.indexOf(s);
        return b < 0 || perRegion[g] === 0 ? Number.NaN : (sum[b] as number) / (perRegion[g] as number);
      }),
    ),
    bandEdgeRate: edges / Math.max(1, total),
  };
}

/** How often each layer was chosen by spaces fitted alone: share of a region's targets, over people and folds; (spaces × regions × layers).
 * @param spaces their places in `StudyData.spaces`; left out: the models of the study. */
export function countLayers(
  data: StudyData,
  plan: ModelPlan,
  folds: readonly OuterFold[],
  fits: Fits,
  spaces: readonly number[] = data.spaces.flatMap(({ model }, s) => (model ? [s] : [])),
): readonly (readonly (readonly number[])[])[] {
  return spaces.map((s) => {
    const layers = data.stimuli[0]?.spaces[s]?.length ?? 0;
    const counts = data.regions.map(() => new Array<number>(layers).fill(0));
    for (const [p, { regionOf }] of data.people.entries())
      for (const f of folds.keys())
        for (const [t, layer] of fits.of(p, f, plan.alone[s] as number).layer.entries()) {
          const own = counts[regionOf[t] as number];
          if (own) own[layer] = (own[layer] ?? 0) + 1;
        }
    return counts.map((own) => {
      const total = own.reduce((a, b) => a + b, 0);
      return own.map((count) => (total > 0 ? count / total : Number.NaN));
    });
  });
}

/** Per-target scores of every person, with the alpha and band weights that the joint model chose (means over folds; alpha geometric). */
export function targetScores(
  data: StudyData,
  plan: ModelPlan,
  folds: readonly OuterFold[],
  fits: Fits,
  scores: readonly ScoreOutput[],
  ceilings: readonly Float64Array[],
): TargetScores[] {
  const members = plan.models[plan.joint]?.spaces ?? [];
  return data.people.map((person, p) => {
    const chosen = folds.map((_, f) => fits.of(p, f, plan.joint));
    const own = scores[p] as ScoreOutput;
    const overFolds = (read: (fit: PersonFit, t: number) => number) =>
      Float64Array.from(person.regionOf, (_, t) => meanDefined(chosen.map((fit) => read(fit, t))));
    return {
      participant: person.id,
      region: person.regionOf,
      r: own.r,
      r2: own.r2,
      ceiling: ceilings[p] as Float64Array,
      ...(person.reliability && { reliability: person.reliability }),
      alpha: overFolds((fit, t) => Math.log(fits.alphas[fit.alphaIndex[t] as number] as number)).map(
        Math.exp,
      ),
      unique: own.unique,
      alone: own.alone,
      split: own.split,
      bandWeight: data.spaces.map((_, s) => {
        const b = members.indexOf(s);
        return overFolds((fit, t) =>
          b < 0 ? Number.NaN : (fit.bandWeights[t * members.length + b] as number),
        );
      }),
    };
  });
}
