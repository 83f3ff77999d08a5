import { EncodingError } from "../core/index.ts";
import { type ElementType, type TensorData, typeOfData } from "./element-type.ts";

/** An attribute of a node: whole numbers as bigint, real numbers as number. */
export type Attribute = number | bigint | string | readonly number[] | readonly bigint[];

/** A tensor outside the graph: a named input or output; a dimension may be open (a name). */
export interface TensorInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** A constant of the graph. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** One operation. */
export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph as plain data, in order of execution. */
export interface Graph {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly GraphNode[];
}

/** A value inside a graph that is being built; belongs to one builder. */
export interface GraphValue {
  readonly name: string;
}

/** Builds a graph step by step; names are made up in order, so that the same calls give the same bytes. */
export interface GraphBuilder {
  /** A tensor that is given at each run; a dimension may be open (a name). */
  input(name: string, type: ElementType, shape: readonly (number | string)[]): GraphValue;
  /** A tensor that is part of the model. @throws EncodingError "shape" if the data do not fill the shape. */
  constant(data: Initializer["data"], shape: readonly number[]): GraphValue;
  /** Any operator of the default ONNX domain with one output. */
  node(
    op: string,
    inputs: readonly GraphValue[],
    attributes?: Readonly<Record<string, Attribute>>,
  ): GraphValue;
  /** Give a value out under a name. */
  output(name: string, value: GraphValue, type: ElementType, shape: readonly (number | string)[]): void;
  /** @throws EncodingError "option" if the graph has no output. */
  build(): Graph;
}

/** Start a graph.
 * @param name written into the model. @param opset version of the ONNX operators, default 17. */
export function createGraph(name: string, { opset = 17 }: { opset?: number } = {}): GraphBuilder {
  const inputs: TensorInfo[] = [];
  const outputs: TensorInfo[] = [];
  const initializers: Initializer[] = [];
  const nodes: GraphNode[] = [];
  const known = new Set<string>();
  const declare = (wanted: string): GraphValue => {
    if (known.has(wanted))
      throw new EncodingError(
        "option",
        `createGraph: the name "${wanted}" is used twice in graph "${name}".`,
      );
    known.add(wanted);
    return { name: wanted };
  };
  const check = (value: GraphValue) => {
    if (!known.has(value.name))
      throw new EncodingError("option", `createGraph: "${value.name}" is no value of graph "${name}".`);
    return value.name;
  };
  return {
    input(inputName, type, shape) {
      inputs.push({ name: inputName, type, shape });
      return declare(inputName);
    },
    constant(data, shape) {
      const size = shape.reduce((a, b) => a * b, 1);
      if (size !== data.length)
        throw new EncodingError(
          "shape",
          `constant: ${data.length} numbers do not fill [${shape.join(", ")}].`,
        );
      const value = declare(`constant_${initializers.length}`);
      initializers.push({ name: value.name, type: typeOfData(data), shape, data });
      return value;
    },
    node(op, operands, attributes = {}) {
      const operandNames = operands.map(check);
      const value = declare(`${op}_${nodes.length}`);
      nodes.push({ op, inputs: operandNames, outputs: [value.name], attributes });
      return value;
    },
    output(outputName, value, type, shape) {
      nodes.push({
        op: "Identity",
        inputs: [check(value)],
        outputs: [declare(outputName).name],
        attributes: {},
      });
      outputs.push({ name: outputName, type, shape });
    },
    build() {
      if (outputs.length === 0)
        throw new EncodingError("option", `createGraph: graph "${name}" has no output; call output() first.`);
      return { name, opset, inputs, outputs, initializers, nodes };
    },
  };
}
