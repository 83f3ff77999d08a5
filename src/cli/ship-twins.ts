import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../io/index.ts";
import type { PretrainResult } from "../pretrain/index.ts";
import { modelCard } from "./model-card.ts";

/** `ship-twins FROM TO`: copy the finished models of a pretraining, without checkpoints and logs, into a folder to be published, and write
 * their model card. Part of `npm run pretrain:demo`. */
const [from, to] = process.argv.slice(2) as [string, string];
const result = JSON.parse(await readFile(join(from, "result.json"), "utf8")) as PretrainResult;
const settings = await readFile(join(from, "settings.yaml"), "utf8");
for (const { name } of result.twins) {
  await mkdir(join(to, name), { recursive: true });
  for (const file of ["config.json", "model.safetensors", "vocab.txt"])
    await copyFile(join(from, name, file), join(to, name, file));
}
await writeFileAtomic(join(to, "README.md"), modelCard(result, settings));
