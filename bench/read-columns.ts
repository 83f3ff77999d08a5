/** Speed of reading target ranges of one array from each format: `npx tsx bench/read-columns.ts [samples] [targets] [range]`. Each format is
 * read in a process of its own, range after range, from the system's file cache; "turn" is the seconds of turning what lies by rows. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeNifti, encodeNpy, openColumns, writeZarr } from "../src/io/index.ts";

const [first, ...rest] = process.argv.slice(2);
if (first === "--read") await read(rest);
else await compare([first, ...rest].filter((text) => text !== undefined).map(Number));

async function read([path, dataset, turned, range]: string[]) {
  const begin = performance.now();
  const options = { dataset: dataset || undefined, turned: turned as string };
  const file = await openColumns(path as string, options);
  const opened = performance.now();
  for (let from = 0; from < file.cols; from += Number(range))
    await file.read(from, Math.min(file.cols, from + Number(range)));
  const seconds = (performance.now() - opened) / 1000;
  const megabytes = (file.rows * file.cols * 4) / 1e6;
  await file.close();
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(
    [(megabytes / seconds).toFixed(0), ((opened - begin) / 1000).toFixed(2), peak.toFixed(0)].join(" | "),
  );
}

async function compare([rows = 1000, cols = 20_000, range = 2000]: number[]) {
  const folder = mkdtempSync(join(tmpdir(), "simcortex-columns-"));
  try {
    console.log("| format | MB/s | open and turn, s | peak memory, MiB |\n|---|---|---|---|");
    for (const [name, file, dataset] of await write(folder, rows, cols)) {
      const turned = join(folder, `turned-${name.replaceAll(/\W/g, "-")}`);
      const args = [
        "--import",
        "tsx",
        process.argv[1] as string,
        "--read",
        file,
        dataset,
        turned,
        String(range),
      ];
      const line = execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
      console.log(`| ${name}${statSync(turned, { throwIfNoEntry: false }) ? ", turned" : ""} | ${line} |`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Case = readonly [name: string, path: string, dataset: string];

async function write(folder: string, rows: number, cols: number): Promise<Case[]> {
  const at = (name: string) => join(folder, name);
  const data = Float32Array.from({ length: rows * cols }, (_, k) => Math.sin(k) * Math.cos(k / 7));
  writeFileSync(at("Y.npy"), encodeNpy({ shape: [rows, cols], data }));
  await writeZarr(at("raw.zarr"), { shape: [rows, cols], data });
  for (const [name, tall, wide] of [
    ["gzip", 250, 1000],
    ["wide", 50, cols],
  ] as const)
    writePacked(at(`${name}.zarr`), { rows, cols, data, tall, wide });
  const image = {
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    voxelSizes: [1, 1, 1],
    description: "",
  };
  const shape = [cols / 100, 10, 10, rows];
  writeFileSync(at("Y.nii"), encodeNifti({ ...image, shape, data }, { gzip: false }));
  writeFileSync(at("Y.nii.gz"), encodeNifti({ ...image, shape, data }));
  const { default: h5wasm, File } = await import("h5wasm/node");
  await h5wasm.ready;
  const file = new File(at("Y.h5"), "w");
  const set = { data, shape: [rows, cols], dtype: "<f4" };
  file.create_dataset({ ...set, name: "plain" });
  file.create_dataset({ ...set, name: "narrow", chunks: [250, 1000], compression: 1 });
  file.create_dataset({ ...set, name: "wide", chunks: [50, cols], compression: 1 });
  file.close();
  return [
    ["NPY", at("Y.npy"), ""],
    ["Zarr, raw, chunks as we write them", at("raw.zarr"), ""],
    ["Zarr, gzip, chunks 250 × 1,000", at("gzip.zarr"), ""],
    ["Zarr, gzip, chunks 50 × all", at("wide.zarr"), ""],
    ["HDF5, no chunks", at("Y.h5"), "plain"],
    ["HDF5, gzip, chunks 250 × 1,000", at("Y.h5"), "narrow"],
    ["HDF5, gzip, chunks 50 × all", at("Y.h5"), "wide"],
    ["NIfTI .nii", at("Y.nii"), ""],
    ["NIfTI .nii.gz", at("Y.nii.gz"), ""],
  ];
}

interface Packed {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float32Array;
  readonly tall: number;
  readonly wide: number;
}

/** A Zarr array of gzip chunks. */
function writePacked(path: string, { rows, cols, data, tall, wide }: Packed) {
  mkdirSync(path);
  const meta = {
    zarr_format: 2,
    shape: [rows, cols],
    chunks: [tall, wide],
    dtype: "<f4",
    fill_value: 0,
    order: "C",
  };
  const packed = { ...meta, filters: null, compressor: { id: "gzip", level: 1 } };
  writeFileSync(join(path, ".zarray"), JSON.stringify(packed));
  for (let top = 0; top < rows; top += tall)
    for (let left = 0; left < cols; left += wide) {
      const part = new Float32Array(tall * wide);
      for (let i = 0; i < Math.min(tall, rows - top); i++) {
        const from = (top + i) * cols + left;
        part.set(data.subarray(from, from + Math.min(wide, cols - left)), i * wide);
      }
      const bytes = gzipSync(new Uint8Array(part.buffer), { level: 1 });
      writeFileSync(join(path, `${top / tall}.${left / wide}`), bytes);
    }
}
