import type { Linalg } from "./linalg.ts";

type Costs = Pick<Linalg, "together" | "decomposition" | "workspace">;

/** Decompositions are plain TypeScript; many systems share a reduction of their matrix. */
const onnx: Costs = { together: 20, decomposition: (n) => Math.max(7, n / 4), workspace: (n) => 2 * n * n };
const reference: Costs = { together: 1, decomposition: () => 15, workspace: () => 0 };
const lapack: Costs = { together: 1, decomposition: () => 7, workspace: () => 0 };

/** What is worth doing on a backend: measured, so that plans do not depend on the machine. */
export function costsOf(name: Linalg["name"]): Costs {
  if (name === "onnx") return onnx;
  return name === "reference" ? reference : lapack;
}
