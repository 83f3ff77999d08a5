import { EncodingError } from "../core/index.ts";
import type { Layer } from "../graph/index.ts";
import { nearNames } from "./near-names.ts";

/** Layers that are asked for, in order of computation, each once.
 *
 * A word is the name of a tensor or of the node that makes it; a pattern, in which `*` stands for any letters (also "/") and `?` for one;
 * `#12`, the twelfth of the list; or a range `from..to` of names or places, either end of which may be left out. A pattern takes
 * floating-point tensors only: shapes and indices have to be named.
 * @param words at least one.
 * @throws EncodingError "option" with near names for a word that fits no layer. */
export function selectLayers<L extends Layer>(layers: readonly L[], words: readonly string[]): L[] {
  if (words.length === 0)
    throw new EncodingError("option", "selectLayers: needs at least one layer; got none.");
  const chosen = new Set(words.flatMap((word) => matchWord(layers, word)));
  return layers.filter((layer) => chosen.has(layer));
}

function matchWord<L extends Layer>(layers: readonly L[], word: string): L[] {
  const named = findNamed(layers, word);
  if (named.length > 0) return named;
  if (/[*?]/.test(word)) return matchPattern(layers, word);
  const range = /^(.*?)\.\.(.*)$/.exec(word);
  if (range) return matchRange(layers, word, range[1] as string, range[2] as string);
  throw unknown(layers, word);
}

/** Layers of exactly this name; a tensor's name goes before a node's. */
function findNamed<L extends Layer>(layers: readonly L[], word: string): L[] {
  const place = /^#(\d+)$/.exec(word);
  if (place) return layers.filter(({ order }) => order === Number(place[1]));
  const tensors = layers.filter(({ name }) => name === word);
  return tensors.length > 0 ? tensors : layers.filter(({ node }) => node !== "" && node === word);
}

function matchPattern<L extends Layer>(layers: readonly L[], word: string): L[] {
  const escaped = word.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
  const found = layers.filter(
    (layer) => isFloat(layer) && (pattern.test(layer.name) || pattern.test(layer.node)),
  );
  if (found.length > 0) return found;
  throw new EncodingError(
    "option",
    `selectLayers: no layer of floating-point numbers fits "${word}"; the network has ${layers.length}, e.g. ${sample(layers)}.`,
    { word },
  );
}

function matchRange<L extends Layer>(layers: readonly L[], word: string, from: string, to: string): L[] {
  const ends = [from, to].map((end) => {
    if (end === "") return undefined;
    const found = findNamed(layers, end);
    if (found.length === 0) throw unknown(layers, end);
    return found;
  });
  const first = ends[0]?.[0]?.order ?? 1;
  const last = ends[1]?.at(-1)?.order ?? layers.length;
  const found = layers.filter((layer) => layer.order >= first && layer.order <= last && isFloat(layer));
  if (found.length > 0) return found;
  throw new EncodingError(
    "option",
    `selectLayers: the range "${word}" is empty: "${from}" is number ${first}, "${to}" number ${last}. Are the ends swapped?`,
    { word },
  );
}

/** Whether a tensor holds activations, as far as is known. */
export function isFloat({ type }: Pick<Layer, "type">): boolean {
  return type === null || /^b?float/.test(type);
}

function unknown(layers: readonly Layer[], word: string): EncodingError {
  const names = [...new Set(layers.flatMap(({ name, node }) => (node === "" ? [name] : [name, node])))];
  const near = nearNames(word, names);
  const hint =
    near.length > 0
      ? `Did you mean ${near.map((name) => `"${name}"`).join(", ")}?`
      : `The network has ${layers.length}, e.g. ${sample(layers)}.`;
  return new EncodingError("option", `selectLayers: no layer is called "${word}". ${hint}`, { word, near });
}

function sample(layers: readonly Layer[]): string {
  const places = [0, 0.5, 1].map((share) => layers[Math.round(share * (layers.length - 1))]?.name ?? "");
  return [...new Set(places)].map((name) => `"${name}"`).join(", ");
}
