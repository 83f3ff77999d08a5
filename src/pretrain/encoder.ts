import { EncodingError, type Matrix, matrix } from "../core/index.ts";
import * as g from "../graph/index.ts";
import { collectWeights, firstToken, imageTower, textTower } from "../models/index.ts";
import { captionTokenizer } from "./caption-tokens.ts";
import type { TwinModel } from "./model-file.ts";

/** What is taken of a tower: "embedding", in the shared space and of length 1; "features", the [CLS] of its last hidden states. */
export type Output = "embedding" | "features";

/** A frozen model that encodes pictures and captions. */
export interface Encoder {
  /** @param pictures (3, edge, edge) each, −1 … 1. @returns (pictures × width). */
  images(pictures: readonly Float32Array[], output?: Output): Promise<Matrix>;
  /** @returns (captions × width). */
  texts(captions: readonly string[], output?: Output): Promise<Matrix>;
  /** Free the session. */
  close(): Promise<void>;
}

/** Open a model for its downstream tests; it is not trained further.
 * @param batch pictures or captions at a time.
 * @throws EncodingError "shape" when a tower is used that the model lacks. */
export async function openEncoder(
  model: Pick<TwinModel, "config" | "vocabulary" | "weights">,
  { batch = 32, threads = 1 }: { batch?: number; threads?: number } = {},
): Promise<Encoder> {
  const { config, vocabulary, weights } = model;
  const [images, texts] = [imageStep(model, batch), textStep(model, batch)];
  const has = (tower: string) => Object.keys(weights).some((name) => name.startsWith(`${tower}.`));
  const steps = { ...(has("image") && { images }), ...(has("text") && { texts }) };
  const session = await g.openTraining(steps, weights, { threads });
  const tokenizer = captionTokenizer(vocabulary);
  const run = async (
    step: "images" | "texts",
    count: number,
    output: Output,
    feed: (from: number) => g.Tensors,
  ) => {
    if (!(step in steps))
      throw new EncodingError("shape", `openEncoder: the model has no tower for ${step}.`);
    const width =
      output === "embedding" ? config.project : config[step === "images" ? "image" : "text"].width;
    const out = new Float32Array(count * width);
    for (let from = 0; from < count; from += batch) {
      const { data } = (await session.run(step, feed(from)))[output] as g.Tensor;
      out.set((data as Float32Array).subarray(0, Math.min(batch, count - from) * width), from * width);
    }
    return matrix(["stimulus", "dimension"], count, width, out);
  };
  const { channels, size } = config.image;
  const each = channels * size[0] * size[1];
  return {
    images: (pictures, output = "embedding") =>
      run("images", pictures.length, output, (from) => {
        const data = new Float32Array(batch * each);
        pictures.slice(from, from + batch).forEach((picture, k) => void data.set(picture, k * each));
        return { images: { type: "float32", shape: [batch, channels, ...size], data } };
      }),
    texts: (captions, output = "embedding") =>
      run("texts", captions.length, output, (from) => {
        const some = captions.slice(from, from + batch);
        const full = [...some, ...Array<string>(batch - some.length).fill("")];
        const { tokens, mask } = tokenizer.encodeBatch(full, config.tokens);
        return { tokens, mask };
      }),
    close: () => session.close(),
  };
}

function imageStep({ config }: Pick<TwinModel, "config">, batch: number): g.Step {
  const { weights } = collectWeights("float32");
  const { channels, size } = config.image;
  const tower = imageTower(g.input("images", "float32", [batch, channels, ...size]), weights, config);
  return g.defineStep({
    name: "images",
    outputs: { embedding: tower.embedding, features: firstToken(tower.last) },
  });
}

function textStep({ config }: Pick<TwinModel, "config">, batch: number): g.Step {
  const { weights } = collectWeights("float32");
  const shape = [batch, config.tokens];
  const [tokens, mask] = [g.input("tokens", "int64", shape), g.input("mask", "float32", shape)];
  const tower = textTower(tokens, mask, weights, config);
  return g.defineStep({
    name: "texts",
    outputs: { embedding: tower.embedding, features: firstToken(tower.last) },
  });
}
