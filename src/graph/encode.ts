import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { ElementType } from "./element-type.ts";
import { fromHalf, toHalf } from "./half.ts";
import type { Attribute, Graph, GraphNode, Initializer, TensorInfo } from "./model.ts";

/** Numbers of TensorProto.DataType. */
const elementTypes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};
/** Numbers of AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;
const irVersion = 8;

/** Serialise a graph as an ONNX file (ModelProto). The same graph gives the same bytes.
 *
 * With `halves`, float32 constants that lose nothing by it (weights that were stored as float16) are written as float16, with a Cast before their
 * use: the same numbers in half the bytes.
 * @source onnx.proto3 of ONNX 1.13 (field numbers). */
export function encodeGraph(whole: Graph, { halves = false } = {}): Uint8Array {
  const short = halves ? whole.initializers.filter(isHalf) : [];
  const graph = short.length > 0 ? castHalves(whole, short) : whole;
  const model = new BinaryWriter();
  model.tag(1, WireType.Varint).int64(irVersion);
  text(model, 2, "simcortex");
  message(model, 7, (w) => writeGraph(w, graph));
  message(model, 8, (w) => w.tag(2, WireType.Varint).int64(graph.opset));
  return model.finish();
}

const halfType = 10;
const halfName = (name: string) => `${name}:float16`;

/** Whether float16 holds every number of a constant, and it is worth a node. */
function isHalf({ type, data }: Initializer): boolean {
  return (
    type === "float32" && data.length >= 64 && (data as Float32Array).every((x) => fromHalf(toHalf(x)) === x)
  );
}

function castHalves(graph: Graph, short: readonly Initializer[]): Graph {
  const names = new Set(short.map(({ name }) => name));
  const initializers = graph.initializers.map((one) =>
    names.has(one.name) ? { ...one, name: halfName(one.name), half: true } : one,
  );
  const casts = short.map(({ name }) => ({
    op: "Cast",
    inputs: [halfName(name)],
    outputs: [name],
    attributes: { to: BigInt(elementTypes.float32) },
  }));
  return { ...graph, initializers, nodes: [...casts, ...graph.nodes] };
}

function writeGraph(w: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(w, 1, (inner) => writeNode(inner, node));
  text(w, 2, graph.name);
  for (const constant of graph.initializers) message(w, 5, (inner) => writeTensor(inner, constant));
  for (const info of graph.inputs) message(w, 11, (inner) => writeInfo(inner, info));
  for (const info of graph.outputs) message(w, 12, (inner) => writeInfo(inner, info));
}

function writeNode(w: BinaryWriter, { op, inputs, outputs, attributes }: GraphNode): void {
  for (const input of inputs) text(w, 1, input);
  for (const output of outputs) text(w, 2, output);
  text(w, 3, outputs[0] ?? op);
  text(w, 4, op);
  for (const [name, value] of Object.entries(attributes))
    message(w, 5, (inner) => writeAttribute(inner, name, value));
}

function writeAttribute(w: BinaryWriter, name: string, value: Attribute): void {
  text(w, 1, name);
  const type = (number: number) => w.tag(20, WireType.Varint).int32(number);
  if (typeof value === "number") {
    w.tag(2, WireType.Bit32).float(value);
    type(attributeTypes.float);
  } else if (typeof value === "bigint") {
    w.tag(3, WireType.Varint).int64(value);
    type(attributeTypes.int);
  } else if (typeof value === "string") {
    text(w, 4, value);
    type(attributeTypes.string);
  } else if (typeof value[0] === "number") {
    for (const one of value) w.tag(7, WireType.Bit32).float(one as number);
    type(attributeTypes.floats);
  } else {
    for (const one of value) w.tag(8, WireType.Varint).int64(one as bigint);
    type(attributeTypes.ints);
  }
}

function writeTensor(
  w: BinaryWriter,
  { name, type, shape, data, half }: Initializer & { half?: boolean },
): void {
  for (const size of shape) w.tag(1, WireType.Varint).int64(size);
  w.tag(2, WireType.Varint).int32(half ? halfType : elementTypes[type]);
  text(w, 8, name);
  const stored = half ? Uint16Array.from(data as Float32Array, toHalf) : data;
  w.tag(9, WireType.LengthDelimited).bytes(
    new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength),
  );
}

function writeInfo(w: BinaryWriter, { name, type, shape }: TensorInfo): void {
  text(w, 1, name);
  message(w, 2, (proto) =>
    message(proto, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(elementTypes[type]);
      message(tensor, 2, (dims) => {
        for (const size of shape)
          message(dims, 1, (dim) =>
            typeof size === "number" ? dim.tag(1, WireType.Varint).int64(size) : text(dim, 2, size),
          );
      });
    }),
  );
}

function text(w: BinaryWriter, field: number, value: string): void {
  w.tag(field, WireType.LengthDelimited).string(value);
}

function message(w: BinaryWriter, field: number, write: (inner: BinaryWriter) => unknown): void {
  w.tag(field, WireType.LengthDelimited).fork();
  write(w);
  w.join();
}
