import { EncodingError } from "../core/index.ts";
import type { StudySpace } from "./data.ts";
import type { StudyModel, StudyTower } from "./read-model.ts";

/** The pairs that a study compares: those it declares and, for every declared pair of models (a, b) and every control model c, a − c and
 * c − b: a is no winner where a control wins too. All pairs are one family.
 * @throws EncodingError "settings" for a name that is no model and no feature space. */
export function comparedPairs(
  declared: readonly (readonly [string, string])[],
  spaces: readonly StudySpace[],
): (readonly [string, string])[] {
  const find = (name: string) => {
    const space = spaces.find((own) => own.name === name);
    if (space !== undefined) return space;
    throw new EncodingError(
      "settings",
      `compare: there is no model or feature space "${name}"; legal: ${spaces.map((own) => own.name).join(", ")}.`,
    );
  };
  const controls = spaces.filter(({ model, control }) => model && control).map(({ name }) => name);
  const pairs = declared.flatMap(([a, b]) => {
    const plain = [a, b].map(find).every(({ model, control }) => model && !control);
    const added = plain ? controls.flatMap((c) => [[a, c] as const, [c, b] as const]) : [];
    return [[a, b] as const, ...added];
  });
  const seen = new Set<string>();
  return pairs.filter((pair) => {
    const key = JSON.stringify(pair);
    return !seen.has(key) && seen.add(key);
  });
}

const untrained = "untrained";

/** What differs between two models beside the training signal, as far as their own folders say: empty for matched twins; undefined where the
 * folders differ in nothing but do not say how they were trained. An untrained twin is the common start: that it has no steps is its signal.
 * @source method.md rule 15. */
export function unmatchedBetween(a: StudyModel, b: StudyModel): readonly string[] | undefined {
  const out = new Set<string>();
  let known = true;
  for (const one of a.towers) {
    const other = b.towers.find(({ sense }) => sense === one.sense);
    if (other === undefined) out.add(`stimuli (${one.sense} are shown to one of them)`);
    else {
      for (const name of differences(one, other)) out.add(name);
      known &&= one.signal !== null && other.signal !== null;
    }
  }
  if (known) return [...out];
  return out.size === 0 ? undefined : [...out, "perhaps data, steps and start (not known)"];
}

function differences(a: StudyTower, b: StudyTower): string[] {
  const names = [...new Set([...Object.keys(a.facts), ...Object.keys(b.facts)])];
  const start = [a.signal, b.signal].includes(untrained);
  const what = a.sense === "pictures" ? "image tower" : "text tower";
  return [
    ...(a.kind === b.kind ? [] : [`kind of ${what}`]),
    ...names
      .filter((name) => a.facts[name] !== b.facts[name] && !(start && name === "steps"))
      .map((name) => (training.has(name) ? name : `${name} of the ${what}`)),
  ];
}

/** Facts of the training, not of a tower. */
const training = new Set(["seed", "steps", "batch", "data"]);
