import { describe, expect, it } from "vitest";
import { createRandom, type Dtype, matrix, type Responses, sliceCols, toDtype } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import {
  drawWeightings,
  fitBandedRidge,
  makeFolds,
  type PlanNeeds,
  predict,
  type StreamOptions,
  spaceAlphas,
  streamBandedRidge,
  type TileFit,
} from "./index.ts";

const linalg = createReferenceLinalg();
const bands = [
  { name: "a", from: 0, to: 5 },
  { name: "b", from: 5, to: 12 },
];

function draw<C extends string>(name: string, rows: number, cols: number, axis: C, dtype: Dtype) {
  const random = createRandom(11).stream(name);
  const numbers = Float64Array.from({ length: rows * cols }, () => random.normal());
  return toDtype(matrix(["samples", axis] as const, rows, cols, numbers), dtype);
}

function studyOf(dtype: Dtype, samples = 60) {
  const X = draw("X", samples, 12, "features", dtype);
  const Y = draw("Y", samples, 23, "targets", dtype) as Responses;
  for (let i = 0; i < samples; i++)
    for (let t = 0; t < 23; t++)
      Y.data[i * 23 + t] = (Y.data[i * 23 + t] as number) + (X.data[i * 12 + (t % 12)] as number);
  const options = {
    bands,
    weightings: drawWeightings(2, 5, createRandom(1)),
    alphas: spaceAlphas(0.1, 1e4, 8),
    folds: makeFolds(new Int32Array(samples), { folds: 4 }),
    linalg,
  };
  const reads: string[] = [];
  const reader = {
    samples,
    targets: 23,
    read: async (from: number, to: number) => {
      reads.push(`${from}-${to}`);
      return sliceCols(Y, from, to);
    },
  };
  return { X, Y, options, reader, reads };
}

