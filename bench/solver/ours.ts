import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import type { Numbers } from "../../src/io/ndarray.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { type Backend, openLinalg } from "../../src/linalg/index.ts";
import type { Case } from "./cases.ts";
import { readData } from "./data.ts";
import { fitCase, joinBands } from "./fit-case.ts";
import { copyDecomposed, countFlops, measureSpeed } from "./flops.ts";

/** One fit of ours in a process of its own: node ours.ts FOLDER CASE-AS-JSON BACKEND THREADS. Prints one line of JSON. */
const [folder, json, backend, threads] = process.argv.slice(2) as [string, string, Backend, string];
const one = JSON.parse(json) as Case;
const bare = await openLinalg({ where: "here", threads: Number(threads), backend });
const data = joinBands(readData(folder, one));
const { linalg, tally } = countFlops(bare);
const loaded = peakMemory();
const load = loadavg()[0] ?? 0;
const cpu = process.cpuUsage();
const start = performance.now();
const { cvScores, alphaIndex, weightingIndex, solved } = await fitCase(one, data, linalg);
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const peak = peakMemory();
const decomposed = await copyDecomposed(bare, tally, (copying) => fitCase(one, data, copying));
const speed = await measureSpeed(bare, one.dtype, tally, decomposed, { threads: Number(threads) });
write("cvScores", [cvScores.rows, cvScores.cols], cvScores.data);
write("alphaIndex", [alphaIndex.length], alphaIndex);
write("weightingIndex", [weightingIndex.length], weightingIndex);
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peak,
    loaded,
    load,
    solved,
    flops: tally.flops,
    factorFlops: tally.factorFlops,
    ...speed,
    decompositions: tally.decompositions,
    idle: seconds - tally.busy,
    routines: Object.fromEntries(tally.seconds),
    cores: Number(threads),
    version: `Node ${process.versions.node}; ${bare.name} ${bare.version}; ${bare.parallel} calls side by side`,
  }),
);
await bare.close();

function write(name: string, shape: readonly number[], numbers: Numbers): void {
  writeFileSync(join(folder, `${name}.ours.npy`), encodeNpy({ shape, data: numbers }));
}

/** Largest resident memory of this process so far, in bytes. Linux also keeps it by program: what the parent had is not in it. */
function peakMemory(): number {
  const status = "/proc/self/status";
  const known = existsSync(status) ? /VmHWM:\s*(\d+)/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
  return (known === undefined ? process.resourceUsage().maxRSS : Number(known)) * 1024;
}
