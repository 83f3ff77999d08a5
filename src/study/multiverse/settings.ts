import { z } from "zod";
import { checkYaml } from "../../io/index.ts";
import { studySchema } from "../settings.ts";

const strict = z.strictObject;

/** Settings of study.yaml that a choice may change. People, responses' order, regions, models and tests stay the same in every universe. */
export const choosable = [
  "activations",
  "fit",
  "outer",
  "delays",
  "layers",
  "features",
  "responses",
  "allow",
] as const;

/** Settings of study.yaml that `base` may change: all but the words and the pair. */
export const changeable: readonly string[] = Object.keys(studySchema.shape).filter(
  (key) => !["title", "question", "compare"].includes(key),
);

/** Part of a study's settings: written over those of the study key by key; a list or a number replaces, null takes a setting away. */
const patch = z.record(z.string(), z.unknown()).nullable();

const choice = z
  .record(z.string().min(1), patch)
  .refine((alternatives) => Object.keys(alternatives).length > 1, {
    message: "a choice needs at least two alternatives",
  });

/** The schema of `multiverse.yaml`. */
export const multiverseSchema = strict({
  title: z.string().min(1),
  question: z.string().min(1),
  /** Settings file of the study, from the folder of this file. */
  study: z.string().min(1),
  /** Changes of the study that hold in every universe. */
  base: patch.default({}),
  /** The pair of models or feature spaces; default: the first of the study's `compare`. */
  compare: z.tuple([z.string(), z.string()]).optional(),
  /** Names of choices, each with its alternatives; the first of each is the reference. */
  choices: z
    .record(z.string().min(1), choice)
    .refine((choices) => Object.keys(choices).length > 0, { message: "needs at least one choice" }),
  /** So many universes, drawn at random beside the reference; default: all. */
  draw: z.int().min(2).optional(),
  /** More universes than this are refused, lest one writes a month of work by mistake. */
  most: z.int().min(1).max(100_000).default(1000),
  /** Of the draw of universes and of drawn sign patterns. */
  seed: z.int().min(0).default(0),
});

/** What `simcortex multiverse` is asked. */
export type MultiverseSettings = z.output<typeof multiverseSchema>;

/** A checked file, and how to refuse one of its settings by its line. */
export interface CheckedMultiverse {
  readonly settings: MultiverseSettings;
  readonly fault: ReturnType<typeof checkYaml>["fault"];
}

/** Check the text of a multiverse file; what its patches make of the study is checked by `listUniverses`.
 * @param text YAML. @param path named in messages.
 * @throws EncodingError "settings" naming line, setting and rule. */
export function parseMultiverse(text: string, path = "multiverse.yaml"): CheckedMultiverse {
  const { settings, fault } = checkYaml(multiverseSchema, text, path);
  const legal = (
    where: readonly string[],
    own: Readonly<Record<string, unknown>> | null,
    keys: readonly string[],
  ) => {
    for (const key of Object.keys(own ?? {}))
      if (!keys.includes(key))
        throw fault(
          [...where, key],
          `${where.join(".")}: cannot change "${key}" of the study; legal: ${keys.join(", ")}`,
        );
  };
  legal(["base"], settings.base, changeable);
  for (const [name, alternatives] of Object.entries(settings.choices))
    for (const [alternative, own] of Object.entries(alternatives)) {
      if (!/\p{L}/u.test(alternative))
        throw fault(
          ["choices", name, alternative],
          `choices.${name}.${alternative}: the name of an alternative needs a letter, lest YAML sorts it as a number; write "${alternative} components"`,
        );
      legal(["choices", name, alternative], own, choosable);
    }
  checkApart(settings, fault);
  return { settings, fault };
}

/** No two choices may write the same setting: the later one would win unseen. */
function checkApart({ choices }: MultiverseSettings, fault: CheckedMultiverse["fault"]): void {
  const writers = new Map<string, string>();
  for (const [name, alternatives] of Object.entries(choices)) {
    const own = new Set(Object.values(alternatives).flatMap((one) => leavesOf(one ?? {})));
    for (const leaf of own)
      for (const [other, writer] of writers)
        if (isWithin(leaf, other) || isWithin(other, leaf))
          throw fault(
            ["choices", name],
            `choices.${name}: ${leaf} is written by the choice "${writer}" too; one setting belongs to one choice`,
          );
    for (const leaf of own) writers.set(leaf, name);
  }
}

/** Dotted paths of everything that a patch writes. */
function leavesOf(own: Readonly<Record<string, unknown>>, path = ""): string[] {
  return Object.entries(own).flatMap(([key, value]) => {
    const here = path === "" ? key : `${path}.${key}`;
    return isMap(value) ? leavesOf(value, here) : [here];
  });
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`);
}

/** Whether a value is a map of settings. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
