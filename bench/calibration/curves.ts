import { matrix, type Random } from "../../src/core/index.ts";
import { testSignFlip, testSpecifications } from "../../src/stats/index.ts";
import { count, type Measured } from "./measured.ts";
import { type Condition, conditions, drawUniverses, universes } from "./null-study.ts";

/** Whole multiverses: 8 people, two equally good models, the same responses fitted and scored in 8 ways. */
export async function curves(random: Random, studies: number): Promise<Measured[]> {
  const family = "A multiverse as one";
  const condition = `8 people, ${universes} universes, ${(conditions[0] as Condition).name}`;
  const median = count(family, "median over universes, shared flips", condition);
  const dominant = count(family, "number of significant universes, shared flips", condition);
  const pooled = count(family, "p-values of all universes pooled (Fisher, naive)", condition, "naive");
  const any = count(family, "the best universe (naive)", condition, "naive");
  for (let k = 0; k < studies; k++) {
    const people: number[][] = [];
    for (let i = 0; i < 8; i++) people.push(await drawUniverses(random, conditions[0] as Condition));
    const data = Float64Array.from(people.flat());
    const { p, pDominant } = testSpecifications(matrix(["people", "specifications"], 8, universes, data), {
      random,
    });
    const table = matrix(["people", "tests"], 8, universes, data);
    const single = testSignFlip(table, { alternative: "two-sided", random }).p;
    median.add([p]);
    dominant.add([pDominant]);
    pooled.add([poolFisher(single)]);
    any.add([Math.min(...single)]);
  }
  return [median, dominant, pooled, any].map((rate) => rate.done());
}

/** Fisher's pooled p: −2 Σ ln p against χ² with 2 n degrees of freedom, in its closed form. */
function poolFisher(p: Float64Array): number {
  const half = -p.reduce((sum, own) => sum + Math.log(own), 0);
  let [term, sum] = [1, 0];
  for (let k = 0; k < p.length; k++) {
    sum += term;
    term *= half / (k + 1);
  }
  return Math.exp(-half) * sum;
}
