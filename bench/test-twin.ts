import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  openEncoder,
  openLoadPool,
  parsePretrainSettings,
  readTwin,
  testModel,
} from "../src/pretrain/index.ts";
import { openData } from "../src/pretrain/open-data.ts";

/** Downstream tests of one model of a pretraining, while others are still being trained.
 *
 *     npx tsx bench/test-twin.ts examples/pretrain-openmoji/pretrain.yaml results/openmoji/image-text */
const [path, folder] = process.argv.slice(2) as [string, string];
const settings = parsePretrainSettings(readFileSync(path, "utf8"), path);
const { test } = await openData(settings, dirname(path));
const model = await readTwin(folder);
const encoder = await openEncoder(model);
const pool = openLoadPool();
const towers = (["image", "text"] as const).filter((tower) => `${tower}.projection.weight` in model.weights);
const world = settings.data.world !== undefined;
const edge = model.config.image.size[0];
tell(await testModel({ encoder, towers, pool, edge, seed: settings.seed, test, world }));
await encoder.close();
await pool.close();

/** One line a rate: per cent, interval, chance, times chance. */
function tell(found: object, at: readonly string[] = []): void {
  for (const [key, one] of Object.entries(found)) {
    if (!("chance" in one)) {
      tell(one, [...at, key]);
      continue;
    }
    const [value, low, high, chance] = [one.value, one.low, one.high, one.chance].map((x) =>
      (100 * x).toFixed(1),
    );
    console.log(
      `${[...at, key].join(" ")}: ${value} [${low}, ${high}], chance ${chance}, ${(one.value / one.chance).toFixed(1)} times, ${one.items} items`,
    );
  }
}
