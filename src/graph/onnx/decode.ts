import { EncodingError } from "../../core/index.ts";
import { contentsOf, type Field, readFields, textOf, textsOf, wholesOf } from "./fields.ts";

/** Element types by their number in TensorProto.DataType. */
const elementTypes = [
  "undefined",
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
];

/** What a file says of a tensor. */
export interface OnnxTensorInfo {
  readonly name: string;
  /** Element type, e.g. "float32"; null: not said, or no tensor. */
  readonly type: string | null;
  /** Sizes; a name for an open one, null for one that is not said. Null: not even the number of axes is said. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** One operation of a file. */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Operator set; "" is ONNX's own. */
  readonly domain: string;
  /** Names; "" for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Tensors of the graph that bodies of the node (If, Loop, Scan) read. */
  readonly captures: readonly string[];
}

/** A model file, taken apart. Its weights stay where they are: in `bytes`, or in files of their own. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  /** Tensors that must be given. */
  readonly inputs: readonly OnnxTensorInfo[];
  readonly outputs: readonly OnnxTensorInfo[];
  /** What the file says of inner tensors, by name. */
  readonly known: ReadonlyMap<string, OnnxTensorInfo>;
  readonly nodes: readonly OnnxNode[];
  /** Names of the constants. */
  readonly constants: ReadonlySet<string>;
  /** Files with weights, relative to the model. */
  readonly externalFiles: readonly string[];
  /** The fields of the file and of its graph, as they are. */
  readonly fields: { readonly model: readonly Field[]; readonly graph: readonly Field[] };
}

/** Take a model file apart: any operator set, any domain; what is not understood stays as it is.
 * @param bytes of the .onnx file. @param name of the file, for messages.
 * @throws EncodingError "format" if it is no ONNX model, or cut off.
 * @source onnx.proto3 of ONNX 1.16 (field numbers). */
export function decodeOnnx(bytes: Uint8Array, name = "model"): OnnxModel {
  try {
    const model = readFields(bytes);
    const [content] = contentsOf(model, 7).slice(-1);
    if (content === undefined) throw new Error("it holds no graph");
    return takeApart(bytes, model, readFields(content));
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError(
      "format",
      `decodeOnnx: ${name} is no ONNX model: ${(cause as Error).message}. Is it cut off?`,
      { name },
      cause,
    );
  }
}

function takeApart(bytes: Uint8Array, model: readonly Field[], graph: readonly Field[]): OnnxModel {
  const tensors = contentsOf(graph, 5).map(readFields);
  const sparse = contentsOf(graph, 15).map(sparseName);
  const constants = new Set([...tensors.map((tensor) => textOf(tensor, 8)), ...sparse]);
  const infos = (number: number) => contentsOf(graph, number).map(readInfo);
  const outputs = infos(12);
  const inputs = infos(11);
  return {
    bytes,
    opset: opsetOf(model),
    inputs: inputs.filter((input) => !constants.has(input.name)),
    outputs,
    known: new Map([...inputs, ...infos(13), ...outputs].map((info) => [info.name, info])),
    nodes: contentsOf(graph, 1).map(readNode),
    constants,
    externalFiles: [...new Set(tensors.flatMap(externalFile))],
    fields: { model, graph },
  };
}

function opsetOf(model: readonly Field[]): number {
  const sets = contentsOf(model, 8).map(readFields);
  const own = sets.find((set) => ["", "ai.onnx"].includes(textOf(set, 1)));
  return own === undefined ? 1 : (wholesOf(own, 2).at(-1) ?? 1);
}

/** Name of a sparse constant: that of its values. */
export function sparseName(content: Uint8Array): string {
  const [values] = contentsOf(readFields(content), 1);
  return values === undefined ? "" : textOf(readFields(values), 8);
}

function externalFile(tensor: readonly Field[]): string[] {
  if (wholesOf(tensor, 14).at(-1) !== 1) return [];
  const entries = contentsOf(tensor, 13).map(readFields);
  return entries.filter((entry) => textOf(entry, 1) === "location").map((entry) => textOf(entry, 2));
}

/** Read a NodeProto. */
export function readNode(content: Uint8Array): OnnxNode {
  const fields = readFields(content);
  return {
    name: textOf(fields, 3),
    op: textOf(fields, 4),
    domain: textOf(fields, 7),
    inputs: textsOf(fields, 1),
    outputs: textsOf(fields, 2),
    captures: [...new Set(contentsOf(fields, 5).flatMap(bodiesOf).flatMap(readsOfBody))],
  };
}

/** Graphs inside an attribute. */
function bodiesOf(attribute: Uint8Array): Uint8Array[] {
  const fields = readFields(attribute);
  return [...contentsOf(fields, 6), ...contentsOf(fields, 11)];
}

/** Tensors of the outer graph that a body reads, also through bodies of its own. */
function readsOfBody(body: Uint8Array): string[] {
  const fields = readFields(body);
  const nodes = contentsOf(fields, 1).map(readNode);
  const own = new Set([
    ...nodes.flatMap(({ outputs }) => outputs),
    ...contentsOf(fields, 11).map((info) => textOf(readFields(info), 1)),
    ...contentsOf(fields, 5).map((tensor) => textOf(readFields(tensor), 8)),
    ...contentsOf(fields, 15).map(sparseName),
  ]);
  const outputs = contentsOf(fields, 12).map((info) => textOf(readFields(info), 1));
  const read = [...nodes.flatMap(({ inputs, captures }) => [...inputs, ...captures]), ...outputs];
  return read.filter((name) => name !== "" && !own.has(name));
}

/** Read a ValueInfoProto. */
function readInfo(content: Uint8Array): OnnxTensorInfo {
  const fields = readFields(content);
  const name = textOf(fields, 1);
  const [tensor] = contentsOf(fields, 2).flatMap((type) => contentsOf(readFields(type), 1));
  if (tensor === undefined) return { name, type: null, shape: null };
  const parts = readFields(tensor);
  const [shape] = contentsOf(parts, 2);
  const type = wholesOf(parts, 1).at(-1) ?? 0;
  return {
    name,
    type: type === 0 ? null : (elementTypes[type] ?? `type ${type}`),
    shape: shape === undefined ? null : contentsOf(readFields(shape), 1).map(readSize),
  };
}

function readSize(content: Uint8Array): number | string | null {
  const fields = readFields(content);
  const size = wholesOf(fields, 1).at(-1);
  if (size !== undefined) return size >= 0 ? size : null;
  return textOf(fields, 2) || null;
}
