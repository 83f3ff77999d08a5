import koffi from "koffi";
import { EncodingError, enterNative, leaveNative } from "../core/index.ts";
import { blasCandidates, blasHint } from "./find-blas.ts";

type Library = ReturnType<typeof koffi.load>;

/** A routine of the library: run in this thread, or in a thread of the pool while the event loop goes on. */
export interface Native {
  now(...args: unknown[]): void;
  later(...args: unknown[]): Promise<void>;
}

/** A routine that reads `count` numbers, `step` apart, in this thread, and answers with one. */
export type Measure = (count: number, data: ArrayBufferView, step: number) => number;

/** The routines of one precision. Arrays go in as they are, without a copy. */
export interface Routines {
  /** Sum of absolute numbers. */
  readonly asum: Measure;
  /** Place of the largest absolute number. */
  readonly iamax: Measure;
  readonly gemm: Native;
  readonly syrk: Native;
  readonly sfrk: Native;
  readonly gelqf: Native;
  readonly orglq: Native;
  readonly syevd: Native;
  readonly gesdd: Native;
  readonly potrf: Native;
  readonly potrs: Native;
}

/** A loaded BLAS and LAPACK. */
export interface BlasLibrary {
  readonly name: "openblas" | "accelerate";
  readonly version: string;
  readonly path: string;
  readonly single: Routines;
  readonly double: Routines;
  setThreads(threads: number): void;
}

const stack = 8 << 20;
let configured = false;
let loaded: BlasLibrary | undefined;

/** Load the machine's BLAS and LAPACK, once a thread. It stays loaded until the process ends: OpenMP builds crash when unloaded.
 * @throws EncodingError "backend" saying where was looked and how to get one. */
export function loadBlas(): BlasLibrary {
  if (loaded) return loaded;
  enterNative();
  try {
    return find();
  } finally {
    leaveNative();
  }
}

function find(): BlasLibrary {
  if (!configured) koffi.config({ sync_stack_size: stack, async_stack_size: stack });
  configured = true;
  const reasons: string[] = [];
  for (const path of blasCandidates()) {
    try {
      loaded = load(path);
      return loaded;
    } catch (error) {
      reasons.push(`${path}: ${(error as Error).message}`);
    }
  }
  throw new EncodingError(
    "backend",
    `loadBlas: no BLAS library found (${reasons.join("; ")}). To get one: ${blasHint()}.`,
  );
}

function load(path: string): BlasLibrary {
  pin(path);
  const library = koffi.load(path);
  const accelerate = path.includes("Accelerate");
  const set = accelerate ? undefined : optional(() => library.func("void openblas_set_num_threads(int)"));
  const config = accelerate ? undefined : optional(() => library.func("const char *openblas_get_config()"));
  return {
    name: accelerate ? "accelerate" : "openblas",
    version: accelerate
      ? "Accelerate"
      : String(config?.() ?? "OpenBLAS")
          .trim()
          .replace(/\s+/g, " "),
    path,
    single: routines(library, "s", "float"),
    double: routines(library, "d", "double"),
    setThreads: (threads) => void set?.(threads),
  };
}

function routines(library: Library, letter: "s" | "d", real: "float" | "double"): Routines {
  const ints = (count: number) => new Array<string>(count).fill("int").join(", ");
  return {
    asum: measure(library, `${real} cblas_${letter}asum(int, const void *, int)`),
    iamax: measure(library, `int cblas_i${letter}amax(int, const void *, int)`),
    gemm: native(
      library,
      `void cblas_${letter}gemm(${ints(6)}, ${real}, const void *, int, const void *, int, ${real}, void *, int)`,
    ),
    syrk: native(
      library,
      `void cblas_${letter}syrk(${ints(5)}, ${real}, const void *, int, ${real}, void *, int)`,
    ),
    sfrk: lapack(library, `${letter}sfrk_`, 10, 3),
    gelqf: lapack(library, `${letter}gelqf_`, 8, 0),
    orglq: lapack(library, `${letter}orglq_`, 9, 0),
    syevd: lapack(library, `${letter}syevd_`, 11, 2),
    gesdd: lapack(library, `${letter}gesdd_`, 14, 1),
    potrf: lapack(library, `${letter}potrf_`, 5, 1),
    potrs: lapack(library, `${letter}potrs_`, 8, 1),
  };
}

/** A Fortran routine: every argument by reference, then the hidden length of each character argument. */
function lapack(library: Library, name: string, pointers: number, characters: number): Native {
  const args = [
    ...new Array<string>(pointers).fill("void *"),
    ...new Array<string>(characters).fill("size_t"),
  ];
  return native(library, `void ${name}(${args.join(", ")})`, new Array<number>(characters).fill(1));
}

/** @param tail arguments that are always the same, given last. */
function native(library: Library, prototype: string, tail: readonly number[] = []): Native {
  const routine = library.func(prototype);
  return {
    now: (...given) => {
      enterNative();
      try {
        routine(...given, ...tail);
      } finally {
        leaveNative();
      }
    },
    later: (...given) =>
      new Promise((resolve, reject) => {
        enterNative();
        routine.async(...given, ...tail, (error: unknown) => {
          leaveNative();
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}

function measure(library: Library, prototype: string): Measure {
  const routine = library.func(prototype);
  return (...given) => {
    enterNative();
    try {
      return routine(...given) as number;
    } finally {
      leaveNative();
    }
  };
}

/** Keep a library loaded for good (RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE). */
function pin(path: string): void {
  if (process.platform !== "linux") return;
  const dlopen = optional(() => koffi.load("libc.so.6").func("void *dlopen(const char *, int)"));
  dlopen?.(path, 0x1102);
}

function optional<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
