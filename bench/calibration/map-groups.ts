import { type Matrix, matrix, type Random } from "../../src/core/index.ts";
import {
  countClusters,
  drawFlips,
  drawShifts,
  type MapDraws,
  voxelNeighbours,
} from "../../src/stats/index.ts";
import { count, type Measured } from "./measured.ts";
import { type Condition, conditions, drawAr, run, testRuns } from "./null-study.ts";

const side = 8;
const voxels = side ** 3;
const neighbours = voxelNeighbours([side, side, side], new Uint8Array(voxels).fill(1), 6);
const draws = 99;

/** Maps of one person: two equally good models of the same 300 TRs in 512 smooth voxels, tested by cluster enhancement over blocks and over
 * shifts; the chance that any voxel passes. */
export async function maps(random: Random, studies: number): Promise<Measured[]> {
  const family = "Any of 512 voxels, smooth noise, one person";
  const rows: Measured[] = [];
  for (const [condition, block] of [
    [conditions[0] as Condition, 10],
    [conditions[2] as Condition, 30],
  ] as const) {
    const blocks = count(family, `cluster enhancement, exchange of blocks of ${block}`, condition.name);
    const shifts = count(family, "cluster enhancement, circular shift", condition.name);
    const naive = count(
      family,
      "cluster enhancement, exchange of single TRs (naive)",
      condition.name,
      "naive",
    );
    for (let k = 0; k < studies; k++) {
      const [u, d] = drawMap(random, condition);
      const how = { random: random.stream(`map ${k}`), draws };
      blocks.add([least(drawFlips(saved(u, d, block), how))]);
      if (condition.stimuli > 0) naive.add([least(drawFlips(saved(u, d, 1), how))]);
      shifts.add([least(drawShifts(u, d, { ...how, runLengths: testRuns }))]);
    }
    rows.push(blocks.done(), shifts.done(), ...(condition.stimuli > 0 ? [naive.done()] : []));
  }
  return rows;
}

/** The smallest corrected p of a map. */
function least(drawn: MapDraws): number {
  const { passedMax } = countClusters(drawn, neighbours, {
    alternative: "two-sided",
    from: 0,
    to: drawn.total,
  });
  const passed = passedMax.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return drawn.exact ? passed / drawn.total : (passed + 1) / (drawn.total + 1);
}

/** Responses less both predictions: smooth over voxels, AR(1) in time. What sets the models apart: four features whose weights are smooth. */
function drawMap(random: Random, { noise, stimuli }: Condition): [Matrix, Matrix] {
  const rows = testRuns.length * run;
  const u = new Float64Array(rows * voxels);
  for (let r = 0; r < testRuns.length; r++) u.set(drawAr(random, run, voxels, noise), r * run * voxels);
  const X = Float64Array.from(testRuns.flatMap(() => [...drawAr(random, run, 4, stimuli)]));
  const weights = Array.from({ length: 4 }, () =>
    smooth(Float64Array.from({ length: voxels }, () => random.normal())),
  );
  const d = new Float64Array(rows * voxels);
  for (let i = 0; i < rows; i++) {
    u.set(smooth(u.subarray(i * voxels, (i + 1) * voxels)), i * voxels);
    for (let j = 0; j < 4; j++)
      for (let v = 0; v < voxels; v++)
        d[i * voxels + v] =
          (d[i * voxels + v] as number) + (X[4 * i + j] as number) * (weights[j]?.[v] as number);
  }
  const table = (data: Float64Array<ArrayBuffer>) =>
    matrix(["samples", "targets"] as const, rows, voxels, data);
  return [table(u), table(d)];
}

/** The mean of each voxel and its neighbours. */
function smooth(map: Float64Array): Float64Array {
  return map.map((own, t) => {
    let sum = own;
    for (let k = neighbours.starts[t] as number; k < (neighbours.starts[t + 1] as number); k++)
      sum += map[neighbours.list[k] as number] as number;
    return sum;
  });
}

function saved(u: Matrix, d: Matrix, block: number): Matrix {
  const rows = u.rows / block;
  const out = new Float64Array(rows * voxels);
  for (let k = 0; k < u.data.length; k++) {
    const at = Math.floor(k / voxels / block) * voxels + (k % voxels);
    out[at] = (out[at] as number) + (u.data[k] as number) * (d.data[k] as number);
  }
  return matrix(["rows", "targets"], rows, voxels, out);
}
