import { parse } from "yaml";
import { createRandom, EncodingError } from "../../core/index.ts";
import { hashValue } from "../../engine/index.ts";
import { parseSettings } from "../read-settings.ts";
import type { StudySettings } from "../settings.ts";
import { type CheckedMultiverse, isMap } from "./settings.ts";

/** One way to do the study: which alternative of each choice it takes, and its whole settings. */
export interface Universe {
  /** Place of the alternative, choice by choice. */
  readonly picks: readonly number[];
  readonly settings: StudySettings;
}

/** All universes of a multiverse, the reference (the first alternative of every choice) first.
 * @param study text of the study's settings file. @param path of that file, named in messages.
 * @throws EncodingError "settings": the study is wrong, a patch makes it wrong (with the patch's line), two alternatives are the same study, or
 * there are more universes than `most`. */
export function listUniverses(
  { settings, fault }: CheckedMultiverse,
  study: string,
  path: string,
): Universe[] {
  parseSettings(study, path);
  const { choices, base } = settings;
  const names = Object.keys(choices);
  const patches = names.map((name) => Object.entries(choices[name] ?? {}));
  const count = patches.reduce((product, own) => product * own.length, 1);
  const asked = Math.min(count, settings.draw ?? count);
  if (asked > settings.most)
    throw fault(
      ["choices"],
      `choices: they make ${count} universes, more than \`most\` (${settings.most}); take choices away, raise \`most\`, or set \`draw\` to look at some of them drawn at random`,
    );
  const written = merge(parse(study), base ?? {});
  const reference = checked(written, ["base"]);
  const compare = comparedPair(settings, reference, fault);
  const make = (picks: readonly number[], where: readonly string[]): Universe => {
    let own = written;
    for (const [c, pick] of picks.entries()) own = merge(own, patches[c]?.[pick]?.[1] ?? {});
    return { picks, settings: { ...checked(own, where), compare: [compare] } };
  };
  checkAlternatives();
  return pickPlaces(count, asked, settings.seed).map((place) =>
    make(
      picksAt(
        place,
        patches.map((own) => own.length),
      ),
      ["choices"],
    ),
  );

  /** Every alternative by itself, so that what is wrong has its line; and none twice. */
  function checkAlternatives(): void {
    for (const [c, own] of patches.entries()) {
      const seen = new Map<string, string>();
      for (const [pick, [alternative]] of own.entries()) {
        const name = names[c] as string;
        const where = ["choices", name, alternative];
        const { settings: made } = make(
          patches.map((_, other) => (other === c ? pick : 0)),
          where,
        );
        const key = hashValue(made);
        const twin = seen.get(key);
        if (twin !== undefined)
          throw fault(
            where,
            `choices.${name}: "${twin}" and "${alternative}" make the same study; it would count twice`,
          );
        seen.set(key, alternative);
      }
    }
  }

  function checked(raw: unknown, where: readonly string[]): StudySettings {
    try {
      return parseSettings(JSON.stringify(raw), "study");
    } catch (error) {
      if (!(error instanceof EncodingError)) throw error;
      const what = error.message.replace(/^study, line \d+: /, "").replace(/\.$/, "");
      throw fault([...where, ...(what.split(":")[0] ?? "").split(".")], `${where.join(".")}: ${what}`);
    }
  }
}

/** The pair that is compared in every universe. */
function comparedPair(
  { compare }: CheckedMultiverse["settings"],
  study: StudySettings,
  fault: CheckedMultiverse["fault"],
): [string, string] {
  const pair = compare ?? study.compare[0];
  if (pair === undefined)
    throw fault([], "compare: missing; the study compares nothing by itself. Write `compare: [A, B]`");
  const names = [...Object.keys(study.models ?? {}), ...Object.keys(study.features ?? {})];
  const unknown = study.virtual ? undefined : pair.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw fault(
      ["compare"],
      `compare: there is no model or feature space "${unknown}"; legal: ${names.join(", ")}`,
    );
  return pair;
}

/** Settings with a patch written over them: maps key by key, everything else replaced; null takes away. */
function merge(own: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const out: Record<string, unknown> = { ...(isMap(own) ? own : {}) };
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete out[key];
    else out[key] = merge(out[key], value);
  return out;
}

/** Places in the cross: all of them, or the reference and others drawn without putting back, ascending. */
function pickPlaces(count: number, asked: number, seed: number): number[] {
  if (asked === count) return Array.from({ length: count }, (_, k) => k);
  const random = createRandom(seed).stream("universes");
  const drawn = new Set([0]);
  while (drawn.size < asked) drawn.add(random.integer(count));
  return [...drawn].sort((a, b) => a - b);
}

/** Alternative of each choice at a place of the cross; the last choice turns fastest. */
function picksAt(place: number, sizes: readonly number[]): number[] {
  const picks = new Array<number>(sizes.length).fill(0);
  for (let c = sizes.length - 1, rest = place; c >= 0; c--) {
    const size = sizes[c] as number;
    picks[c] = rest % size;
    rest = Math.floor(rest / size);
  }
  return picks;
}
