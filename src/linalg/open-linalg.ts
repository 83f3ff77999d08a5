import { EncodingError } from "../core/index.ts";
import { createBlasLinalg } from "./blas.ts";
import type { Linalg } from "./linalg.ts";
import { createOnnxLinalg } from "./onnx.ts";
import { createReferenceLinalg } from "./reference.ts";
import { openRemote } from "./remote.ts";

/** Which library does the work. "auto": OpenBLAS or Accelerate where the machine has one, else ONNX Runtime. */
export type Backend = "auto" | Linalg["name"];

const backends: readonly Backend[] = ["auto", "openblas", "accelerate", "onnx", "reference"];

/** Options of {@link openLinalg}. */
export interface LinalgOptions {
  /** Default: the environment variable SIMCORTEX_LINALG, or "auto". */
  readonly backend?: Backend;
  /** Threads inside one call. OpenBLAS counts threads for the whole process. */
  readonly threads?: number;
  /** "worker": in a thread of its own, so that the event loop stays free; "here": in this thread, for code that is in a worker. */
  readonly where?: "worker" | "here";
}

/** Open products and decompositions. Close it when done.
 * @throws EncodingError "backend" if the library asked for is missing, with the command that gets it; "option". */
export async function openLinalg({
  backend = environment(),
  threads = 1,
  where = "worker",
}: LinalgOptions = {}): Promise<Linalg> {
  if (!backends.includes(backend))
    throw new EncodingError(
      "option",
      `openLinalg: backend must be one of ${backends.join(", ")}; got "${backend}".`,
    );
  return where === "worker" ? openRemote({ backend, threads }) : openHere(backend, threads);
}

/** Open a backend in this thread. */
export function openHere(backend: Backend, threads: number): Linalg {
  if (backend === "reference") return createReferenceLinalg();
  if (backend === "onnx") return createOnnxLinalg({ threads });
  try {
    const blas = createBlasLinalg({ threads });
    if (backend !== "auto" && blas.name !== backend)
      throw new EncodingError("backend", `openLinalg: this machine has ${blas.name}, not ${backend}.`);
    return blas;
  } catch (error) {
    if (backend !== "auto") throw error;
    return createOnnxLinalg({ threads });
  }
}

function environment(): Backend {
  const named = process.env.SIMCORTEX_LINALG;
  return named === undefined || named === "" ? "auto" : (named as Backend);
}
