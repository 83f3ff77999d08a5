import { z } from "zod";
import { checkYaml } from "../../io/index.ts";

const strict = z.strictObject;
const distances = ["correlation", "euclidean", "crossnobis"] as const;

/** Patterns, or dissimilarities that were computed elsewhere. */
const side = strict({
  /** Path with {participant}, {region} and, for crossnobis, {fold}. */
  file: z.string().min(1),
  dataset: z.string().optional(),
  /** `patterns`: (conditions × channels); `dissimilarities`: square, or the upper triangle row by row. */
  holds: z.enum(["patterns", "dissimilarities"]).default("patterns"),
  /** Of patterns. */
  distance: z.enum(distances).default("correlation"),
  /** Residuals (samples × channels) whose shrunk precision turns distances into Mahalanobis and crossnobis ones. */
  residuals: z.string().optional(),
});

const model = side.extend({ description: z.string().default(""), control: z.boolean().default(false) });

/** The schema of `rsa.yaml`. */
export const rsaSchema = strict({
  title: z.string().min(1),
  question: z.string().min(1),
  seed: z.int().min(0).default(0),
  /** Folder of the data, from that of this file; `${NAME:-default}` takes an environment variable. */
  data: z.string().default("."),
  participants: z.array(z.string().min(1)).min(2),
  regions: z.array(z.string().min(1)).min(1).default(["all"]),
  responses: side,
  /** Independent measurements of the same conditions (runs), put in for {fold}. */
  folds: z
    .array(z.union([z.string(), z.number()]))
    .min(2)
    .optional(),
  models: z.record(z.string().min(1), model).refine((models) => Object.keys(models).length > 0, {
    message: "needs at least one model",
  }),
  /** Pairs of models whose difference is tested. */
  compare: z.array(z.tuple([z.string(), z.string()])).default([]),
  /** How dissimilarities are compared. */
  method: z.enum(["pearson", "cosine", "spearman", "rho-a", "tau-a"]).default("rho-a"),
  /** Draws of conditions. */
  bootstrap: z.int().min(100).max(10_000).default(500),
  level: z.number().min(0.001).max(0.5).default(0.05),
});

/** What `simcortex rsa` is asked. */
export type RsaSettings = z.output<typeof rsaSchema>;

/** Patterns or dissimilarities of one side. */
export type RsaSide = z.output<typeof side>;

/** Check the text of an RSA file.
 * @param text YAML. @param path named in messages. @throws EncodingError "settings" naming line, setting and rule. */
export function parseRsaSettings(text: string, path = "rsa.yaml"): RsaSettings {
  const { settings, fault } = checkYaml(rsaSchema, text, path);
  const names = Object.keys(settings.models);
  for (const [k, pair] of settings.compare.entries())
    for (const name of pair)
      if (!names.includes(name))
        throw fault(["compare", k], `has no model "${name}"; there are ${names.join(", ")}`);
  const sides: [readonly string[], RsaSide][] = [
    [["responses"], settings.responses],
    ...names.map((name): [string[], RsaSide] => [["models", name], settings.models[name] as RsaSide]),
  ];
  for (const [place, own] of sides) {
    const crossed = own.holds === "patterns" && own.distance === "crossnobis";
    if (crossed && (settings.folds === undefined || !own.file.includes("{fold}")))
      throw fault([...place, "distance"], "crossnobis needs `folds` and {fold} in the path");
    if (!crossed && own.file.includes("{fold}"))
      throw fault([...place, "file"], "has {fold}, which crossnobis distances alone take");
  }
  return settings;
}
