import { EncodingError } from "../../core/index.ts";
import { add, addAll, div, minimum, mul } from "../operators/binary.ts";
import { sumOfSquares } from "../operators/reduce.ts";
import { sqrt } from "../operators/unary.ts";
import type { Value } from "../value.ts";

/** Shorten gradients together so that their common Euclidean length is at most `longest`.
 * @returns the gradients, and their length before.
 * @source as torch.nn.utils.clip_grad_norm_: g · min(1, longest / (length + 1e-6)). */
export function clipNorm(
  gradients: readonly Value[],
  longest: number,
): { readonly gradients: Value[]; readonly norm: Value } {
  if (gradients.length === 0 || !(longest > 0))
    throw new EncodingError(
      "option",
      `clipNorm: gradients and a length above 0 are needed; got ${gradients.length} gradients and length ${longest}.`,
    );
  const norm = sqrt(addAll(gradients.map((g) => sumOfSquares(g))));
  const factor = minimum(div(longest, add(norm, 1e-6)), 1);
  return { gradients: gradients.map((g) => mul(g, factor)), norm };
}
