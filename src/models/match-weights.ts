import { EncodingError } from "../core/index.ts";
import type { SafetensorsFile } from "../io/index.ts";
import type { MadeWeights } from "./weights.ts";

/** Which tensor of a file each weight is. */
export interface MatchedWeights {
  /** Names in the file by names of the weights. */
  readonly places: ReadonlyMap<string, string>;
  /** Tensors of the file that the towers do not have: heads, buffers. */
  readonly ignored: readonly string[];
}

/** Parts that published files have beside the towers: heads, poolers, buffers of old versions. */
const beside =
  /^(pooler|classifier|cls|lm_head|decoder|qa_outputs|projection_head|vision_tower_head)\.|(^|\.)(position_ids|mask_token)$/;

/** Find the weights of towers among the tensors of a file. Old names are understood (`gamma`, `beta`, a `bert.` or `vit.` in front), heads
 * and buffers are left out.
 * @param made the weights that the towers want. @param from name of the file, for the message.
 * @param free names whose shape is not checked.
 * @throws EncodingError "format": one error that names all that is missing, unknown or of another shape, with the nearest names. */
export function matchWeights(
  made: MadeWeights,
  tensors: SafetensorsFile["tensors"],
  { from, free = [] }: { readonly from: string; readonly free?: readonly string[] },
): MatchedWeights {
  const places = new Map<string, string>();
  const left: string[] = [];
  for (const name of tensors.keys()) {
    const plain = plainName(name);
    if (made.has(plain) && !places.has(plain)) places.set(plain, name);
    else left.push(name);
  }
  const ignored = left.filter((name) => beside.test(plainName(name)));
  const unknown = left.filter((name) => !beside.test(plainName(name)));
  const missing = [...made.keys()].filter((name) => !places.has(name));
  const misshapen = Array.from(places).flatMap(([name, place]) => {
    const wanted = made.get(name)?.shape.join(", ");
    const came = tensors.get(place)?.shape.join(", ");
    return wanted === came || free.includes(name) ? [] : [`"${place}" is [${came}], not [${wanted}]`];
  });
  const faults = [
    ...list(
      "missing",
      missing.map((name) => `"${name}"${hint(name, unknown)}`),
    ),
    ...list(
      "unknown",
      unknown.map((name) => `"${name}"${hint(plainName(name), missing)}`),
    ),
    ...list("of another shape", misshapen),
  ];
  if (faults.length === 0) return { places, ignored };
  throw new EncodingError(
    "format",
    `${from} does not hold the weights that its configuration asks for. ${faults.join(" ")} Does config.json belong to it?`,
    { missing, unknown, misshapen },
  );
}

/** The name that our towers use. */
function plainName(name: string): string {
  return name
    .replace(/^(bert|vit)\./, "")
    .replace(/(norm\w*)\.gamma$/i, "$1.weight")
    .replace(/(norm\w*)\.beta$/i, "$1.bias");
}

function list(what: string, all: readonly string[], most = 4): string[] {
  if (all.length === 0) return [];
  const more = all.length > most ? ` and ${all.length - most} more` : "";
  return [`${all.length} ${what}: ${all.slice(0, most).join(", ")}${more}.`];
}

function hint(name: string, others: readonly string[]): string {
  const near = others
    .map((other) => ({ other, far: distance(name, plainName(other)) }))
    .filter(({ far }) => far <= Math.max(2, name.length / 8))
    .sort((a, b) => a.far - b.far)[0];
  return near ? ` (near it: "${near.other}")` : "";
}

/** Letters to insert, delete or replace to make `a` of `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(same, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
