import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createGraph, encodeGraph } from "../graph/index.ts";
import { call, errorLines, events, filesOf, testFolder } from "./cli.fixture.ts";

const folder = testFolder();
const model = join(folder, "net.onnx");
const pictures = join(folder, "pictures");
const g = createGraph("net");
const x = g.input("pixels", "float32", ["batch", 3, 4, 4]);
g.output("y", g.node("ReduceMean", [g.node("Relu", [x])], { axes: [2n, 3n] }), "float32", ["batch", 3, 1, 1]);
writeFileSync(model, encodeGraph(g.build()));
mkdirSync(pictures);
for (const name of ["rgb.png", "grey.bmp"])
  writeFileSync(join(pictures, name), readFileSync(`src/stimuli/fixtures/pictures/${name}`));
writeFileSync(join(pictures, "broken.jpg"), "no picture");

const extract = (...more: string[]) =>
  call(
    "extract",
    model,
    pictures,
    "--layers",
    "y",
    "--out",
    join(folder, "out"),
    "--store",
    join(folder, "store"),
    ...more,
  );
const scale = ["--mean", "0", "--std", "1", "--rescale", "1"];

describe("simcortex layers", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "prints a table of the layers, and the same for programs",
    async () => {
      const [table, json] = await Promise.all([call("layers", model), call("layers", model, "--json")]);
      expect(table.out.split("\n")).toEqual([
        "    layer         node  operator    shape              numbers",
        "#1  Relu_0              Relu        batch × 3 × 4 × 4       48",
        "#2  ReduceMean_1        ReduceMean  batch × 3 × 1 × 1        3",
        "#3  y                   Identity    batch × 3 × 1 × 1        3",
        "3 layers",
        "",
      ]);
      expect(JSON.parse(json.out).layers[2]).toMatchObject({ name: "y", depth: 3, sizes: [1, 3, 1, 1] });
    },
  );
});

describe("simcortex extract", () => {
  it("asks for what it must know, and names what is wrong, in one line", async () => {
    const [bare, broken, half] = await Promise.all([
      extract("--out", join(folder, "o1")),
      extract(...scale, "--out", join(folder, "o2"), "--store", join(folder, "s2")),
      extract("--mean", "0", "--out", join(folder, "o3")),
    ]);
    for (const { code } of [bare, broken, half]) expect(code).toBe(1);
    expect(errorLines(bare)[0]).toMatch(/Give --mean and --std as its model card says/);
    expect(errorLines(broken)).toEqual([
      "error: decodePicture: cannot read broken.jpg: it is no picture of a known format.",
    ]);
    expect(errorLines(half)).toEqual(["error: --mean and --std belong together; one of them is missing."]);
  });

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "leaves broken pictures out when asked to, and computes nothing twice",
    async () => {
      const first = await extract(...scale, "--skip-broken");
      expect(first.out).toMatch(/^2 stimuli \(0 from the store, 1 left out\), 1 layers\ny: 2 × 3/);
      expect(first.err).toMatch(/left out: decodePicture: cannot read broken\.jpg/);
      expect(filesOf(join(folder, "out")).map((name) => name.slice(folder.length))).toEqual([
        "/out/manifest.json",
        "/out/stimuli.csv",
        "/out/y.npy",
      ]);
      const again = await extract(...scale, "--skip-broken", "--json");
      expect(events(again.out).at(-1)).toMatchObject({ event: "done", stimuli: 2, cached: 3 });
    },
  );
});
