import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createRandom } from "../src/core/index.ts";
import { contrastiveStep, type TwoTowers } from "../src/graph/fixtures/towers.fixture.ts";
import { openTraining, type Tensor } from "../src/graph/index.ts";

/** One training step against PyTorch on the same machine, in alternating runs, with the same weights and batch.
 *
 *     npx tsx bench/train.ts [--python /usr/bin/python3] [--rounds 6] [--steps 5] [--threads 2] [--spin yes]
 *
 * Two towers × 4 layers, d 128, 4 heads, 64 × 64 px at patch 8 (65 tokens), 32 text tokens, 1,000 words, batch 64, momentum towers,
 * queues of 512, clipping, AdamW, float32. Prints wall and processor seconds a step of each round, their ratio, and how far the losses of the first
 * ten steps differ. Without --python only our own time is measured. */
const option = (name: string, other: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? other : (process.argv[at + 1] ?? other);
};
const rounds = Number(option("rounds", "6"));
const steps = Number(option("steps", "5"));
const threads = Number(option("threads", "2"));
const learningRate = Number(option("rate", "1e-4"));
const spin = option("spin", "no") === "yes";
const agree = Number(option("agree", "10"));
const python = option("python", "");
const sizes: TwoTowers = {
  type: "float32",
  batch: 64,
  edge: 64,
  patch: 8,
  length: 32,
  vocabulary: 1000,
  queue: 512,
  tower: { layers: 4, width: 128, heads: 4, project: 128 },
  clip: 1,
};

const step = contrastiveStep(sizes);
const random = createRandom(1);
const start: Record<string, Tensor> = {};
for (const { name, shape, zeros } of step.states) {
  if (zeros) continue;
  const count = shape.reduce((a, b) => a * b, 1);
  const stream = random.stream(name.replace("momentum.", ""));
  const data = new Float32Array(count);
  const unit = /(norm|before|after)\.weight$/.test(name);
  if (unit) data.fill(1);
  else if (!name.endsWith("bias")) for (let k = 0; k < count; k++) data[k] = 0.05 * stream.normal();
  start[name] = { type: "float32", shape, data };
}
const batch = random.stream("batch");
const { batch: size, edge, length, vocabulary } = sizes;
const feeds: Record<string, Tensor> = {
  images: {
    type: "float32",
    shape: [size, 3, edge, edge],
    data: Float32Array.from({ length: size * 3 * edge * edge }, () => batch.normal()),
  },
  tokens: {
    type: "int64",
    shape: [size, length],
    data: BigInt64Array.from({ length: size * length }, () => BigInt(batch.integer(vocabulary))),
  },
  mask: {
    type: "float32",
    shape: [size, length],
    data: Float32Array.from({ length: size * length }, (_, k) =>
      k % length < 8 + ((k / length) % 24) ? 1 : 0,
    ),
  },
  learningRate: { type: "float64", shape: [], data: Float64Array.of(learningRate) },
};

const training = await openTraining({ step }, start, { threads, spin });
/** Wall and processor seconds of some steps, and their losses. */
interface Spent {
  readonly seconds: number;
  readonly cpu: number;
  readonly losses: number[];
}
const ours = async (count: number): Promise<Spent> => {
  const losses: number[] = [];
  const [began, used] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < count; i++) losses.push(Number((await training.run("step", feeds)).loss?.data[0]));
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6, losses };
};
const torch = python === "" ? undefined : await startTorch();
const [mine, theirs] = [await ours(agree), await torch?.run(agree)];
console.log(`nodes ${step.graph.nodes.length}, states ${step.states.length}`);
console.log(`losses, ours:  ${mine.losses.map((x) => x.toFixed(6)).join(" ")}`);
if (theirs) {
  console.log(`losses, torch: ${theirs.losses.map((x) => x.toFixed(6)).join(" ")}`);
  const apart = Math.max(...mine.losses.map((x, i) => Math.abs(x / (theirs.losses[i] as number) - 1)));
  console.log(`largest relative difference over ${agree} steps: ${apart.toExponential(1)}`);
}
const table: Record<"ours" | "torch" | "oursCpu" | "torchCpu", number>[] = [];
for (let round = 0; round < rounds; round++) {
  const [mine, theirs] = [await ours(steps), await torch?.run(steps)];
  const row = {
    ours: mine.seconds / steps,
    torch: (theirs?.seconds ?? Number.NaN) / steps,
    oursCpu: mine.cpu / steps,
    torchCpu: (theirs?.cpu ?? Number.NaN) / steps,
  };
  table.push(row);
  print(`round ${round + 1}`, row);
}
const median = (key: keyof (typeof table)[number]) =>
  table.map((row) => row[key]).sort((a, b) => a - b)[rounds >> 1] as number;
print(`median of ${rounds}, ${threads} threads`, {
  ours: median("ours"),
  torch: median("torch"),
  oursCpu: median("oursCpu"),
  torchCpu: median("torchCpu"),
});
console.log(`resident ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`);
await training.close();
torch?.stop();

function print(title: string, { ours, torch, oursCpu, torchCpu }: (typeof table)[number]): void {
  const wall = `ours ${ours.toFixed(3)} s, torch ${torch.toFixed(3)} s a step, ratio ${(ours / torch).toFixed(2)}`;
  const cpu = `processor ${oursCpu.toFixed(2)} and ${torchCpu.toFixed(2)} s, ratio ${(oursCpu / torchCpu).toFixed(2)}`;
  console.log(`${title}: ${wall}; ${cpu}`);
}

/** PyTorch with the same start, waiting for orders on its standard input. */
async function startTorch() {
  const folder = mkdtempSync(join(tmpdir(), "simcortex-train-"));
  const arrays: Record<string, { file: string; type: string; shape: readonly number[] }> = {};
  for (const [name, { type, shape, data }] of Object.entries({ ...start, ...feeds })) {
    if (name === "learningRate") continue;
    const file = `${Object.keys(arrays).length}.bin`;
    writeFileSync(join(folder, file), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    arrays[name] = { file, type, shape };
  }
  writeFileSync(join(folder, "settings.json"), JSON.stringify({ ...sizes, threads, learningRate, arrays }));
  const child = spawn(python, [join(import.meta.dirname, "train.py"), folder], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { OMP_WAIT_POLICY: "passive", ...process.env }, // on shared cores torch is many times slower without it
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value as string);
  console.log(`torch ${(await answer()).torch}`);
  return {
    run: async (count: number): Promise<Spent> => {
      child.stdin.write(`${count}\n`);
      return answer();
    },
    stop() {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}
