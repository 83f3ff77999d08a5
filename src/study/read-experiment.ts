import { parse } from "yaml";
import { z } from "zod";
import { EncodingError } from "../core/index.ts";

const name = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} _.+-]*$/u, "letters, digits, space, _ . + - only");
const strict = z.strictObject;
const tags = z.array(z.string().min(1)).min(1);
const sense = z.enum(["picture", "sentence"]);

/** Sentences as they stand, or stimuli from the brain's own library: those that carry all of `tags` and none of `without`. */
const inlineSets = [
  strict({ sentences: z.array(z.string().min(1)).min(1) }),
  strict({ library: sense, tags: tags.optional(), without: tags.optional() }),
] as const;
const set = z.union([
  /** Pictures from files (a `*` in the last part fits any letters). */
  strict({ files: z.array(z.string().min(1)).min(1) }),
  ...inlineSets,
]);

const top = z.int().min(1).max(1000).default(5);
const inlineSteps = [
  strict({ present: name }),
  strict({ contrast: z.array(name).min(2), draws: z.int().min(19).max(100_000).default(999) }),
  strict({
    localise: z.array(name).min(2),
    least: z.number().min(0).max(1).default(0.1),
    level: z.number().min(0).max(1).default(0.05),
    direction: z.enum(["first", "either"]).default("first"),
  }),
  strict({ tune: name, set: name }),
  strict({ controversial: name, models: z.tuple([name, name]), region: name.optional(), top }),
  strict({ drive: name, set: name, control: name.optional(), top }),
] as const;
const experiment = z.union([
  ...inlineSteps,
  strict({
    ascend: name,
    /** Set whose first picture is the start; default grey. */
    from: name.optional(),
    /** Family of twins that the brain was made with: gradients need the towers' weights. */
    family: z.string().min(1),
    control: name.optional(),
    steps: z.int().min(1).max(2000).default(60),
  }),
]);

const schema = strict({
  /** Folder of the brain: that of `manifest.json`, or the published folder above it. */
  brain: z.string().min(1),
  model: name,
  person: name.optional(),
  seed: z.int().min(0).default(1),
  sets: z.record(name, set),
  experiments: z.array(experiment).min(1),
});

/** Experiments that read nothing but the brain: no files, no gradients (which need the towers of a family). For callers from elsewhere. */
export const inlineExperiment = schema.omit({ brain: true }).extend({
  sets: z.record(name, z.union(inlineSets)),
  experiments: z.array(z.union(inlineSteps)).min(1),
});

/** Experiments on a fitted brain, as the YAML file writes them. */
export type ExperimentSettings = z.infer<typeof schema>;
/** One set of stimuli of {@link ExperimentSettings}. */
export type StimulusSetSettings = z.infer<typeof set>;
/** One experiment. */
export type ExperimentStep = z.infer<typeof experiment>;

/** Read the settings of experiments.
 * @throws EncodingError "settings" naming the field that is wrong, or a set that is not there. */
export function parseExperiment(text: string, from = "experiment.yaml"): ExperimentSettings {
  const { data, error } = schema.safeParse(readYaml(text, from));
  if (data === undefined) {
    const issue = error?.issues[0];
    throw new EncodingError(
      "settings",
      `${from}: ${issue?.path.join(".") || "the file"}: ${issue?.message}.`,
    );
  }
  checkSets(data, from);
  return data;
}

/** Whether every set that an experiment uses is there.
 * @throws EncodingError "settings" naming the first that is not. */
export function checkSets(
  { sets, experiments }: Pick<ExperimentSettings, "sets" | "experiments">,
  from: string,
): void {
  for (const [k, step] of experiments.entries())
    for (const used of setsOf(step))
      if (!Object.hasOwn(sets, used))
        throw new EncodingError(
          "settings",
          `${from}: experiments.${k}: there is no set "${used}"; there are ${Object.keys(sets).join(", ")}.`,
        );
}

function readYaml(text: string, from: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw new EncodingError(
      "settings",
      `${from}: not valid YAML: ${(cause as Error).message.split("\n")[0]}`,
      {},
      cause,
    );
  }
}

/** Names of the sets that an experiment uses. */
function setsOf(step: ExperimentStep): readonly string[] {
  if ("present" in step) return [step.present];
  if ("contrast" in step) return step.contrast;
  if ("localise" in step) return step.localise;
  if ("controversial" in step) return [step.controversial];
  if ("ascend" in step) return step.from === undefined ? [] : [step.from];
  return [step.set];
}
