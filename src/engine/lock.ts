import { readFileSync } from "node:fs";
import { mkdir, open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { EncodingError } from "../core/index.ts";
import { fileReason } from "./file-reason.ts";

/** A living holder touches its lock this often; one that is older than `stale` has no holder. Milliseconds. */
const beat = 15_000;
const stale = 120_000;
const writing = 2_000;
const lockName = ".simcortex-lock";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Take a folder for one writer: two runs with one report folder would mix their files. The folder is made where it is missing.
 *
 * A killed holder leaves its lock behind; the next run on the same machine takes it over at once, one on another machine (a shared file
 * system) after two minutes.
 * @returns gives the folder back.
 * @throws EncodingError "file" if another run has it, or if nothing can be written there. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockName);
  try {
    await mkdir(folder, { recursive: true });
    while (!(await create(path))) {
      const holder = await livingHolder(path);
      if (holder === "writing") await setTimeout(100);
      else if (holder !== null) throw taken(folder, holder);
      else await rm(path, { force: true });
    }
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError(
      "file",
      `cannot write ${folder}: ${fileReason(cause)}. Name another folder with --out.`,
      { folder },
      cause,
    );
  }
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), beat);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await rm(path, { force: true }).catch(() => {});
  };
}

/** Whether the lock could be made; false if there is one. */
async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}

/** Who holds a lock; null if nobody does any more; "writing" if its holder has only just made it. */
async function livingHolder(path: string): Promise<Holder | "writing" | null> {
  const found = await stat(path).catch(() => null);
  const age = found === null ? Number.POSITIVE_INFINITY : Date.now() - found.mtimeMs;
  if (age > stale) return null;
  const holder = parse(await readFile(path, "utf8").catch(() => ""));
  if (holder === null) return age < writing ? "writing" : null;
  return holder.host === hostname() && !isAlive(holder.pid) ? null : holder;
}

function parse(text: string): Holder | null {
  try {
    const { pid, host } = JSON.parse(text) as Partial<Holder>;
    return Number.isSafeInteger(pid) && typeof host === "string" ? { pid: pid as number, host } : null;
  } catch {
    return null; // its holder was killed before it wrote
  }
}

/** A process that was killed and not yet cleared away (a zombie) is none. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Where the system tells: Linux, in the letter after the program's name. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

function taken(folder: string, { pid, host }: Holder): EncodingError {
  return new EncodingError(
    "file",
    `cannot write ${folder}: another run (process ${pid} on ${host}) is writing there. Wait for it, or name another folder with --out.`,
    { folder, pid, host },
  );
}
