import { EncodingError } from "../../core/index.ts";
import { type OnnxModel, type OnnxNode, sparseName } from "./decode.ts";
import { contentsOf, type Field, join, readFields, textOf, wrap } from "./fields.ts";

/** Numbers of the fields of GraphProto that hold named things. */
const graphFields = { node: 1, constant: 5, input: 11, output: 12, info: 13, quantised: 14, sparse: 15 };

/** Cut a model at tensors: the same file with these as its outputs and only what they need kept, byte for byte. Nodes with bodies (If,
 * Loop, Scan) stay whole, with all that the bodies read. Weights in other files stay there: the cut model must be loaded from the
 * same folder.
 * @param names of outputs of nodes. @returns bytes of the .onnx file, and the inputs that it still needs.
 * @throws EncodingError "option" if there is no name, or one is no tensor that a node makes. */
export function cutOnnx(
  model: OnnxModel,
  names: readonly string[],
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly inputs: readonly string[] } {
  const makers = makersOf(model.nodes);
  for (const name of names)
    if (!makers.has(name))
      throw new EncodingError("option", `cutOnnx: no node of the model makes a tensor "${name}".`);
  if (names.length === 0) throw new EncodingError("option", "cutOnnx: needs at least one tensor; got none.");
  const { nodes, tensors } = reach(names, makers, model.nodes);
  const kept = model.fields.graph.filter((field) => keepField(field, tensors));
  let index = 0; // fields of nodes come in the order of model.nodes
  const pieces = kept.flatMap((field) => {
    if (field.number !== graphFields.node) return [field.whole];
    return nodes.has(index++) ? [field.whole] : [];
  });
  const outputs = [...new Set(names)].flatMap((name) => outputOf(model, name));
  const rest = model.fields.model.filter((field) => field.number !== 7).map(({ whole }) => whole);
  return {
    bytes: join([...rest, ...wrap(7, [...pieces, ...outputs])]),
    inputs: model.inputs.map(({ name }) => name).filter((name) => tensors.has(name)),
  };
}

/** The node that makes each tensor, by its place. */
export function makersOf(nodes: readonly OnnxNode[]): Map<string, number> {
  const makers = new Map<string, number>();
  for (const [place, { outputs }] of nodes.entries())
    for (const output of outputs) if (output !== "") makers.set(output, place);
  return makers;
}

/** Nodes and tensors that the outputs need. */
function reach(
  names: readonly string[],
  makers: ReadonlyMap<string, number>,
  all: readonly OnnxNode[],
): { nodes: ReadonlySet<number>; tensors: ReadonlySet<string> } {
  const nodes = new Set<number>();
  const tensors = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    tensors.add(name);
    const place = makers.get(name);
    if (place === undefined || nodes.has(place)) continue;
    nodes.add(place);
    const { inputs, captures, outputs } = all[place] as OnnxNode;
    open.push(...inputs, ...captures);
    for (const output of outputs) tensors.add(output);
  }
  return { nodes, tensors };
}

/** Whether a field of the graph stays: its tensor is needed, or it names none. Outputs are written anew. */
function keepField({ number, content }: Field, tensors: ReadonlySet<string>): boolean {
  if (number === graphFields.output) return false;
  if (number === graphFields.constant) return tensors.has(textOf(readFields(content), 8));
  if (number === graphFields.sparse) return tensors.has(sparseName(content));
  if ([graphFields.input, graphFields.info, graphFields.quantised].includes(number))
    return tensors.has(textOf(readFields(content), 1));
  return true;
}

/** The field of an output: what the file says of the tensor, else its name alone, and ONNX Runtime infers the rest. */
function outputOf({ fields }: OnnxModel, name: string): Uint8Array[] {
  const infos = [graphFields.output, graphFields.info].flatMap((number) => contentsOf(fields.graph, number));
  const known = infos.find((info) => textOf(readFields(info), 1) === name);
  return wrap(graphFields.output, known ? [known] : wrap(1, [new TextEncoder().encode(name)]));
}