describe("streamBandedRidge", () => {
  it.each([
    ["float64", "primal", 1],
    ["float64", "dual", 2],
    ["float32", "primal", 2],
    ["float32", "dual", 1],
  ] as const)(
    "gives what fitBandedRidge gives, to the last bit, in %s and the %s form, %i calls side by side",
    async (dtype, form, parallel) => {
      const { X, Y, options: given, reader } = studyOf(dtype);
      const options = { ...given, linalg: { ...linalg, parallel } };
      const whole = await fitBandedRidge(X, Y, { ...options, form, tile: 10 });
      const test = draw("test", 7, 12, "features", dtype);
      const tiles: TileFit[] = [];
      const onTile = async (fit: TileFit) => void tiles.push(fit);
      await streamBandedRidge(X, reader, { ...options, form, tile: 10, onTile, coefficients: true, test });
      expect(tiles.map(({ from, to }) => [from, to])).toEqual([
        [0, 10],
        [10, 20],
        [20, 23],
      ]);
      const predicted = await predict(whole, test, linalg);
      for (const { from, to, ...tile } of tiles) {
        expect(tile.alphaIndex).toEqual(whole.alphaIndex.slice(from, to));
        expect(tile.weightingIndex).toEqual(whole.weightingIndex.slice(from, to));
        for (let t = from; t < to; t++) {
          for (let w = 0; w < options.weightings.rows; w++)
            expect(tile.cvScores.data[w * (to - from) + t - from]).toBe(whole.cvScores.data[w * 23 + t]);
          for (let j = 0; j < 12; j++)
            expect(tile.coefficients?.data[j * (to - from) + t - from]).toBe(
              whole.coefficients.data[j * 23 + t],
            );
          for (let i = 0; i < 7; i++)
            expect(tile.predicted?.data[i * (to - from) + t - from]).toBeCloseTo(
              predicted.data[i * 23 + t] as number,
              dtype === "float32" ? 3 : 10,
            );
        }
      }
    },
  );

  it("computes nothing that is kept, and reads only the tiles it computes", async () => {
    const { X, options, reader, reads } = studyOf("float32");
    const kept = new Map<string, unknown>();
    const keep = async <T>(step: string, inputs: unknown, compute: () => Promise<T>): Promise<T> => {
      const key = `${step} ${JSON.stringify(inputs)}`;
      if (!kept.has(key)) kept.set(key, await compute());
      return kept.get(key) as T;
    };
    const first: TileFit[] = [];
    const stop = new AbortController();
    const cut = streamBandedRidge(X, reader, {
      ...options,
      tile: 8,
      keep,
      hold: 0,
      signal: stop.signal,
      onTile: async (fit) => {
        first.push(fit);
        if (fit.from === 8) stop.abort();
      },
    });
    await expect(cut).rejects.toThrow(/Stopped/);
    reads.length = 0;
    const again: TileFit[] = [];
    await streamBandedRidge(X, reader, {
      ...options,
      tile: 8,
      keep,
      hold: 0,
      onTile: async (fit) => void again.push(fit),
    });
    expect(reads).toEqual(["16-23"]);
    expect(again.slice(0, 2)).toEqual(first);
    const whole: TileFit[] = [];
    await streamBandedRidge(X, reader, { ...options, tile: 8, onTile: async (fit) => void whole.push(fit) });
    expect(again).toEqual(whole);
    expect(whole[0]?.coefficients).toBeNull();
  });

  it("reads a tile while the one before it is fitted, and solves on all samples only what is asked for", async () => {
    const { X, options, reader, reads } = studyOf("float32");
    const run = async (asked: Partial<StreamOptions>) => {
      let solved = 0;
      const seen: number[] = [];
      reads.length = 0;
      await streamBandedRidge(X, reader, {
        ...options,
        ...asked,
        form: "dual",
        tile: 8,
        linalg: {
          ...linalg,
          parallel: 2,
          solveRights: (sides, a) => {
            if (a.rows === X.rows) solved += sides.length;
            return linalg.solveRights(sides, a);
          },
        },
        onTile: async () => void seen.push(reads.length),
      });
      return { solved, seen, reads: [...reads] };
    };
    const bare = await run({});
    expect(bare.reads).toEqual(["0-23", "0-8", "8-16", "16-23"]);
    expect(bare.seen).toEqual([3, 4, 4]);
    expect(bare.solved).toBe(0);
    expect((await run({ coefficients: true })).solved).toBeGreaterThan(0);
    expect((await run({ test: draw("test", 7, 12, "features", "float32") })).solved).toBeGreaterThan(0);
  });

  it("plans fewer pairs together until what is solved fits into memory, and refuses what never does", async () => {
    const { X, options, reader } = studyOf("float32");
    const run = async (divide?: StreamOptions["divide"]) => {
      const tiles: TileFit[] = [];
      const weightings = drawWeightings(2, 14, createRandom(3));
      const onTile = async (fit: TileFit) => void tiles.push(fit);
      await streamBandedRidge(X, reader, {
        ...options,
        weightings,
        tile: 23,
        ...(divide && { divide }),
        onTile,
      });
      return tiles[0] as TileFit;
    };
    const asked: PlanNeeds[] = [];
    const whole = await run();
    const small = await run((needs) => {
      asked.push(needs);
      return needs.smoothers < (asked[0]?.smoothers ?? 0) ? { tile: 23, hold: 0 } : null;
    });
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.at(-1)?.all).toBeGreaterThan(asked.at(-1)?.smoothers ?? 0);
    for (const [k, score] of whole.cvScores.data.entries())
      expect(Math.abs((small.cvScores.data[k] as number) - score)).toBeLessThan(1e-3);
    let last = false;
    const never = run((_, isLast) => {
      last = isLast;
      return null;
    });
    await expect(never).rejects.toThrow(/no tile fits/);
    expect(last).toBe(true);
  });

  it("names the tile of a NaN, and refuses what does not fit", async () => {
    const { X, Y, options, reader } = studyOf("float64");
    Y.data[3 * 23 + 21] = Number.NaN;
    const onTile = async () => {};
    await expect(streamBandedRidge(X, reader, { ...options, tile: 8, onTile })).rejects.toThrow(
      /targets 0 … 22: Y must be finite.*row 3, column 21/,
    );
    await expect(
      streamBandedRidge(X, { ...reader, samples: 59 }, { ...options, tile: 8, onTile }),
    ).rejects.toThrow(/same samples; got X 60 samples × 12 features and Y 59 samples × 23 targets/);
    await expect(streamBandedRidge(X, reader, { ...options, tile: 0, onTile })).rejects.toThrow(
      /tile must be/,
    );
  });
});
