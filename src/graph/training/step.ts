import { EncodingError } from "../../core/index.ts";
import { compileGraph } from "../compile.ts";
import type { Graph, TensorInfo } from "../model.ts";
import { type Leaf, leafOperators } from "../operators/leaf.ts";
import { formatShape, sameShape } from "../shape.ts";
import { inOrder, madeBy, type Value } from "../value.ts";

/** What becomes of a state in a step. */
export interface Update {
  /** A value made by `state()`. */
  readonly state: Value;
  /** Its content after the step, of the same type and shape. */
  readonly next: Value;
}

/** A graph that reads and renews states: one step of training, of evaluation, of gradient accumulation. */
export interface Step {
  readonly graph: Graph;
  /** The states that the step reads, updated or not. */
  readonly states: readonly (Omit<TensorInfo, "shape"> & {
    readonly shape: readonly number[];
    readonly zeros: boolean;
  })[];
  /** Graph output that holds a state's next content, by the state's name. */
  readonly updates: Readonly<Record<string, string>>;
}

/** Put outputs and updates together as one graph. All updates read the states as they were before the step.
 * @param outputs what a run answers, by name: the loss, the gradient's length.
 * @throws EncodingError "shape" if a next content does not fit its state; "option" if a state is updated twice or is none. */
export function defineStep({
  name = "step",
  outputs,
  updates = [],
}: {
  readonly name?: string;
  readonly outputs: Readonly<Record<string, Value>>;
  readonly updates?: readonly Update[];
}): Step {
  const nexts: Record<string, Value> = {};
  const names: Record<string, string> = {};
  for (const { state, next } of updates) {
    const leaf = stateOf(state, next);
    if (leaf.name in names)
      throw new EncodingError("option", `defineStep: the state "${leaf.name}" is updated twice.`);
    names[leaf.name] = `next.${leaf.name}`;
    nexts[`next.${leaf.name}`] = next;
  }
  const all = [...Object.values(outputs), ...updates.flatMap(({ state, next }) => [state, next])];
  const leaves = inOrder(all).flatMap((value) =>
    madeBy(value, leafOperators.outer) ? [value.attributes] : [],
  );
  const kept = new Map(leaves.filter(({ kind }) => kind !== "input").map((leaf) => [leaf.name, leaf]));
  const states = [...kept.values()].map(({ name: key, type, shape, kind }) => ({
    name: key,
    type,
    shape: shape as readonly number[],
    zeros: kind === "zeros",
  }));
  return { graph: compileGraph({ ...outputs, ...nexts }, { name }), states, updates: names };
}

function stateOf(state: Value, next: Value): Leaf {
  if (!madeBy(state, leafOperators.outer) || (state.attributes as Leaf).kind === "input")
    throw new EncodingError(
      "option",
      `defineStep: only states can be updated; got a value of ${state.operator.name}. Make it with state().`,
    );
  const leaf = state.attributes as Leaf;
  if (next.type !== leaf.type || !sameShape(next.shape, leaf.shape))
    throw new EncodingError(
      "shape",
      `defineStep: the next "${leaf.name}" must be ${leaf.type} ${formatShape(leaf.shape)}; got ${next.type} ${formatShape(next.shape)} from ${next.operator.name}.`,
    );
  return leaf;
}

/** Name of an input or state.
 * @throws EncodingError "option" for other values. */
export function nameOf(value: Value): string {
  if (!madeBy(value, leafOperators.outer))
    throw new EncodingError(
      "option",
      `nameOf: only inputs and states have names; got ${value.operator.name}.`,
    );
  return (value.attributes as Leaf).name;
}
