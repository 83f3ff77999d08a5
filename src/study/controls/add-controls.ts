import { EncodingError, type Features, type Random } from "../../core/index.ts";
import type { SpaceFeatures, StudyData, StudySpace } from "../data.ts";
import type { ShownFilms } from "../films/film-data.ts";
import { isLayered } from "../load-features.ts";
import { blockOf, planFolds, stretchesOf } from "../plan.ts";
import type { StudySettings } from "../settings.ts";
import type { MotionSettings } from "../stimuli-settings.ts";
import { lookColumns } from "./look.ts";
import { layOasm } from "./oasm.ts";
import { permuteRows } from "./permute-rows.ts";
import { type LookRuns, listPictures } from "./plan-look.ts";
import { layPosition } from "./position.ts";

/** Names of the controls that every study has by itself, as tables and report say them. */
export const controlName = {
  autocorrelation: "OASM",
  position: "position",
  pictures: "low-level vision",
  motion: "motion energy",
  permuted: "permuted pairs",
} as const;

/** A control space with its features, and what the design section says of it. */
interface Added {
  readonly space: StudySpace;
  readonly features: SpaceFeatures;
  readonly note: string;
}

/** Add the controls that run by themselves to a study, after its own feature spaces, each fitted alone: OASM, position, luminance, contrast and
 * Gabor energy of pictures and films, motion energy of films, and the joint model's features with exchanged rows. `controls` in the settings switches them off, which the report then
 * warns of.
 * @param look what {@link planLook} saw of the pictures; null where there are none.
 * @returns the study with up to five spaces more; foundation models are added after these.
 * @throws EncodingError "settings" if a feature space of the study has the name of a control. */
export function addControls(
  data: StudyData,
  settings: StudySettings,
  look: LookRuns | null,
  random: Random,
): StudyData {
  const { controls } = settings;
  const off = offOf(data, settings);
  const warnings = [
    ...data.warnings,
    ...(off.length > 0
      ? [
          `Controls that run by themselves are off by the settings: ${off.join(", ")}. Nothing here says whether a model without content would do as well.`,
        ]
      : []),
  ];
  if (controls === false) return { ...data, warnings };
  const unknown = unknownStimuli(data);
  if (unknown !== "") warnings.push(unknown);
  warnings.push(...withoutTwins(data, settings));
  if (look !== null && "leftOut" in look)
    warnings.push(
      `${data.shown?.films ? `The controls ${controlName.pictures} and ${controlName.motion} are` : `The control ${controlName.pictures} is`} left out: ${look.leftOut}. Nothing here says whether luminance, contrast${data.shown?.films ? ", edges and motion" : " and edges"} would do as well.`,
    );
  const added = [
    ...(controls.autocorrelation ? [addOasm(data, settings)] : []),
    ...(controls.position ? [addPosition(data, settings)] : []),
    ...(look !== null && "runs" in look ? addSeen(data, settings, look) : []),
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

/** Names of the controls that the settings switch off, of those that this study would have. */
function offOf(data: StudyData, settings: StudySettings): string[] {
  const { controls } = settings;
  const films = data.shown?.films !== undefined;
  const pictures = films || listPictures(data).pictures.length > 0;
  const declared = Object.values(settings.features ?? {}).some(
    ({ motionEnergy }) => motionEnergy !== undefined,
  );
  const own = Object.entries(controlName).flatMap(([key, name]) => {
    const on = controls !== false && controls[key as keyof typeof controlName];
    const none = (key === "pictures" && !pictures) || (key === "motion" && (!films || declared));
    return on || none ? [] : [name];
  });
  const twins = controls !== false && controls.untrained;
  return twins || settings.models === undefined ? own : [...own, "untrained twins"];
}

/** Says that low-level features were not made because nothing names the stimuli, where no control space was declared in their place. */
function unknownStimuli(data: StudyData): string {
  const { spaces, shown, words, stimulusList } = data;
  const known = shown !== undefined || words !== undefined || Boolean(stimulusList);
  if (known || spaces.some(({ control }) => control)) return "";
  return "Nothing names the stimuli (stimuli, labels, or words of a TextGrid), so that no low-level features of them were made, and no control space is declared: nothing here says whether luminance, contrast and motion energy of pictures and films, or rate, length and frequency of words, would do as well.";
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

/** Activations that come ready-made, layer by layer, have no folder that an untrained twin could be made from. */
function withoutTwins({ spaces }: StudyData, { features = {}, controls }: StudySettings): string[] {
  if (controls === false || !controls.untrained) return [];
  const ready = Object.entries(features).filter(([, own]) => isLayered(own) && !own.control);
  const given = spaces.some(({ name, control }) => control && /\buntrained\b/iu.test(name));
  if (ready.length === 0 || given) return [];
  return [
    `No untrained twin was fitted of ${ready.map(([name]) => name).join(" and ")}: activations come ready-made, and no network of the same sizes can be made from them. Run the untrained network over the same stimuli and declare its features as "untrained" with \`control: true\` and \`joint: false\`, in \`compare\` too.`,
  ];
}

/** What was seen of pictures and films. */
function addSeen(
  data: StudyData,
  settings: StudySettings,
  { runs, motion }: Extract<LookRuns, { runs: unknown }>,
): Added[] {
  return [
    ...(runs.length > 0 ? [addLook(data, settings, runs)] : []),
    ...(motion ? [addMotion(data, settings, motion)] : []),
  ];
}

function addMotion(data: StudyData, settings: StudySettings, runs: readonly Features[]): Added {
  const films = data.shown?.films as ShownFilms;
  const { width, height, spatialFrequencies, temporalFrequencies, directions } = films.pyramids[
    films.control as number
  ] as MotionSettings;
  const space: StudySpace = {
    ...alone,
    name: controlName.motion,
    description: "spatio-temporal Gabor energy of the films (Nishimoto et al. 2011)",
    delays: settings.design === "time-series" ? longestDelays(data) : [0],
    lowLevel: true,
  };
  return {
    space,
    features: [runs],
    note: `Control ${space.name}: ${runs[0]?.cols} filters at ${width} × ${height} pixels (${spatialFrequencies.join(", ")} cycles, ${temporalFrequencies.join(", ")} Hz, ${directions} directions), ln of the amplitude of each frame, averaged over each sample's time; while no film is on the screen counts as dark.`,
  };
}

function addLook(data: StudyData, settings: StudySettings, runs: readonly Features[]): Added {
  const space: StudySpace = {
    ...alone,
    name: controlName.pictures,
    description: lookColumns.join(", "),
    delays: settings.design === "time-series" ? longestDelays(data) : [0],
    lowLevel: true,
  };
  return {
    space,
    features: [runs],
    note: `Control ${space.name}: ${lookColumns.join(", ")}, of ${data.shown?.films ? "at least five frames of each second of film, averaged over each sample's time, and of " : ""}each picture at 96 × 96 pixels (drawn ones: 64 × 64, up to 16 cycles).`,
  };
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
