import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError } from "../core/index.ts";
import type { Tensors } from "../graph/index.ts";
import { encodeSafetensors, parseSafetensors, readBytes, writeFileAtomic } from "../io/index.ts";
import type { WeightTensors } from "../models/index.ts";
import { tensorsOf } from "./model-file.ts";

/** What training goes on from. Orders, views, captions and hidden words are functions of the seed and the step's number, so that the
 * number is the whole of the data's position and of the random streams' state. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** What the run was asked to do; another one must not go on from here. */
  readonly identity: string;
  /** Weights, moments, momentum weights, queues, gradients being added up. */
  readonly states: Tensors;
  /** Damaged samples met so far: why, by key. */
  readonly damaged: Readonly<Record<string, string>>;
}

/** What `state.json` holds. */
interface State extends Omit<Checkpoint, "states"> {
  /** The file of the states beside it. */
  readonly file: string;
}

/** Write a checkpoint: `states-STEP.safetensors`, then `state.json` that names it, each whole or not at all; then older ones are removed.
 * A kill at any moment leaves a whole checkpoint. */
export async function writeCheckpoint(folder: string, { states, ...rest }: Checkpoint): Promise<void> {
  const file = `states-${String(rest.step).padStart(8, "0")}.safetensors`;
  await writeFileAtomic(
    join(folder, file),
    encodeSafetensors(states as WeightTensors, { metadata: { step: String(rest.step) } }),
  );
  const state: State = { file, ...rest };
  await writeFileAtomic(join(folder, "state.json"), `${JSON.stringify(state, null, 2)}\n`);
  for (const name of await readdir(folder))
    if (/^states-\d+\.safetensors$/.test(name) && name !== file)
      await rm(join(folder, name), { force: true });
}

/** The checkpoint of a folder, if it has one.
 * @param identity what the run shall do.
 * @throws EncodingError "settings" if the checkpoint is of another run; "format" if it is damaged. */
export async function readCheckpoint(folder: string, identity: string): Promise<Checkpoint | null> {
  const names = await readdir(folder).catch(() => [] as string[]);
  if (!names.includes("state.json")) return null;
  const state = parseState(Buffer.from(await readBytes(join(folder, "state.json"))).toString(), folder);
  if (state.identity !== identity)
    throw new EncodingError(
      "settings",
      `readCheckpoint: ${folder} holds step ${state.step} of a run with other settings: ${difference(state.identity, identity)}. Take another folder, or remove this one.`,
      { folder },
    );
  const { tensors, metadata } = parseSafetensors(await readBytes(join(folder, state.file)));
  if (metadata.step !== String(state.step))
    throw new EncodingError(
      "format",
      `readCheckpoint: ${folder}: state.json and ${state.file} do not belong together.`,
    );
  return { ...state, states: tensorsOf(tensors) };
}

function parseState(text: string, folder: string): State {
  try {
    return JSON.parse(text) as State;
  } catch (cause) {
    throw new EncodingError("format", `readCheckpoint: ${folder}/state.json is no JSON.`, { folder }, cause);
  }
}

/** The first setting that differs between two runs, as "key: old, now new". */
function difference(old: string, now: string): string {
  const [a, b] = [old, now].map((text) => flatten(JSON.parse(text) as object)) as [Flat, Flat];
  const key = [...new Set([...a.keys(), ...b.keys()])].find((name) => a.get(name) !== b.get(name));
  return `${key}: ${a.get(key as string)}, now ${b.get(key as string)}`;
}

type Flat = ReadonlyMap<string, string>;

function flatten(value: object, prefix = ""): Flat {
  const all = new Map<string, string>();
  for (const [key, inner] of Object.entries(value))
    if (typeof inner === "object" && inner !== null)
      for (const [name, one] of flatten(inner as object, `${prefix}${key}.`)) all.set(name, one);
    else all.set(prefix + key, JSON.stringify(inner));
  return all;
}
