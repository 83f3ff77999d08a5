import { EncodingError, isEncodingError } from "../core/index.ts";
import { driveOf, type Prediction, predict, type Stimuli } from "../simulator/index.ts";
import { decodePicture } from "../stimuli/index.ts";
import type { BrainFolder } from "../study/open-brain-folder.ts";
import type { LabQuestion } from "./lab.ts";
import { parseBody } from "./read-body.ts";
import { type PredictAnswer, predictRequest } from "./schemas.ts";

/** Most numbers of one answer: 2 million are about 40 MB of JSON. */
const mostNumbers = 2e6;

/** Read a body, encode and predict.
 * @param opened the brain. */
export async function answerPrediction(
  question: LabQuestion,
  opened: Promise<BrainFolder>,
): Promise<PredictAnswer> {
  const { model, person, stimuli, count } = await readStimuli(question);
  const own = await ofTheBrain(() => opened);
  const { targets, models } = own.brain.manifest;
  if (count * targets.count > mostNumbers)
    throw new EncodingError(
      "range",
      `predict: ${count} stimuli × ${targets.count} targets are more than the ${mostNumbers} numbers of one answer. Send fewer stimuli at a time.`,
    );
  const asked = model ?? models[0]?.id ?? "";
  const encoded = await own.encode(asked, stimuli);
  const prediction = await ofTheBrain(() =>
    predict(own.brain, encoded, { model: asked, ...(person !== undefined && { person }) }),
  );
  return { ...(await write(own.brain, prediction)) };
}

/** Damage of the brain's own files is no fault of the one who asks. */
async function ofTheBrain<T>(work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    if (isEncodingError(error, "format") || isEncodingError(error, "file"))
      throw new EncodingError("backend", error.message, error.details, error);
    throw error;
  });
}

async function readStimuli({ bytes, picture, query }: LabQuestion) {
  if (picture) {
    const pictures = [await decodePicture(bytes, "the body")];
    return { ...query, stimuli: { sense: "picture", pictures } satisfies Stimuli, count: 1 };
  }
  const request = parseBody(bytes, predictRequest);
  const { model, person } = request;
  if ("sentences" in request) {
    const { sentences } = request;
    return {
      model,
      person,
      stimuli: { sense: "sentence", sentences } satisfies Stimuli,
      count: sentences.length,
    };
  }
  const pictures = [];
  for (const [k, text] of request.pictures.entries())
    pictures.push(await decodePicture(new Uint8Array(Buffer.from(text, "base64")), `picture ${k + 1}`));
  return { model, person, stimuli: { sense: "picture", pictures } satisfies Stimuli, count: pictures.length };
}

async function write(
  { manifest, array }: BrainFolder["brain"],
  prediction: Prediction,
): Promise<PredictAnswer> {
  const { stimuli, targets, responses, interval, mask, percentile, warnings } = prediction;
  const regionOf = await array(manifest.targets.region);
  return {
    model: prediction.model,
    person: prediction.person,
    sense: prediction.sense,
    unit: manifest.presentation.unit,
    level: manifest.intervals.level,
    stimuli,
    targets,
    responses: Array.from({ length: stimuli }, (_, i) =>
      numbers(responses.subarray(i * targets, (i + 1) * targets)),
    ),
    interval: numbers(interval),
    mask: [...mask],
    percentile: numbers(percentile),
    warnings: [...warnings],
    regions: manifest.regions.map(({ name }, place) => {
      const inside = Uint8Array.from(regionOf, (region) => (region === place ? 1 : 0));
      const kept = inside.filter((one, t) => one === 1 && mask[t] === 1).length;
      if (kept === 0)
        return { region: name, kept, responses: Array<null>(stimuli).fill(null), interval: null };
      const drive = driveOf(prediction, inside);
      return { region: name, kept, responses: numbers(drive.values), interval: drive.interval };
    }),
  };
}

/** Float32 numbers keep their value in JSON: the shortest text of the same number in double precision. */
function numbers(all: ArrayLike<number>): (number | null)[] {
  return Array.from(all, (x) => (Number.isFinite(x) ? x : null));
}
