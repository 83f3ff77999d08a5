import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { checkCancelled, EncodingError } from "../../core/index.ts";
import type { Film } from "./film.ts";

/** What ffmpeg says of a film. */
interface Probe {
  readonly width: number;
  readonly height: number;
  /** Frames a second, as ffmpeg writes it: 30000/1001. */
  readonly rate: string;
}

const square = "scale=iw*sar:ih,setsar=1";
const mostHeader = 4096;

/** A film file as ffmpeg reads it: its first picture track, at a constant rate, pixels made square.
 *
 * Frames come over a pipe, a few at a time: ffmpeg waits while nobody reads, and is ended when the loop is left. Only local files are opened. No shell is
 * involved.
 * @throws EncodingError "backend" with the remedy if there is no such program; "format" with ffmpeg's own reason if it cannot read the film. */
export async function openFfmpeg(path: string, rate: number | undefined, program: string): Promise<Film> {
  const own = await probe(path, program);
  const { width, height } = own;
  const asked = rate === undefined ? own.rate : String(rate);
  return {
    name: path,
    width,
    height,
    rate: perSecond(asked),
    frames: null,
    async *read({ signal } = {}) {
      const size = 3 * width * height;
      const filter = `fps=${asked},${square},scale=${width}:${height}`;
      const output = ["-vf", filter, "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"];
      let [frame, filled, count] = [new Uint8Array(size), 0, 0];
      for await (const chunk of stream(path, program, output, signal))
        for (let at = 0; at < chunk.length; ) {
          const part = chunk.subarray(at, at + size - filled);
          frame.set(part, filled);
          filled += part.length;
          at += part.length;
          if (filled < size) continue;
          yield { width, height, data: frame };
          [frame, filled] = [new Uint8Array(size), 0];
          count++;
        }
      if (filled > 0) throw damaged(path, `it is cut off within frame ${count + 1}`);
    },
  };
}

/** Which ffmpeg there is, such as `5.1.9`; null if none can be run. @param program default that on the PATH. */
export async function findFfmpeg(program = "ffmpeg"): Promise<string | null> {
  const child = spawn(program, ["-version"], { stdio: ["ignore", "pipe", "ignore"], windowsHide: true });
  const failed = new Promise<true>((settle) => child.on("error", () => settle(true)));
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const ended = new Promise<false>((settle) => child.on("close", () => settle(false)));
  if (await Promise.race([failed, ended])) return null;
  return /^ffmpeg version (\S+)/.exec(said)?.[1] ?? null;
}

/** Size and rate, from the header of the first frame as YUV4MPEG2. */
async function probe(path: string, program: string): Promise<Probe> {
  const output = ["-vf", square, "-frames:v", "1", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "pipe:1"];
  let head = "";
  for await (const chunk of stream(path, program, output, undefined)) {
    head += String.fromCharCode(...chunk.subarray(0, mostHeader));
    if (head.includes("\n") || head.length >= mostHeader) break;
  }
  const found = /^YUV4MPEG2 W(\d+) H(\d+) F(\d+):(\d+)/.exec(head);
  if (found === null) throw damaged(path, "it holds no pictures");
  const [, width, height, over, under] = found;
  return { width: Number(width), height: Number(height), rate: `${over}/${under}` };
}

function perSecond(rate: string): number {
  const [over, under = "1"] = rate.split("/");
  return Number(over) / Number(under);
}

/** What ffmpeg writes, as it comes. */
async function* stream(
  path: string,
  program: string,
  output: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  checkCancelled(signal);
  const input = ["-protocol_whitelist", "file,pipe", "-xerror", "-i", `file:${resolve(path)}`];
  const child = spawn(
    program,
    ["-v", "error", "-nostdin", ...input, "-map", "0:v:0", "-an", "-sn", "-dn", ...output],
    {
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (said.length < mostHeader) said += chunk.toString("utf8");
  });
  const ended = new Promise<number | string | Error>((settle) => {
    child.on("error", settle);
    child.on("close", (code, by) => settle(code ?? by ?? 1));
  });
  const stop = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", stop);
  process.once("exit", stop);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const end = await ended;
    checkCancelled(signal);
    if (end instanceof Error) throw noProgram(path, program, end);
    if (end !== 0 || said.trim() !== "") throw damaged(path, reasonOf(said) || `ffmpeg ended with ${end}`); // of a film that is cut off it may only tell
  } finally {
    signal?.removeEventListener("abort", stop);
    process.off("exit", stop);
    stop();
  }
}

function noProgram(path: string, program: string, cause: Error): EncodingError {
  return new EncodingError(
    "backend",
    `openFilm: ${path} is read by the program ffmpeg, and "${program}" cannot be run (${(cause as NodeJS.ErrnoException).code ?? cause.message}). Install it (apt-get install ffmpeg, brew install ffmpeg, winget install ffmpeg), or give the film as a folder of numbered pictures, an animated GIF or WebP, or an NPY file.`,
    { path, program },
    cause,
  );
}

function damaged(path: string, why: string): EncodingError {
  return new EncodingError("format", `openFilm: cannot read ${path}: ${why}.`, { path });
}

/** The last line that ffmpeg said, without the addresses that it prints and the path. */
function reasonOf(said: string): string {
  const lines = said.split(/\r?\n/).map((line) => line.replace(/^(\[[^\]]*\]\s*)+/, "").trim());
  const last = lines.filter((line) => line !== "").at(-1) ?? "";
  return last.replace(/^file:.*?:\s+(?=\S+$|[A-Z])/, "").replace(/\.$/, "");
}
