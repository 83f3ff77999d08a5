import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/index.ts";
import { encodeNpy } from "../../io/index.ts";
import { objectFeatures } from "../../stimuli/index.ts";
import { respond, splitDataset } from "./dataset.ts";
import { openLoader } from "./loader.ts";
import { derange } from "./order.ts";
import { openLoadPool } from "./pool.ts";
import { withResponses } from "./responses.ts";
import { worldDataset, worldScene } from "./world.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-responses-"));
const pool = openLoadPool({ workers: 1 });
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});
const world = { seed: 4 };
const dataset = worldDataset({ ...world, count: 300 });
const virtual = (signal: number, targets = 8) =>
  withResponses(dataset, { source: { targets, signal }, world, seed: 1, folder });

/** r² of each target with the best linear rule on the objects of the scene, by the normal equations. */
async function explained(signal: number): Promise<number> {
  const seen = await virtual(signal);
  const rows = Array.from({ length: 300 }, (_, k) => [1, ...objectFeatures(worldScene(world, k)).values]);
  const shares = Array.from({ length: 8 }, (_, t) => {
    const y = rows.map((_, k) => respond(seen, k)[t] as number);
    const columns = (rows[0] as number[]).length;
    const system = Array.from({ length: columns }, (_, i) => [
      ...Array.from({ length: columns }, (_, j) =>
        rows.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0),
      ),
      rows.reduce((sum, row, k) => sum + (row[i] as number) * (y[k] as number), 0),
    ]);
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++) {
        if (i === j) continue;
        const factor = ((system[j] as number[])[i] as number) / ((system[i] as number[])[i] as number);
        system[j] = (system[j] as number[]).map(
          (x, c) => x - factor * ((system[i] as number[])[c] as number),
        );
      }
    const b = system.map((row, i) => (row[columns] as number) / (row[i] as number));
    const mean = y.reduce((a, x) => a + x, 0) / y.length;
    const guess = rows.map((row) => row.reduce((sum, x, i) => sum + x * (b[i] as number), 0));
    const rest = y.reduce((sum, x, k) => sum + (x - (guess[k] as number)) ** 2, 0);
    return 1 - rest / y.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  });
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

describe("withResponses", () => {
  it("makes virtual targets of variance 1 of which the objects explain the share that was asked for", async () => {
    expect(await explained(0.6)).toBeCloseTo(0.6, 1);
    expect(await explained(0)).toBeLessThan(0.08);
    const seen = await virtual(0.5);
    const squares = Array.from({ length: 300 }, (_, k) => respond(seen, k)).flatMap((one) => [...one]);
    expect(squares.reduce((sum, x) => sum + x * x, 0) / squares.length).toBeCloseTo(1, 1);
    expect(respond(await virtual(0.5), 17)).toEqual(respond(seen, 17));
  });

  it("gives each picture its own row of a file, z-scored, and another's where they are permuted", async () => {
    const small = worldDataset({ ...world, count: 12 });
    const rows = Float64Array.from({ length: 24 }, (_, k) => (k % 2 === 0 ? 5 + k : -k * k));
    writeFileSync(join(folder, "responses.npy"), encodeNpy({ shape: [12, 2], data: rows }));
    const source = { responses: "responses.npy", targets: 1, signal: 0 };
    const seen = await withResponses(small, { source, world: undefined, seed: 1, folder });
    const column = Array.from({ length: 12 }, (_, k) => respond(seen, k)[0] as number);
    expect(column.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 5);
    expect(column.reduce((sum, x) => sum + x * x, 0) / 12).toBeCloseTo(1, 5);
    expect((column[3] as number) - (column[2] as number)).toBeCloseTo(
      (column[11] as number) - (column[10] as number),
      5,
    );
    const load = async (responses: "own" | "permuted") =>
      openLoader({ dataset: seen, pool, seed: 3, batch: 12, edge: 8, views: [], responses }).batch(0);
    const [own, permuted] = [await load("own"), await load("permuted")];
    const other = derange(12, 3);
    for (const [row, key] of own.keys.entries()) {
      const index = Number(key.replace("scene-", ""));
      expect(own.responses.slice(2 * row, 2 * row + 2)).toEqual(respond(seen, index));
      expect(permuted.responses.slice(2 * row, 2 * row + 2)).toEqual(respond(seen, other[index] as number));
      expect(other[index]).not.toBe(index);
    }
    const { test } = splitDataset(seen, 0.25, createRandom(1));
    expect(respond(test, 0)).toEqual(respond(seen, Number(test.sample(0).key.replace("scene-", ""))));
  });

  it("refuses a file of other rows, and a target that says nothing", async () => {
    const refuse = (shape: [number, number], data: Float64Array<ArrayBuffer>, count = 3) => {
      writeFileSync(join(folder, "bad.npy"), encodeNpy({ shape, data }));
      const source = { responses: "bad.npy", targets: 1, signal: 0 };
      return withResponses(worldDataset({ ...world, count }), { source, world: undefined, seed: 1, folder });
    };
    await expect(refuse([2, 1], Float64Array.of(1, 2))).rejects.toThrow(
      /a row for each of the 3 pictures.*got 2 × 1/,
    );
    await expect(refuse([3, 1], Float64Array.of(2, 2, 2))).rejects.toThrow(/target 0 of .* is constant/);
    await expect(refuse([3, 1], Float64Array.of(2, Number.NaN, 2))).rejects.toThrow(/not finite/);
  });
});
