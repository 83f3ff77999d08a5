import type { OnnxModel, OnnxTensorInfo } from "./decode.ts";

/** A tensor inside a network that depends on what the network is given. */
export interface Layer {
  /** Name of the tensor. */
  readonly name: string;
  /** Name of the node that makes it; may be empty. */
  readonly node: string;
  /** Operator, e.g. "Conv"; with its domain where that is not ONNX's own. */
  readonly op: string;
  /** Place in the order of computation, from 1. */
  readonly order: number;
  /** Longest way from an input, in nodes. */
  readonly depth: number;
  /** Element type, e.g. "float32"; null if the file does not say. */
  readonly type: string | null;
  /** Sizes as the file says; names for open ones; null if it does not say. */
  readonly shape: OnnxTensorInfo["shape"];
}

/** The tensors inside a network, in order of computation. Those that no input reaches (constants, and what is computed from them alone)
 * are no layers. */
export function listLayers(model: OnnxModel): Layer[] {
  const depths = new Map(model.inputs.map(({ name }) => [name, 0]));
  const layers: Layer[] = [];
  for (const { name: node, op, domain, inputs, outputs, captures } of model.nodes) {
    const reached = [...inputs, ...captures].flatMap((input) => depths.get(input) ?? []);
    if (reached.length === 0) continue;
    const depth = Math.max(...reached) + 1;
    for (const name of outputs) {
      if (name === "") continue;
      depths.set(name, depth);
      const { type = null, shape = null } = model.known.get(name) ?? {};
      const full = ["", "ai.onnx"].includes(domain) ? op : `${domain}.${op}`;
      layers.push({ name, node, op: full, order: layers.length + 1, depth, type, shape });
    }
  }
  return layers;
}
