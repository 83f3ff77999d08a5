import { resolve } from "node:path";
import { createRandom, EncodingError } from "../../core/index.ts";
import { parseNpy, readBytes } from "../../io/index.ts";
import { objectFeatures } from "../../stimuli/index.ts";
import type { Dataset, World } from "./dataset.ts";
import { worldScene } from "./world.ts";

/** A brain that saw the pictures of a data set. */
export interface BrainSource {
  /** NPY of responses, (pictures × targets), in the order of the data; absent: a virtual brain that sees the world. */
  readonly responses?: string | undefined;
  /** Of a virtual brain. */
  readonly targets: number;
  /** Share of a virtual target's variance that the picture explains. */
  readonly signal: number;
}

/** Give each picture of a data set a brain's responses to it, each target with mean 0 and variance 1 over all pictures.
 *
 * A virtual target responds to the objects that a scene shows and how large they are ({@link objectFeatures}), with weights of its own, and has noise.
 * @throws EncodingError "shape" if the file has not a row for each picture, "value" if a target is constant or not finite. */
export async function withResponses(
  dataset: Dataset,
  {
    source,
    world,
    seed,
    folder,
  }: { source: BrainSource; world: World | undefined; seed: number; folder: string },
): Promise<Dataset> {
  if (source.responses === undefined) return virtualResponses(dataset, source, world as World, seed);
  const path = resolve(folder, source.responses);
  const { shape, data } = parseNpy(await readBytes(path));
  const [rows, targets] = [shape[0] ?? 0, shape[1] ?? 0];
  if (shape.length !== 2 || rows !== dataset.count || targets < 1)
    throw new EncodingError(
      "shape",
      `withResponses: ${path} must have a row for each of the ${dataset.count} pictures of the data and a column a target; got ${shape.join(" × ")}.`,
      { path },
    );
  const values = scaleTargets(Float64Array.from(data as ArrayLike<number>), targets, path);
  return { ...dataset, responses: (index) => values.slice(index * targets, (index + 1) * targets) };
}

function scaleTargets(values: Float64Array, targets: number, path: string): Float32Array<ArrayBuffer> {
  const rows = values.length / targets;
  const out = new Float32Array(values.length);
  for (let t = 0; t < targets; t++) {
    const own = Float64Array.from({ length: rows }, (_, i) => values[i * targets + t] as number);
    const mean = own.reduce((a, b) => a + b, 0) / rows;
    const deviation = Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows);
    if (!(deviation > 1e-12 * Math.abs(mean)) || !Number.isFinite(deviation))
      throw new EncodingError(
        "value",
        `withResponses: target ${t} of ${path} is ${Number.isFinite(deviation) ? "constant" : "not finite"}. Leave it out.`,
        { path },
      );
    for (let i = 0; i < rows; i++) out[i * targets + t] = ((own[i] as number) - mean) / deviation;
  }
  return out;
}

/** Scenes on which the mean and the spread of what drives a virtual brain are measured. */
const measured = 1000;

function virtualResponses(
  dataset: Dataset,
  { targets, signal }: BrainSource,
  world: World,
  seed: number,
): Dataset {
  const random = createRandom(seed).stream("virtual brain");
  const seen = Array.from(
    { length: measured },
    (_, k) => objectFeatures(worldScene({ ...world, seed: -1 - world.seed }, k)).values,
  );
  const columns = (seen[0] as Float64Array).length;
  const weights = Array.from({ length: targets }, () =>
    Float64Array.from({ length: columns }, () => random.normal()),
  );
  const drive = (values: Float64Array, own: Float64Array) =>
    values.reduce((sum, x, j) => sum + x * (own[j] as number), 0);
  const moments = weights.map((own) => {
    const all = seen.map((values) => drive(values, own));
    const mean = all.reduce((a, b) => a + b, 0) / measured;
    return { mean, deviation: Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / measured) };
  });
  const [loud, quiet] = [Math.sqrt(signal), Math.sqrt(1 - signal)];
  return {
    ...dataset,
    responses(index) {
      const { picture, key } = dataset.sample(index);
      if (picture.kind !== "scene")
        throw new EncodingError("option", "withResponses: a virtual brain sees the world alone.");
      const { values } = objectFeatures(worldScene(picture.world, picture.index));
      const noise = random.stream(key);
      return Float32Array.from(weights, (own, t) => {
        const { mean, deviation } = moments[t] as (typeof moments)[number];
        return loud * ((drive(values, own) - mean) / deviation) + quiet * noise.normal();
      });
    },
  };
}
