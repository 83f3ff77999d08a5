import { EncodingError } from "../core/index.ts";
import { type BrainArray, countOf, decodeArray } from "./array.ts";
import type { BrainManifest } from "./manifest.ts";
import type { ArrayRef, BrainModel } from "./manifest-model.ts";
import { parseManifest } from "./parse-manifest.ts";

/** Gives the bytes of a file of the brain's folder: from disk, by fetch, from an archive.
 * @param file relative to the folder that holds `manifest.json`. */
export type ReadFile = (file: string) => Promise<Uint8Array>;

/** Weights of a model, (people × targets × columns). */
export interface Weights {
  readonly data: Float32Array;
  readonly columns: number;
}

/** A fitted brain that was opened. Arrays are read when they are first asked for, and kept. */
export interface Brain {
  readonly manifest: BrainManifest;
  /** Numbers of an array, row-major. @throws EncodingError "format" if the file is damaged; what the reader throws. */
  array(ref: ArrayRef): Promise<BrainArray>;
  /** (people × targets × columns) of a model, put together if they are of low rank. */
  weights(model: string): Promise<Weights>;
  /** Bytes of any other file: encoders, tokenizers, stimuli. */
  file(file: string): Promise<Uint8Array>;
}

/** Open a fitted brain: reads `manifest.json` alone.
 * @throws EncodingError "format" if it is none; what the reader throws. */
export async function openBrain(read: ReadFile): Promise<Brain> {
  const manifest = parseManifest(new TextDecoder().decode(await read("manifest.json")));
  const held = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const found = held.get(key) as Promise<T> | undefined;
    if (found) return found;
    const made = make().catch((error: unknown) => {
      held.delete(key); // a failed download may be tried again
      throw error;
    });
    held.set(key, made);
    return made;
  };
  const array = (ref: ArrayRef) =>
    once(`array ${ref.file}`, async () => decodeArray(ref, await read(ref.file)));
  const weights = (id: string) => once(`weights ${id}`, () => joinWeights(findModel(manifest, id), array));
  return { manifest, array, weights, file: (file) => once(`file ${file}`, () => read(file)) };
}

/** The model of an id.
 * @throws EncodingError "option" naming those that there are. */
export function findModel({ models }: BrainManifest, id: string): BrainModel {
  const found = models.find((model) => model.id === id);
  if (found) return found;
  const names = models.map((model) => model.id).join(", ");
  throw new EncodingError("option", `findModel: there is no model "${id}"; the brain has ${names}.`);
}

/** The place of a person in the arrays.
 * @throws EncodingError "option" naming those that there are. */
export function findPerson({ people }: BrainManifest, id: string): number {
  const found = people.findIndex((person) => person.id === id);
  if (found >= 0) return found;
  const names = people.map((person) => person.id).join(", ");
  throw new EncodingError("option", `findPerson: there is no person "${id}"; the brain has ${names}.`);
}

async function joinWeights(
  { id, weights }: BrainModel,
  array: (ref: ArrayRef) => Promise<BrainArray>,
): Promise<Weights> {
  if (weights === null)
    throw new EncodingError(
      "option",
      `weights: the model "${id}" has none; its study has no encoder, and can be looked at only.`,
    );
  if (weights.kind === "full")
    return { data: Float32Array.from(await array(weights.values)), columns: weights.values.shape[2] ?? 0 };
  const [left, right] = await Promise.all([array(weights.left), array(weights.right)]);
  const [people = 0, targets = 0, rank = 0] = weights.left.shape;
  const columns = weights.right.shape[2] ?? 0;
  const out = new Float32Array(countOf([people, targets, columns]));
  for (let p = 0; p < people; p++)
    for (let t = 0; t < targets; t++)
      for (let k = 0; k < rank; k++) {
        const a = left[(p * targets + t) * rank + k] as number;
        const [from, to] = [(p * rank + k) * columns, (p * targets + t) * columns];
        for (let c = 0; c < columns; c++)
          out[to + c] = (out[to + c] as number) + a * (right[from + c] as number);
      }
  return { data: out, columns };
}
