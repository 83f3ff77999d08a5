import type { BrainModel } from "../simulator/index.ts";
import type { SolvedStudy } from "./solved.ts";

/** A model that the page lists: the joint one, or a feature space or foundation model alone. */
export interface PageModel extends Pick<BrainModel, "id" | "label" | "description" | "role"> {
  /** Place in `StudyData.spaces`; null: the joint model. */
  readonly space: number | null;
  /** Place in the plan's models; −1: it predicts the mean. */
  readonly plan: number;
}

/** The joint model, then every feature space and foundation model alone. A space alone that is the joint model is listed once. */
export function listModels({ data, plan, result }: SolvedStudy): PageModel[] {
  const names = data.spaces.map(({ name }) => name);
  const joined = data.spaces.filter(({ joint }) => joint).map(({ name }) => name);
  const joint: PageModel = {
    id: names.includes("joint") ? "joint model" : "joint",
    label: joined.length > 1 ? "all feature spaces together" : (joined[0] ?? ""),
    description: `banded ridge on ${joined.join(", ")}`,
    role: "other",
    space: null,
    plan: plan.joint,
  };
  const alone = data.spaces.flatMap((space, s): PageModel[] => {
    const { name, description, control, model } = space;
    const columns = result.spaces.find((one) => one.name === name)?.features;
    const width = columns === undefined ? "" : ` (${columns} columns)`;
    const what = `${description || name}${width}, ${model ? "alone, its layer chosen on inner folds" : "alone"}`;
    return plan.alone[s] === plan.joint
      ? []
      : [
          {
            id: name,
            label: name,
            description: what,
            role: control ? "control" : "other",
            space: s,
            plan: plan.alone[s] as number,
          },
        ];
  });
  return [joint, ...alone];
}
