import { z } from "zod";
import { inlineExperiment } from "../study/read-experiment.ts";

/** What goes over the line, the one source of the checks, the types and the OpenAPI description. NaN is `null`. */

const strict = z.strictObject;
const number = z.number().nullable();
const sense = z.enum(["picture", "sentence"]);
const text = z.string().min(1).max(200);
const interval = strict({ mean: number, low: number, high: number }).meta({
  id: "Interval",
  description: "A mean with its interval; null where it is not defined.",
});

/** Most stimuli of one request, and most letters of a sentence. */
export const most = { sentences: 256, pictures: 64, letters: 100_000 } as const;

/** Kinds of errors: those of the library, and those that only a server has. */
export const errorKinds = [
  ...["shape", "range", "option", "value", "format", "file", "settings", "numeric", "memory", "design"],
  ...["backend", "cancelled", "missing", "busy", "timeout", "too-large", "forbidden", "bug"],
] as [string, ...string[]];

export const errorAnswer = strict({
  error: strict({
    kind: z.enum(errorKinds),
    message: z.string().describe("One line: what was asked of whom, the rule, and what came."),
    hint: z.string().describe("What to do next."),
  }),
}).meta({ id: "Error", description: "What every answer that is no success carries." });

export const brainAnswer = strict({
  title: z.string(),
  question: z.string(),
  license: z.string(),
  attribution: z.string(),
  limits: z.array(z.string()).describe("What this brain is not good for."),
  people: z.array(strict({ id: z.string(), label: z.string(), mean: z.boolean() })),
  models: z.array(
    strict({
      id: z.string(),
      label: z.string(),
      description: z.string(),
      role: z.string(),
      senses: z.array(sense),
    }),
  ),
  targets: z.int(),
  regions: z.int(),
  maps: z.int(),
  presentation: strict({
    seconds: z.partialRecord(sense, z.number()),
    window: z.tuple([z.number(), z.number()]),
    tr: number.describe("Seconds a sample; null where samples are stimuli."),
    unit: z.string(),
    text: z.string(),
  }),
  maskTest: z.string(),
  level: z.number().describe("Nominal coverage of the intervals."),
  library: strict({ pictures: z.int(), sentences: z.int(), tags: z.array(z.string()) }),
}).meta({ id: "Brain", description: "What the fitted brain is." });

const mapFields = {
  id: z.string(),
  title: z.string(),
  group: z.string(),
  unit: z.string(),
  scale: z.enum(["sequential", "diverging"]),
  model: z.string().nullable(),
  sense: sense.nullable(),
  range: z.tuple([z.number(), z.number()]).describe("Suggested for colours; values outside exist."),
  test: z.string().nullable().describe("What `significant` means."),
};
export const mapsAnswer = strict({
  maps: z.array(strict(mapFields).meta({ id: "MapInfo", description: "A map of the study." })),
});
export const mapAnswer = strict({
  ...mapFields,
  person: z.string(),
  values: z.array(number).describe("One a target."),
  significant: z
    .array(z.int())
    .nullable()
    .describe("1 where significant, corrected; null: no test was made."),
}).meta({ id: "Map", description: "The numbers of a map for one person." });

