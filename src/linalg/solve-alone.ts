import { isEncodingError, type Matrix } from "../core/index.ts";
import type { Linalg, Ridged } from "./linalg.ts";

/** {@link Linalg.solveRights} where systems are solved one after the other. */
export async function solveAlone<R extends string, C extends string>(
  sides: readonly Ridged<R, C>[],
  a: Matrix<C, C>,
  solveRight: Linalg["solveRight"],
): Promise<(Matrix<R, C> | null)[]> {
  const out: (Matrix<R, C> | null)[] = [];
  for (const { b, ridge } of sides)
    out.push(
      await solveRight(b, a, ridge).catch((error: unknown) => {
        if (isEncodingError(error, "numeric")) return null;
        throw error;
      }),
    );
  return out;
}
