import sharp from "sharp";
import { createRandom, EncodingError } from "../../core/index.ts";
import { decodeText, readRange } from "../../io/index.ts";
import { type Picture, renderScene } from "../../stimuli/index.ts";
import { type Augmentation, viewPicture } from "./augment.ts";
import type { CaptionSource, PictureSource, Sample } from "./dataset.ts";
import { worldScene } from "./world.ts";

/** What a worker is asked for: the views and the caption of one sample. */
export interface LoadRequest {
  readonly sample: Sample;
  /** Place in the whole training, which seeds the views and the choice of a caption. */
  readonly position: number;
  readonly seed: number;
  readonly edge: number;
  /** One list of pixels for each. */
  readonly views: readonly Augmentation[];
  /** Whose captions to read; default the sample's own. */
  readonly captions: readonly CaptionSource[];
}

/** A sample as training takes it. */
export interface LoadedSample {
  readonly key: string;
  /** Of each view: (3, edge, edge), −1 … 1. */
  readonly views: readonly Float32Array<ArrayBuffer>[];
  readonly caption: string;
}

/** Decode, crop, resize and recolour a picture, and read its caption.
 * @param cache decoded pictures.
 * @throws EncodingError "format" if the picture or the caption is damaged. */
export async function loadSample(
  { sample, position, seed, edge, views, captions }: LoadRequest,
  cache: PictureCache,
): Promise<LoadedSample> {
  const random = createRandom(seed).stream(`position ${position}`);
  const told = random.stream("caption");
  // decoded even where no view is wanted: a damaged picture leaves its sample out of every twin's training
  const picture = await cache.get(JSON.stringify(sample.picture), () => decode(sample.picture, edge));
  return {
    key: sample.key,
    caption: await readCaption(captions[told.integer(captions.length)] as CaptionSource),
    views: views.map((view, k) => viewPicture(picture, edge, view, random.stream(`view ${k}`))),
  };
}

/** Decoded pictures that are kept. */
export interface PictureCache {
  get(key: string, decode: () => Promise<Picture>): Promise<Picture>;
}

/** Keep decoded pictures, by where they come from (keys of two data sets may be alike), until they fill `most` bytes; later ones are decoded each time. */
export function keepPictures(most: number): PictureCache {
  const kept = new Map<string, Picture>();
  let bytes = 0;
  return {
    async get(key, decodeNow) {
      const known = kept.get(key);
      if (known !== undefined) return known;
      const picture = await decodeNow();
      if (bytes + picture.data.length <= most) {
        bytes += picture.data.length;
        kept.set(key, picture);
      }
      return picture;
    },
  };
}

async function decode(source: PictureSource, edge: number): Promise<Picture> {
  if (source.kind === "scene") return renderScene(worldScene(source.world, source.index), { size: 64 });
  const { path, offset, size } = source.place;
  return decodeForTraining(await readRange(path, offset, size), 3 * edge);
}

/** Decode a PNG, JPEG, WebP, GIF or TIFF as RGB; transparent parts become white, camera rotation is applied: unlike `decodePicture` of stimuli, which
 * does what Pillow does. Models of ours see pictures this way in training, and Pillow's way when activations are extracted.
 * @param largest shorter side beyond which the picture is reduced at once.
 * @throws EncodingError "format" if it is damaged. */
export async function decodeForTraining(bytes: Uint8Array, largest: number): Promise<Picture> {
  try {
    const image = sharp(bytes, { failOn: "warning" }).autoOrient();
    const { width, height } = await image.metadata();
    if (Math.min(width, height) > largest) image.resize(largest, largest, { fit: "outside" });
    const { data, info } = await image
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width: across, height: down, channels } = info;
    const rgb = new Uint8Array(3 * across * down);
    for (let k = 0; k < rgb.length; k++) rgb[k] = data[channels === 1 ? Math.floor(k / 3) : k] as number; // grey pictures have one channel
    return { width: across, height: down, data: rgb };
  } catch (cause) {
    throw new EncodingError(
      "format",
      `decodeForTraining: the picture is damaged: ${(cause as Error).message.split("\n")[0]}.`,
      {},
      cause,
    );
  }
}

async function readCaption(source: CaptionSource): Promise<string> {
  if (typeof source === "string") return source;
  const text = decodeText("caption", await readRange(source.path, source.offset, source.size));
  if (text.trim() !== "") return text.trim();
  throw new EncodingError("format", `loadSample: the caption in ${source.path} is empty.`);
}
