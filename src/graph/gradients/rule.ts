import type { Value } from "../value.ts";

/** The chain rule of one operator. */
export type Rule =
  /** @param g gradient of the loss towards the result `y`, in the shape of `y`.
   * @returns gradients towards each input, in its shape; undefined where none flows. */
  | ((g: Value, y: Value, ...inputs: readonly Value[]) => readonly (Value | undefined)[])
  /** The result does not change smoothly with the inputs: no gradient flows. */
  | "none";

/** Attributes of a value whose operator the rule's place in the table has told. */
export function attributesOf<A extends object>(value: Value): A {
  return value.attributes as A;
}
