import type { Linalg } from "./linalg.ts";

/** What is worth doing on a backend: measured, so that plans do not depend on the machine. */
export function costsOf(name: Linalg["name"]): Pick<Linalg, "together" | "decomposition" | "workspace"> {
  if (name === "onnx")
    return { together: 20, decomposition: (n) => Math.max(7, n / 4), workspace: (n) => 2 * n * n }; // decompositions are plain TypeScript
  if (name === "reference") return { together: 1, decomposition: () => 15, workspace: () => 0 };
  return { together: 1, decomposition: () => 7, workspace: () => 0 };
}
