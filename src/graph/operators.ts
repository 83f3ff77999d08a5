import { binaryOperators } from "./operators/binary.ts";
import { chooseOperators } from "./operators/choose.ts";
import { expandOperator } from "./operators/expand.ts";
import { layoutOperators } from "./operators/layout.ts";
import { leafOperators } from "./operators/leaf.ts";
import { normaliseOperators } from "./operators/normalise.ts";
import { productOperators } from "./operators/product.ts";
import { reduceOperators } from "./operators/reduce.ts";
import { unaryOperators } from "./operators/unary.ts";

/** Every operator there is, by name. Each is defined once in `operators/` (shape rule, ONNX) and has one derivative in `gradients/`. */
export const operators = {
  ...leafOperators,
  ...unaryOperators,
  ...binaryOperators,
  ...chooseOperators,
  ...productOperators,
  ...layoutOperators,
  expand: expandOperator,
  ...reduceOperators,
  ...normaliseOperators,
} as const;

/** Name of an operator. */
export type OperatorName = keyof typeof operators;
