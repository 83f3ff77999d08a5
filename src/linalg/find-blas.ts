import { existsSync } from "node:fs";

/** Where the machine's BLAS and LAPACK may be: the environment variable first, then the usual places. */
export function blasCandidates(): readonly string[] {
  const named = process.env.SIMCORTEX_BLAS;
  if (named !== undefined && named !== "") return [named];
  if (process.platform === "darwin") return ["/System/Library/Frameworks/Accelerate.framework/Accelerate"];
  if (process.platform === "win32") return ["libopenblas.dll", "openblas.dll"];
  const folders = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
    "/opt/OpenBLAS/lib",
  ];
  const files = ["libopenblas.so.0", "libopenblas.so", "libopenblasp.so.0"];
  const found = folders
    .flatMap((folder) => files.map((file) => `${folder}/${file}`))
    .filter((path) => existsSync(path));
  return found.length > 0 ? found : ["libopenblas.so.0", "libopenblas.so"];
}

/** Systems from this size on are worth a word where they could be solved faster. */
const large = 500;

/** What to know before large systems are solved where no BLAS was found; null where there is nothing to be said, or the backend was asked for.
 * @param name of the backend. @param size rows of the systems. */
export function slowNotice(name: string, size: number): string | null {
  const asked = process.env.SIMCORTEX_LINALG ?? "";
  if (name !== "onnx" || asked === "onnx" || size < large) return null;
  return `no BLAS library was found: fits of this size take about twice as long without one (docs/solver.md). To get one: ${blasHint()}.`;
}

/** The one command that gets a fast library on this machine. */
export function blasHint(): string {
  if (process.platform === "darwin") return "Accelerate is part of macOS; nothing to install";
  if (process.platform === "win32") return "set SIMCORTEX_BLAS to the path of an OpenBLAS .dll";
  return "sudo apt-get install -y libopenblas0   (or dnf install openblas; or set SIMCORTEX_BLAS to a library)";
}
