import { describe, expect, it } from "vitest";
import { createRandom, type Features, matrix, type Responses } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { findNodes } from "./find-nodes.ts";
import { drawWeightings, makeFolds, spaceAlphas } from "./index.ts";
import { primalProblems } from "./primal.ts";

const linalg = createReferenceLinalg();

describe("findNodes", () => {
  const random = createRandom(5);
  const draw = (rows: number, cols: number) =>
    Float32Array.from({ length: rows * cols }, () => random.normal());
  const [n, p] = [60, 16];
  const X: Features = matrix(["samples", "features"], n, p, draw(n, p));
  const Y: Responses = matrix(["samples", "targets"], n, 9, draw(n, 9));
  const bands = [
    { name: "a", from: 0, to: 8 },
    { name: "b", from: 8, to: p },
  ];
  const weightings = drawWeightings(2, 15, createRandom(1));
  const alphas = spaceAlphas(0.1, 1e3, 6);
  const pairs = Array.from({ length: weightings.rows }, (_, w) =>
    weightings.data.subarray(2 * w, 2 * w + 2),
  ).flatMap((weights) => Array.from(alphas, (alpha) => ({ weights, alpha })));

  const look = async (most: number) => {
    const folds = makeFolds(new Int32Array(n), { folds: 3 });
    const problems = await primalProblems(X, folds, { bands, intercept: true, linalg });
    let looked = 0;
    const onPair = () => {
      looked++;
    };
    const options = { tile: () => problems.tile(Y), tolerance: 2e-5, linalg, onPair };
    return { found: await findNodes(problems, pairs, most, options), looked };
  };

  it("looks at all pairs where few may stand for them", async () => {
    const { found, looked } = await look(pairs.length);
    expect(looked).toBe(pairs.length);
    expect(found?.nodes.length).toBeLessThan(pairs.length);
    expect(found?.coefficients.rows).toBe(found?.nodes.length);
  });

  it("looks at every fifth weighting only where these tell that all will need too many nodes", async () => {
    const { found, looked } = await look(10);
    expect(found).toBeNull();
    expect(looked).toBe(Math.ceil(weightings.rows / 5) * alphas.length);
  });
});
