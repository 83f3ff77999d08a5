import { z } from "zod";
import { checkYaml } from "../io/index.ts";

const strict = z.strictObject;
const share = z.number().min(0).max(1);
const count = z.int().min(1);

/** A region that is assumed, not measured. */
const assumed = strict({
  region: z.string().min(1),
  /** Explainable share of the variance of a single presentation. */
  ceiling: z.number().min(0.001).max(0.999),
  /** Share of the explainable variance that A and B explain. */
  explained: z.tuple([share, share]),
  /** Standard deviation over people of the difference of these shares. */
  spread: z.number().min(0).max(1),
  /** AR(1) coefficients from TR to TR. */
  noise: z.number().min(0).max(0.99).default(0.5),
  signal: z.number().min(0).max(0.99).default(0.7),
  /** Targets whose noise is independent. */
  targets: count.default(10),
});

/** The schema of `power.yaml`. */
export const powerSchema = strict({
  title: z.string().min(1),
  seed: z.int().min(0).default(0),
  level: z.number().min(0.0001).max(0.5).default(0.05),
  /** Tests of the declared family; the level is divided by it (Bonferroni). */
  family: count.default(1),
  goal: z.number().min(0.1).max(0.999).default(0.8),
  people: z.array(z.int().min(2).max(1000)).min(1).default([6, 8, 10, 12, 16, 20, 24, 32]),
  studies: z.int().min(100).max(100_000).default(1000),
  pilot: strict({
    /** Folder of a study's report. */
    report: z.string().min(1),
    /** Two feature spaces of `compare`; or one space, for its unique variance. */
    compare: z.tuple([z.string(), z.string()]).optional(),
    space: z.string().optional(),
    regions: z.array(z.string()).min(1).optional(),
  }).optional(),
  assumed: z.array(assumed).min(1).optional(),
  /** Held-out runs, TRs of each, and presentations of each, of `assumed`; every combination of runs and repeats is tried. */
  runs: z.array(count).min(1).default([2]),
  samples: z.int().min(20).default(150),
  repeats: z.array(count).min(1).default([1]),
});

/** What `simcortex power` is asked. */
export type PowerSettings = z.output<typeof powerSchema>;

/** Check the text of a power file.
 * @param text YAML. @param path named in messages.
 * @throws EncodingError "settings" naming line, setting and rule. */
export function parsePowerSettings(text: string, path = "power.yaml"): PowerSettings {
  const { settings, fault } = checkYaml(powerSchema, text, path);
  const { pilot, assumed: regions } = settings;
  if ((pilot === undefined) === (regions === undefined))
    throw fault([], "needs either `pilot` (the report of a study) or `assumed` (regions)");
  if (pilot !== undefined && (pilot.compare === undefined) === (pilot.space === undefined))
    throw fault(["pilot"], "pilot: needs either `compare: [A, B]` or `space`");
  for (const [k, region] of (regions ?? []).entries())
    if (region.explained[0] <= region.explained[1])
      throw fault(
        ["assumed", k, "explained"],
        `assumed.${k}.explained: A must explain more than B, else there is nothing to find; got ${region.explained.join(" and ")}`,
      );
  return settings;
}
