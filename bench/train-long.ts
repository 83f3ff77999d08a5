import { monitorEventLoopDelay } from "node:perf_hooks";
import { createRandom } from "../src/core/index.ts";
import { openTraining, type Tensors } from "../src/graph/index.ts";
import { type BrivlConfig, brivlConfigs } from "../src/models/index.ts";
import { objectives } from "../src/pretrain/index.ts";
import { buildSteps } from "../src/pretrain/steps.ts";

/** Memory and event loop over many steps of the program's own training step (image-text, the sizes of `bench/train.ts`).
 *
 *     npx tsx bench/train-long.ts [--steps 500] [--threads 2]
 *
 * Prints seconds a step, resident memory every tenth of the run, its range relative to the mean after the first tenth, and the delay of
 * this thread's event loop, which a progress bar or a server would feel, while a worker trains. */
const option = (name: string, other: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? other : Number(process.argv[at + 1]);
};
const steps = option("steps", 500);
const base = brivlConfigs["brivl-tiny"];
const sizes = { layers: 4, width: 128, heads: 4, inner: 512 };
const config: BrivlConfig = {
  ...base,
  image: { ...base.image, ...sizes },
  text: { ...base.text, ...sizes, vocabulary: 1000 },
  project: 128,
};
const built = buildSteps(objectives["image-text"], {
  config,
  batch: 64,
  accumulate: 1,
  queue: 512,
  temperature: 0.07,
  negatives: "queue",
  learnTemperature: false,
  momentum: 0.99,
  clip: 1,
  weightDecay: 0.01,
  beta2: 0.999,
  deviation: 0.02,
});
const random = createRandom(1);
const training = await openTraining(built.steps, built.start(random), { threads: option("threads", 2) });
const texts = [64, config.tokens];
const feeds = (): Tensors => ({
  images: {
    type: "float32",
    shape: [64, 3, 64, 64],
    data: Float32Array.from({ length: 64 * 3 * 64 * 64 }, () => random.uniform()),
  },
  tokens: {
    type: "int64",
    shape: texts,
    data: BigInt64Array.from({ length: 64 * 32 }, () => BigInt(random.integer(1000))),
  },
  mask: { type: "float32", shape: texts, data: new Float32Array(64 * 32).fill(1) },
  learningRate: { type: "float64", shape: [], data: Float64Array.of(1e-4) },
});
const delay = monitorEventLoopDelay({ resolution: 5 });
const resident: number[] = [];
const began = performance.now();
delay.enable();
for (let step = 1; step <= steps; step++) {
  await training.run("train", feeds());
  if (step % Math.ceil(steps / 50) === 0) resident.push(process.memoryUsage().rss / 2 ** 20);
  if (step % Math.ceil(steps / 10) === 0)
    console.log(
      `step ${step}: ${(performance.now() - began) / step / 1000} s a step, resident ${resident.at(-1)?.toFixed(0)} MB`,
    );
}
delay.disable();
const later = resident.slice(Math.ceil(resident.length / 10));
const mean = later.reduce((a, b) => a + b, 0) / later.length;
const apart = [Math.min(...later), Math.max(...later)].map((mb) => `${(100 * (mb / mean - 1)).toFixed(1)} %`);
console.log(`resident after the first tenth: ${mean.toFixed(0)} MB, ${apart.join(" to ")}`);
const milliseconds = (ns: number) => (ns / 1e6).toFixed(1);
console.log(
  `event loop: median delay ${milliseconds(delay.percentile(50))} ms, 99 % ${milliseconds(delay.percentile(99))} ms, most ${milliseconds(delay.max)} ms`,
);
await training.close();
