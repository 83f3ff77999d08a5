import { EncodingError } from "../core/index.ts";
import type { TensorData } from "./element-type.ts";
import { createSheet } from "./emitter.ts";
import type { Graph, GraphNode, Initializer, TensorInfo } from "./model.ts";
import { type Leaf, leafOperators } from "./operators/leaf.ts";
import { formatShape, type Shape, sameShape } from "./shape.ts";
import { inOrder, madeBy, type Value } from "./value.ts";

/** Options of {@link compileGraph}. */
export interface CompileOptions {
  /** Name of the graph, written into the file. */
  readonly name?: string;
  /** Contents for inputs or states that shall become constants of the file: the weights of a model that is exported. */
  readonly weights?: Readonly<Record<string, { readonly shape: Shape; readonly data: TensorData }>>;
}

/** ONNX operator set of compiled graphs: the first with Gelu. */
const opset = 20;

/** Write values as an ONNX graph: only what the outputs need, equal operations once, in an order that the outputs alone determine.
 * Any values will do as outputs: a loss, the activations of a layer, a part of a larger graph.
 * @param outputs by name. @returns a graph for {@link encodeGraph}.
 * @throws EncodingError "option" if two inputs share a name, or an input and an output. */
export function compileGraph(
  outputs: Readonly<Record<string, Value>>,
  { name = "graph", weights = {} }: CompileOptions = {},
): Graph {
  const order = inOrder(Object.values(outputs));
  const leaves = collectLeaves(order, outputs);
  const sheet = createSheet();
  const names = new Map<Value, string>();
  for (const value of order) {
    const inputs = value.inputs.map((input) => names.get(input) as string);
    names.set(value, value.operator.emit(sheet, inputs, value, value.attributes));
  }
  const infos = Object.entries(outputs).map(([key, { type, shape }]) => ({ name: key, type, shape }));
  return {
    name,
    opset,
    inputs: leaves.filter((leaf) => !(leaf.name in weights)).map(infoOf),
    outputs: infos,
    initializers: [
      ...leaves.filter((leaf) => leaf.name in weights).map((leaf) => bind(leaf, weights)),
      ...sheet.constants,
    ],
    nodes: nameOutputs(trimOutputs(sheet.written, outputs, names), outputs, names),
  };
}

/** Inputs and states in order of first use. */
function collectLeaves(order: readonly Value[], outputs: Readonly<Record<string, Value>>): Leaf[] {
  const leaves = new Map<string, Leaf>();
  for (const value of order) {
    if (!madeBy(value, leafOperators.outer)) continue;
    const leaf = value.attributes as Leaf;
    const known = leaves.get(leaf.name);
    if (known && (known.type !== leaf.type || !sameShape(known.shape, leaf.shape)))
      throw new EncodingError(
        "option",
        `compileGraph: two inputs are called "${leaf.name}": ${known.type} ${formatShape(known.shape)} and ${leaf.type} ${formatShape(leaf.shape)}.`,
      );
    if (leaf.name in outputs)
      throw new EncodingError(
        "option",
        `compileGraph: an input and an output are both called "${leaf.name}".`,
      );
    leaves.set(leaf.name, leaf);
  }
  return [...leaves.values()];
}

function infoOf({ name, type, shape }: Leaf): TensorInfo {
  return { name, type, shape };
}

function bind({ name, type, shape }: Leaf, weights: NonNullable<CompileOptions["weights"]>): Initializer {
  const given = weights[name];
  if (given === undefined || !sameShape(given.shape, shape))
    throw new EncodingError(
      "shape",
      `compileGraph: the weight "${name}" must be ${formatShape(shape)}; got ${formatShape(given?.shape ?? [])}.`,
    );
  return { name, type, shape: given.shape as readonly number[], data: given.data };
}

/** Leave out outputs at the end of a node that nobody reads. */
function trimOutputs(
  nodes: readonly GraphNode[],
  outputs: Readonly<Record<string, Value>>,
  names: ReadonlyMap<Value, string>,
): GraphNode[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  for (const value of Object.values(outputs)) read.add(names.get(value) as string);
  return nodes.map((node) => {
    const last = node.outputs.findLastIndex((output) => read.has(output));
    return { ...node, outputs: node.outputs.slice(0, Math.max(last + 1, 1)) };
  });
}

/** Call the results by the names of the outputs; what is an input, or goes out twice, is copied. */
function nameOutputs(
  nodes: readonly GraphNode[],
  outputs: Readonly<Record<string, Value>>,
  names: ReadonlyMap<Value, string>,
): GraphNode[] {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: GraphNode[] = [];
  for (const [name, value] of Object.entries(outputs)) {
    const inner = names.get(value) as string;
    if (made.has(inner) && !renamed.has(inner)) renamed.set(inner, name);
    else
      copies.push({ op: "Identity", inputs: [renamed.get(inner) ?? inner], outputs: [name], attributes: {} });
  }
  const rename = (name: string) => renamed.get(name) ?? name;
  return [
    ...nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
    ...copies,
  ];
}
