import { EncodingError } from "../core/index.ts";
import type { Prediction } from "./predict.ts";

/** How two models disagree about stimuli. */
export interface Controversy {
  /** (stimuli): root mean square over targets of the difference between the models' z-scored responses; 0: they agree. */
  readonly disagreement: Float64Array;
  /** (stimuli): mean over targets of z of the first model minus z of the second. */
  readonly lean: Float64Array;
  /** Targets that both masks keep. */
  readonly targets: number;
}

/** Stimuli about which two models disagree most: the ones to measure, if one wants to know which model is right.
 *
 * Each model's responses are z-scored over the stimuli at each target, so that neither level nor gain of a model counts.
 * @param a predictions of one model. @param b those of another, of the same stimuli for the same person. @param targets 1 for targets that are meant, such as a region.
 * @throws EncodingError "shape" if they are not of the same stimuli; "value" if both masks keep no target. @source Golan et al. 2020. */
export function compareOnStimuli(a: Prediction, b: Prediction, targets: ArrayLike<number>): Controversy {
  if (a.stimuli !== b.stimuli || a.targets !== b.targets || a.stimuli < 3)
    throw new EncodingError(
      "shape",
      `compareOnStimuli: needs predictions of the same 3 or more stimuli; got ${a.stimuli} × ${a.targets} and ${b.stimuli} × ${b.targets}.`,
    );
  const used = [...a.mask.keys()].filter((t) => targets[t] === 1 && a.mask[t] === 1 && b.mask[t] === 1);
  if (used.length === 0)
    throw new EncodingError(
      "value",
      `compareOnStimuli: no target here is predicted better than chance by both "${a.model}" and "${b.model}".`,
    );
  const squares = new Float64Array(a.stimuli);
  const lean = new Float64Array(a.stimuli);
  for (const t of used) {
    const [x, y] = [zscores(a, t), zscores(b, t)];
    for (let i = 0; i < a.stimuli; i++) {
      const difference = (x[i] as number) - (y[i] as number);
      squares[i] = (squares[i] as number) + difference ** 2 / used.length;
      lean[i] = (lean[i] as number) + difference / used.length;
    }
  }
  return { disagreement: squares.map(Math.sqrt), lean, targets: used.length };
}

/** Over stimuli; 0 where a target does not vary. */
function zscores({ responses, stimuli, targets }: Prediction, t: number): Float64Array {
  const values = Float64Array.from({ length: stimuli }, (_, i) => responses[i * targets + t] as number);
  const mean = values.reduce((a, b) => a + b, 0) / stimuli;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / stimuli);
  return values.map((value) => (deviation > 1e-9 ? (value - mean) / deviation : 0));
}
