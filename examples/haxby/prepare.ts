import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Lay out the Haxby slice for examples/haxby/study.yaml: volumes and mask as they came, and from the list of conditions (one line a volume:
 * category, run) the tables that the study reads.
 *
 *     npx tsx examples/haxby/prepare.ts [folder of haxby-slice] [folder to write, default results/haxby-data] */
const source = resolve(
  process.argv[2] ?? join(process.env.SIMCORTEX_DATA ?? "../shared/data", "haxby-slice"),
);
const out = resolve(process.argv[3] ?? "results/haxby-data");
const volumes = readFileSync(join(source, "attributes_literal.txt"), "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => {
    const [category = "", run = ""] = line.trim().split(/\s+/u);
    return { category, run: Number(run) + 1 };
  });
const categories = [...new Set(volumes.map(({ category }) => category))]
  .filter((name) => name !== "rest")
  .sort();

mkdirSync(out, { recursive: true });
for (const name of ["bold.nii.gz", "mask.nii.gz"]) copyFileSync(join(source, name), join(out, name));
write("categories.csv", categories, ({ category }) => categories.map((name) => (name === category ? 1 : 0)));
write("picture.csv", ["on"], ({ category }) => [category === "rest" ? 0 : 1]);
write("shown.csv", ["shown"], ({ category, run }) => [`run-${run}-${category}`]);
process.stdout.write(`${volumes.length} volumes, ${categories.length} categories: ${out}\n`);

function write(
  file: string,
  head: readonly string[],
  row: (volume: (typeof volumes)[number]) => readonly (string | number)[],
): void {
  writeFileSync(
    join(out, file),
    `${[head, ...volumes.map(row)].map((cells) => cells.join(",")).join("\n")}\n`,
  );
}
