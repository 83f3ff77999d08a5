import { type TensorData, typeOfData } from "./element-type.ts";
import type { Attribute, GraphNode, Initializer } from "./model.ts";

/** Writes ONNX nodes. The same node on the same inputs is written once (common subexpressions), the same constant stored once;
 * names are made up in order, so that the same values give the same bytes. */
export interface Emitter {
  /** Write a node of the default ONNX domain with one output. */
  node(op: string, inputs: readonly string[], attributes?: GraphNode["attributes"]): string;
  /** Write a node with several outputs; those at the end that nobody uses are left out of the file. */
  nodes(
    op: string,
    inputs: readonly string[],
    attributes: GraphNode["attributes"],
    count: number,
  ): readonly string[];
  constant(data: TensorData, shape: readonly number[]): string;
  /** A list of whole numbers: shapes, axes. */
  ints(list: readonly number[]): string;
}

/** An emitter and what it has written. */
export interface Sheet extends Emitter {
  readonly written: GraphNode[];
  readonly constants: Initializer[];
}

/** Constants up to this size are compared by content, larger ones by identity. */
const compared = 4096;

/** An empty sheet. */
export function createSheet(): Sheet {
  const written: GraphNode[] = [];
  const constants: Initializer[] = [];
  const known = new Map<string, readonly string[]>();
  const large = new Map<TensorData, string>();
  const store = (data: TensorData, shape: readonly number[]): string => {
    const name = `constant_${constants.length}`;
    constants.push({ name, type: typeOfData(data), shape, data });
    return name;
  };
  const nodes: Emitter["nodes"] = (op, inputs, attributes, count) => {
    const key = `${op}(${inputs.join()})${describe(attributes)}`;
    const outputs =
      known.get(key) ?? Array.from({ length: count }, (_, i) => `${op}_${written.length}${i ? `_${i}` : ""}`);
    if (!known.has(key)) written.push({ op, inputs, outputs, attributes });
    known.set(key, outputs);
    return outputs;
  };
  const constant: Emitter["constant"] = (data, shape) => {
    if (data.byteLength > compared) {
      const name = large.get(data) ?? store(data, shape);
      large.set(data, name);
      return name;
    }
    const key = `${typeOfData(data)}[${shape.join()}]${Array.from(data as Float64Array, signed).join()}`;
    const name = known.get(key)?.[0] ?? store(data, shape);
    known.set(key, [name]);
    return name;
  };
  return {
    written,
    constants,
    nodes,
    node: (op, inputs, attributes = {}) => nodes(op, inputs, attributes, 1)[0] as string,
    constant,
    ints: (list) => constant(BigInt64Array.from(list, BigInt), [list.length]),
  };
}

/** A number as text that keeps the sign of zero. */
function signed(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

function describe(attributes: Readonly<Record<string, Attribute>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${typeof value}:${value}`)
    .join(";");
}
