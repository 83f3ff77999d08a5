import { EncodingError, type Random } from "../../core/index.ts";
import type { SpaceFeatures, StudyData, StudySpace } from "../data.ts";
import { blockOf, planFolds, stretchesOf } from "../plan.ts";
import type { StudySettings } from "../settings.ts";
import { layOasm } from "./oasm.ts";
import { permuteRows } from "./permute-rows.ts";
import { layPosition } from "./position.ts";

/** Names of the controls that every study has by itself, as tables and report say them. */
export const controlName = {
  autocorrelation: "OASM",
  position: "position",
  permuted: "permuted pairs",
} as const;

/** A control space with its features, and what the design section says of it. */
interface Added {
  readonly space: StudySpace;
  readonly features: SpaceFeatures;
  readonly note: string;
}

/** Add the controls that run by themselves to a study, after its own feature spaces, each fitted alone: OASM, position, and the joint
 * model's features with exchanged rows. `controls` in the settings switches them off, which the report then warns of.
 * @returns the study with up to three spaces more; foundation models are added after these.
 * @throws EncodingError "settings" if a feature space of the study has the name of a control. */
export function addControls(data: StudyData, settings: StudySettings, random: Random): StudyData {
  const { controls } = settings;
  const off = controls === false ? Object.keys(controlName) : offOf(controls);
  const warnings = [
    ...data.warnings,
    ...(off.length > 0
      ? [
          `Controls that run by themselves are off by the settings: ${off.map((key) => controlName[key as keyof typeof controlName]).join(", ")}. Nothing here says whether a model without content would do as well.`,
        ]
      : []),
  ];
  if (controls === false) return { ...data, warnings };
  const added = [
    ...(controls.autocorrelation ? [addOasm(data, settings)] : []),
    ...(controls.position ? [addPosition(data, settings)] : []),
    ...(controls.permuted ? addPermuted(data, settings, random) : []),
  ];
  for (const { space } of added)
    if (data.spaces.some(({ name }) => name === space.name) || settings.models?.[space.name] !== undefined)
      throw new EncodingError(
        "settings",
        `controls: "${space.name}" is the name of a control that runs by itself; give your own another name, or switch the control off.`,
      );
  return {
    ...data,
    spaces: [...data.spaces, ...added.map(({ space }) => space)],
    stimuli: data.stimuli.map(({ spaces }) => ({
      spaces: [...spaces, ...added.map(({ features }) => features)],
    })),
    notes: [...data.notes, ...added.map(({ note }) => note)],
    warnings,
  };
}

function offOf(controls: Exclude<StudySettings["controls"], false>): string[] {
  return Object.entries(controls).flatMap(([key, on]) => (on ? [] : [key]));
}

const alone = { control: true, joint: false, automatic: true, pca: null } as const;

function addOasm(data: StudyData, settings: StudySettings): Added {
  const { features, note } = layOasm(data, planFolds(data, settings));
  const space: StudySpace = {
    ...alone,
    name: controlName.autocorrelation,
    description: "place in the run or passage only, neighbours alike: no content (Feghhi 2024)",
    delays: [0],
    raw: true,
    ...(features === null && { predictsMean: true }),
  };
  return { space, features: features ?? [], note: `Control ${space.name}: ${note}` };
}

function addPosition(data: StudyData, settings: StudySettings): Added {
  const { runs, columns } = layPosition(data, settings);
  const space: StudySpace = {
    ...alone,
    name: controlName.position,
    description: columns.join(", "),
    delays: settings.design === "time-series" ? longestDelays(data) : [0],
  };
  return { space, features: [runs], note: `Control ${space.name}: ${columns.join(", ")}.` };
}

function longestDelays({ spaces }: StudyData): readonly number[] {
  return spaces.reduce<readonly number[]>(
    (most, { joint, delays }) => (joint && delays.length > most.length ? delays : most),
    [0],
  );
}

/** The joint model's spaces with whole blocks of rows exchanged; nothing where no run has two blocks. */
function addPermuted(data: StudyData, settings: StudySettings, random: Random): Added[] {
  const members = data.spaces.flatMap(({ joint }, s) => (joint ? [s] : []));
  const block = blockOf(settings);
  const order = permuteRows(data.runs, data.groups ? stretchesOf(data) : null, block, random);
  if (order === null) return [];
  const unit = data.groups ? "groups" : `blocks of ${block} samples or a little more`;
  const space: StudySpace = {
    ...alone,
    name: controlName.permuted,
    description: `the joint model's features, whole ${data.groups ? "groups" : "blocks"} out of step with the responses`,
    delays: [0],
    permutes: { spaces: members, order },
  };
  return [
    {
      space,
      features: [],
      note: `Control ${space.name}: the features of the joint model, ${unit} exchanged within each run so that none keeps its own place (one random cycle); equal band weights.`,
    },
  ];
}
