import { checkNumber, EncodingError } from "../../core/index.ts";
import { add, div, mul, sub } from "../operators/binary.ts";
import { scalar, state } from "../operators/leaf.ts";
import { cast, exp, sqrt } from "../operators/unary.ts";
import { fixedSizes } from "../shape.ts";
import type { Value } from "../value.ts";
import { nameOf, type Update } from "./step.ts";

/** Settings of {@link adamw}; the defaults are PyTorch's. */
export interface AdamwOptions {
  /** One number: an input, so that a schedule can change it from step to step, or a constant. */
  readonly learningRate: Value;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled weight decay of each parameter, by its name: the groups. Default .01 for all. */
  readonly weightDecay?: (name: string) => number;
  /** Name in front of the optimiser's own states. */
  readonly name?: string;
}

/** One AdamW step on each parameter. With t the step's number from 1, for each weight w with gradient g:
 * m ← β₁ m + (1−β₁) g; v ← β₂ v + (1−β₂) g²; w ← (1 − lr·decay) w − lr · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε).
 * The bias corrections are computed in float64 whatever the weights' type.
 * @param parameters made by `state()`. @param gradients one for each, in its shape.
 * @returns updates of the weights, of their moments `NAME.m.WEIGHT` and `NAME.v.WEIGHT`, and of the counter `NAME.step`.
 * @throws EncodingError "shape" if there are not as many gradients as parameters; "option" for betas outside [0, 1).
 * @source Loshchilov and Hutter 2019, as torch.optim.AdamW. */
export function adamw(
  parameters: readonly Value[],
  gradients: readonly Value[],
  {
    learningRate,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = () => 0.01,
    name = "adamw",
  }: AdamwOptions,
): Update[] {
  checkNumber("adamw", "beta1", beta1, { min: 0, max: 1 - 1e-9 });
  checkNumber("adamw", "beta2", beta2, { min: 0, max: 1 - 1e-9 });
  if (parameters.length !== gradients.length)
    throw new EncodingError(
      "shape",
      `adamw: each parameter needs one gradient; got ${parameters.length} parameters and ${gradients.length} gradients.`,
    );
  const counter = state(`${name}.step`, "float64", [], "zeros");
  const step = add(counter, 1);
  const correction = (beta: number) => sub(1, beta === 0 ? mul(step, 0) : exp(mul(step, Math.log(beta))));
  const rate = cast(learningRate, "float64");
  const rootOf2 = sqrt(correction(beta2));
  // lr m̂ / (√v̂ + ε) = (lr √c₂ / c₁) m / (√v + ε √c₂), c the corrections: two numbers instead of two passes
  const size = div(mul(rate, rootOf2), correction(beta1));
  const floor = mul(rootOf2, epsilon);
  const renew = (w: Value, g: Value): Update[] => {
    const key = nameOf(w);
    const [m, v] = ["m", "v"].map((moment) =>
      state(`${name}.${moment}.${key}`, w.type, fixedSizes("adamw", w.shape), "zeros"),
    ) as [Value, Value];
    const nextM = add(mul(m, beta1), mul(g, 1 - beta1));
    const nextV = add(mul(v, beta2), mul(mul(g, g), 1 - beta2));
    const change = mul(div(nextM, add(sqrt(nextV), cast(floor, w.type))), cast(size, w.type));
    const decay = weightDecay(key);
    const kept = decay === 0 ? w : mul(w, cast(sub(1, mul(rate, scalar(decay, "float64"))), w.type));
    return [
      { state: w, next: sub(kept, change) },
      { state: m, next: nextM },
      { state: v, next: nextV },
    ];
  };
  return [{ state: counter, next: step }, ...parameters.flatMap((w, i) => renew(w, gradients[i] as Value))];
}
