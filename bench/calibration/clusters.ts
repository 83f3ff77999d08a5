import { matrix, type Random } from "../../src/core/index.ts";
import { testClusters, testSignFlip, voxelNeighbours } from "../../src/stats/index.ts";
import { count, type Measured } from "./measured.ts";
import { studentP } from "./student-p.ts";

/** Smooth noise in a volume of 8 × 8 × 8 voxels, 8 people: the chance that any voxel passes. */
export async function clusters(random: Random, studies: number): Promise<Measured[]> {
  const family = "Any of 512 voxels, smooth noise, 8 people";
  const enhanced = count(family, "cluster enhancement, maximum", "6 neighbours");
  const most = count(family, "sign-flip, maximum", "no neighbours");
  const naive = count(family, "t-tests of voxels, not corrected (naive)", "no neighbours", "naive");
  const neighbours = voxelNeighbours([8, 8, 8], new Uint8Array(512).fill(1), 6);
  for (let k = 0; k < studies; k++) {
    const values = matrix(
      ["people", "tests"],
      8,
      512,
      Float64Array.from(Array.from({ length: 8 }, () => [...smoothVolume(random, 8)]).flat()),
    );
    const how = { alternative: "greater", random, draws: 256 } as const;
    enhanced.add([Math.min(...testClusters(values, neighbours, how).pMax)]);
    most.add([Math.min(...testSignFlip(values, how).pMax)]);
    const smallest = Array.from({ length: 512 }, (_, t) =>
      studentP(Array.from({ length: 8 }, (_, i) => values.data[i * 512 + t] as number)),
    );
    naive.add([Math.min(...smallest)]);
  }
  return [enhanced, most, naive].map((rate) => rate.done());
}

/** White noise averaged with the six neighbours. */
function smoothVolume(random: Random, n: number): Float64Array {
  const white = Float64Array.from({ length: n ** 3 }, () => random.normal());
  const { starts, list } = voxelNeighbours([n, n, n], new Uint8Array(n ** 3).fill(1), 6);
  return white.map((own, t) => {
    let sum = own;
    for (const other of list.subarray(starts[t], starts[t + 1])) sum += white[other] as number;
    return sum;
  });
}
