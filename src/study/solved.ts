import type { StudyResult } from "../report/index.ts";
import type { StudyData } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import type { ModelPlan, OuterFold } from "./plan.ts";
import type { ScoreOutput } from "./score-person.ts";

/** A study that was run, with what its record was made of: for those who show more of it than a report does. */
export interface SolvedStudy {
  readonly result: StudyResult;
  readonly data: StudyData;
  readonly plan: ModelPlan;
  readonly folds: readonly OuterFold[];
  /** Held-out predictions. */
  readonly fits: Fits;
  /** Of each person. */
  readonly scores: readonly ScoreOutput[];
}