export const regionsAnswer = strict({
  regions: z.array(
    strict({
      name: z.string(),
      description: z.string(),
      targets: z.array(z.int()).describe("Places in every list that has one number a target."),
    }).meta({ id: "Region", description: "A region and its targets." }),
  ),
});
const smallDifference = strict({
  bound: number.describe(
    "The smallest margin that the difference is concluded to be below; null: none is excluded.",
  ),
  p: number,
  pCorrected: number.describe("Of the declared margin; null where none is declared."),
  equivalent: z
    .boolean()
    .describe("Whether the difference is concluded to be less than the declared margin."),
}).meta({ id: "SmallDifference", description: "How small a difference is concluded to be." });
export const regionAnswer = strict({
  name: z.string(),
  description: z.string(),
  targets: z.array(z.int()),
  person: z.string(),
  scores: z.array(
    strict({
      model: z.string(),
      r: interval,
      r2: interval,
      ceiling: number,
      shareOfCeiling: number,
      kept: z.int().nullable().describe("Targets predicted better than chance, corrected; null: not tested."),
      targets: z.int(),
    }),
  ),
  differences: z
    .array(
      strict({
        a: z.string(),
        b: z.string(),
        difference: interval,
        p: number,
        pCorrected: number,
        equivalence: smallDifference.nullable().describe("null: undefined, or not tested by this brain."),
      }),
    )
    .describe("Over people, whoever `person` is."),
  parts: z
    .array(strict({ spaces: z.array(z.string()), share: interval }))
    .describe(
      "The joint R² in its unique and shared parts, over people; empty where the study did not ask for them.",
    ),
  unique: z.array(strict({ model: z.string(), sense, unique: interval })),
  layers: z.array(
    strict({
      model: z.string(),
      sense: sense.nullable(),
      layer: z.string(),
      r: number.describe("Of the layer by itself, held out; null where only the chosen layer was scored."),
      share: number.describe(
        "Of targets, people and folds that chose it; null where all use the same layers.",
      ),
      chosen: z.boolean(),
    }),
  ),
}).meta({ id: "RegionScores", description: "What the study says of a region." });

const asked = {
  model: text.describe("Id of a model of the brain."),
  person: text
    .optional()
    .describe("Whose brain; the first of the list, the mean where there is one, if left out."),
};
const sentences = strict({
  ...asked,
  sentences: z.array(z.string().max(most.letters)).min(1).max(most.sentences),
}).meta({ id: "PredictSentences" });
const pictures = strict({
  ...asked,
  pictures: z
    .array(z.base64().min(1))
    .min(1)
    .max(most.pictures)
    .describe("Picture files (PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP), base64."),
}).meta({ id: "PredictPictures" });
export const predictRequest = z.union([sentences, pictures]);
export type PredictRequest = z.infer<typeof predictRequest>;

export const predictAnswer = strict({
  model: z.string(),
  person: z.string(),
  sense,
  unit: z.string(),
  level: z.number(),
  stimuli: z.int(),
  targets: z.int(),
  responses: z.array(z.array(number)).describe("Stimuli × targets."),
  interval: z
    .array(number)
    .describe("One a target: response ± interval holds one newly measured presentation at `level`."),
  mask: z
    .array(z.int())
    .describe(
      "One a target: 0 where the response is not to be trusted, for the model predicts no better than chance there.",
    ),
  percentile: z
    .array(number)
    .describe(
      "One a stimulus: how unlike the training stimuli it is; from 99 on it is unlike anything fitted.",
    ),
  warnings: z.array(z.string()),
  regions: z.array(
    strict({
      region: z.string(),
      kept: z.int().describe("Targets inside the mask, which are averaged."),
      responses: z.array(number).describe("One a stimulus; null where no target is kept."),
      interval: number,
    }).meta({ id: "RegionResponse" }),
  ),
}).meta({
  id: "Prediction",
  description: "Responses that the brain expects; the numbers of `predict` of the library.",
});
export type PredictAnswer = z.infer<typeof predictAnswer>;

export const experimentRequest = inlineExperiment.meta({
  id: "ExperimentRequest",
  description:
    "As experiment.yaml without `brain`, of sets that need no file: sentences, or the brain's own library; no gradient ascent.",
});
export type ExperimentRequest = z.infer<typeof experimentRequest>;

const result = strict({
  kind: z.string(),
  title: z.string(),
  warnings: z.array(z.string()),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  targets: z.array(z.int()).optional(),
}).meta({ id: "ExperimentResult" });
export const jobAnswer = strict({
  id: z.string(),
  state: z.enum(["waiting", "running", "done", "failed", "cancelled"]),
  done: z.int().describe("Experiments that are finished."),
  total: z.int(),
  results: z.array(result).nullable().describe("null unless done."),
  error: errorAnswer.shape.error.nullable().describe("null unless failed."),
}).meta({ id: "Job", description: "Experiments on their way." });
export type JobAnswer = z.infer<typeof jobAnswer>;

export const personQuery = strict({ person: text.optional() });
export const noQuery = strict({});
/** Of a picture that is the body itself. */
export const predictQuery = strict({ model: text.optional(), person: text.optional() });
