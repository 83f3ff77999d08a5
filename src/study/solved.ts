import type { StudyResult } from "../report/index.ts";
import type { StudyData } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import type { ModelPlan, OuterFold } from "./plan.ts";
import type { Activations } from "./plan-activations.ts";
import type { ScoreOutput } from "./score-person.ts";
import type { StudyModel } from "./study-model.ts";

/** A study that was run, with what its record was made of: for those who show more of it than a report does. */
export interface SolvedStudy {
  readonly result: StudyResult;
  readonly data: StudyData;
  readonly models: readonly StudyModel[];
  /** Of every model's towers for what was shown. */
  readonly activations: Activations;
  readonly plan: ModelPlan;
  readonly folds: readonly OuterFold[];
  /** Held-out predictions. */
  readonly fits: Fits;
  /** Of each person. */
  readonly scores: readonly ScoreOutput[];
}
