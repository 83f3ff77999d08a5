import { describe, expect, it } from "vitest";
import type { Layer } from "../graph/index.ts";
import { nearNames } from "./near-names.ts";
import { selectLayers } from "./select-layers.ts";

const layer = (name: string, node: string, order: number, type = "float32"): Layer => ({
  name,
  node,
  order,
  type,
  op: "Add",
  depth: order,
  shape: null,
});
const layers = [
  layer("/blocks/0/attn/add", "", 1),
  layer("/blocks/0/mlp/add", "mlp0", 2),
  layer("/blocks/0/shape", "", 3, "int64"),
  layer("/blocks/1/attn/add", "", 4),
  layer("/blocks/1/mlp/add", "mlp1", 5),
  layer("a.b", "", 6),
  layer("axb", "", 7),
];
const select = (...words: string[]) => selectLayers(layers, words).map(({ order }) => order);

describe("selectLayers", () => {
  it("takes names of tensors and of nodes, patterns, places and ranges", () => {
    expect(select("/blocks/0/mlp/add")).toEqual([2]);
    expect(select("mlp1")).toEqual([5]);
    expect(select("/blocks/*/add")).toEqual([1, 2, 4, 5]);
    expect(select("/blocks/?/mlp/*")).toEqual([2, 5]);
    expect(select("mlp?")).toEqual([2, 5]);
    expect(select("#6")).toEqual([6]);
    expect(select("mlp0..#5")).toEqual([2, 4, 5]);
    expect(select("#6..")).toEqual([6, 7]);
    expect(select("..mlp0")).toEqual([1, 2]);
  });

  it("gives each once, in order of computation", () => {
    expect(select("mlp1", "*attn*", "mlp0", "#5")).toEqual([1, 2, 4, 5]);
  });

  it("takes letters of a pattern literally, and whole numbers only by name", () => {
    expect(select("a.?")).toEqual([6]);
    expect(select("/blocks/0/*")).toEqual([1, 2]);
    expect(select("/blocks/0/shape")).toEqual([3]);
  });

  it("says which names are near, or what there is", () => {
    expect(() => select("/blocks/0/mpl/add")).toThrow(
      'selectLayers: no layer is called "/blocks/0/mpl/add". Did you mean "/blocks/0/mlp/add"',
    );
    expect(() => select("zzz")).toThrow(
      'no layer is called "zzz". The network has 7, e.g. "/blocks/0/attn/add"',
    );
    expect(() => select("x*")).toThrow('no layer of floating-point numbers fits "x*"');
    expect(() => select("mlp1..mlp0")).toThrow('the range "mlp1..mlp0" is empty: "mlp1" is number 5');
    expect(() => select("mlp0..nix")).toThrow('no layer is called "nix"');
    expect(() => select()).toThrow("needs at least one layer; got none");
  });
});

describe("nearNames", () => {
  it("counts letters that are changed, left out or too many, whatever their case", () => {
    expect(nearNames("relu", ["Relu", "rely", "gelu_1", "softmax"])).toEqual(["Relu", "rely"]);
    expect(nearNames("abc", ["xyz"])).toEqual([]);
    expect(nearNames("t170", ["t70", "t110", "t172"], 1)).toEqual(["t172"]);
  });
  it("finds longer names that contain the word", () => {
    expect(nearNames("encoder", ["/vision/encoder/layer.0/add"])).toEqual(["/vision/encoder/layer.0/add"]);
  });
});
