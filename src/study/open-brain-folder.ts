import { access, readFile, realpath } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { EncodingError } from "../core/index.ts";
import { type GraphSession, openSession, type SessionOptions } from "../graph/index.ts";
import {
  type Brain,
  type Encoded,
  encodeStimuli,
  findSense,
  openBrain,
  openTokenizer,
  type Sense,
  type Stimuli,
} from "../simulator/index.ts";
import type { Tokenizer } from "../stimuli/index.ts";

/** A fitted brain of a folder with its encoders, which are opened when they are first needed. */
export interface BrainFolder {
  readonly brain: Brain;
  /** Stimuli through the encoder of a model. Calls on one encoder wait for each other.
   * @throws EncodingError as `encodeStimuli`. */
  encode(model: string, stimuli: Stimuli): Promise<Encoded>;
  /** End the encoders' workers. */
  close(): Promise<void>;
}

/** Open a published brain.
 * @param folder that of `manifest.json`, or the published folder that has it in `brain`.
 * @param where encoders run: "worker", in threads of their own; "here", for callers that are a worker themselves.
 * @throws EncodingError "file" if there is none, "format" if it is damaged. */
export async function openBrainFolder(
  folder: string,
  { where = "worker" }: Pick<SessionOptions, "where"> = {},
): Promise<BrainFolder> {
  const root = await findBrainRoot(folder);
  const brain = await openBrain((file) => readInside(root, file));
  const opened = new Map<string, Promise<{ session: GraphSession; tokenizer: Tokenizer | undefined }>>();
  const queues = new Map<string, Promise<unknown>>();
  const open = (model: string, sense: Sense) => {
    const own = findSense(brain.manifest, model, sense);
    const { file } = own.encoder;
    const made =
      opened.get(file) ??
      (async () => {
        const tokenizer = own.text ? await openTokenizer(brain, own) : undefined;
        return { session: await openSession(await brain.file(file), { where }), tokenizer };
      })();
    opened.set(file, made);
    return { own, file, made };
  };
  return {
    brain,
    async encode(model, stimuli) {
      const { own, file, made } = open(model, stimuli.sense);
      const { session, tokenizer } = await made;
      const before = queues.get(file) ?? Promise.resolve();
      const next = before.catch(() => {}).then(() => encodeStimuli(own, session, stimuli, { tokenizer }));
      queues.set(file, next);
      return next;
    },
    async close() {
      for (const made of opened.values()) await (await made.catch(() => null))?.session.close();
    },
  };
}

/** The folder that holds `manifest.json`, links resolved.
 * @throws EncodingError "file" if there is none. */
export async function findBrainRoot(folder: string): Promise<string> {
  for (const place of [folder, join(folder, "brain")]) {
    const found = await access(join(place, "manifest.json")).then(
      () => true,
      () => false,
    );
    if (found) return realpath(place);
  }
  throw new EncodingError(
    "file",
    `openBrain: there is no manifest.json in ${folder}. Is it a folder of simcortex publish?`,
  );
}

/** A file inside the folder; links that lead out of it are refused.
 * @throws EncodingError "file". */
export async function readInside(root: string, file: string): Promise<Uint8Array> {
  const path = resolve(root, file);
  try {
    const real = await realpath(path);
    if (!real.startsWith(root + sep)) throw new Error("it leads out of the folder");
    return new Uint8Array(await readFile(real));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : message;
    throw new EncodingError("file", `openBrain: cannot read ${file}: ${reason}.`, { file }, cause);
  }
}
