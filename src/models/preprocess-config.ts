import { EncodingError } from "../core/index.ts";
import type { Filter, PictureSize } from "../stimuli/index.ts";
import type { Preprocessing } from "./preprocess.ts";

/** What a kind of image processor does where its file says nothing. */
interface Defaults {
  readonly size: Config;
  readonly crop: boolean;
  readonly filter: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** A plain number as size means a square, not the shorter edge. */
  readonly square: boolean;
}

type Config = Readonly<Record<string, unknown>>;

const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const clip = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] };
const edge = (length: number): Config => ({ shortest_edge: length });
const side = (length: number): Config => ({ height: length, width: length });

/** Image processors of transformers that resize, crop, rescale and normalise, in this order.
 * @source transformers 4.57, image_processing_*.py. */
const processors: Readonly<Record<string, Defaults>> = {
  ViT: { size: side(224), crop: false, filter: 2, square: true, ...half },
  DeiT: { size: side(256), crop: true, filter: 3, square: true, ...half },
  Beit: { size: side(256), crop: true, filter: 3, square: true, ...half },
  Siglip: { size: side(224), crop: false, filter: 3, square: true, ...half },
  Blip: { size: side(384), crop: false, filter: 3, square: true, ...clip },
  CLIP: { size: edge(224), crop: true, filter: 3, square: false, ...clip },
  ChineseCLIP: { size: edge(224), crop: true, filter: 3, square: false, ...clip },
  Bit: { size: edge(224), crop: true, filter: 3, square: false, ...clip },
  ConvNext: { size: edge(384), crop: false, filter: 3, square: false, ...half },
  MobileNetV1: { size: edge(256), crop: true, filter: 2, square: false, ...half },
  MobileNetV2: { size: edge(256), crop: true, filter: 2, square: false, ...half },
};

/** Pillow's numbers of its filters. */
const filterNumbers: readonly Filter[] = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

/** Read a preprocessor_config.json of transformers.
 * @param config its content. @param path for messages.
 * @returns what is done to a picture, with warnings where that is not sure.
 * @throws EncodingError "settings" if it does something else than resize, crop, rescale and normalise. */
export function readPreprocessing(
  config: unknown,
  path = "preprocessor_config.json",
): { readonly preprocessing: Preprocessing; readonly warnings: readonly string[] } {
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw wrong(path, "it must be an object", config);
  const given = config as Config;
  const type = String(given.image_processor_type ?? given.feature_extractor_type ?? "");
  const name = type.replace(/(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/, "");
  const known = processors[name];
  for (const key of [
    "do_pad",
    "do_center_pad",
    "do_thumbnail",
    "do_align_long_axis",
    "do_flip_channel_order",
  ])
    if (given[key] === true) throw wrong(path, `"${key}" is not supported`, type || "no type");
  const defaults = known ?? (processors.ViT as Defaults);
  const warnings = [
    ...(known
      ? []
      : [`${path}: the image processor "${type}" is unknown; what the file leaves out is taken as ViT's.`]),
    ...(given.do_convert_rgb === false ? [`${path}: pictures are converted to RGB all the same.`] : []),
  ];
  const sizes = name === "ConvNext" ? sizesOfConvNext(given, defaults, path) : sizesOf(given, defaults, path);
  const rescale = given.do_rescale === false ? null : numberOf(given, "rescale_factor", 1 / 255, path);
  const normalise = given.do_normalize === false ? null : readNormalise(given, defaults, path);
  const filter = filterNumbers[numberOf(given, "resample", defaults.filter, path)];
  if (filter === undefined) throw wrong(path, "resample must be a number from 0 to 5", given.resample);
  return { preprocessing: { ...sizes, filter, cropRule: "transformers", rescale, normalise }, warnings };
}

function sizesOf(given: Config, defaults: Defaults, path: string): Pick<Preprocessing, "resize" | "crop"> {
  const cropped = given.do_center_crop === undefined ? defaults.crop : given.do_center_crop === true;
  const crop = cropped ? readSize(given.crop_size ?? 224, true, path, "crop_size") : null;
  if (crop !== null && "shortestEdge" in crop)
    throw wrong(path, "crop_size needs height and width", given.crop_size);
  const resize =
    given.do_resize === false ? null : readSize(given.size ?? defaults.size, defaults.square, path, "size");
  return { resize, crop };
}

/** Below 384 pixels: the shorter edge becomes size / crop_pct, and the middle is cut out; else a square. */
function sizesOfConvNext(
  given: Config,
  defaults: Defaults,
  path: string,
): Pick<Preprocessing, "resize" | "crop"> {
  if (given.do_resize === false) return { resize: null, crop: null };
  const size = readSize(given.size ?? defaults.size, false, path, "size");
  if (!("shortestEdge" in size)) throw wrong(path, "size needs shortest_edge", given.size);
  const square = { width: size.shortestEdge, height: size.shortestEdge };
  if (size.shortestEdge >= 384) return { resize: square, crop: null };
  const share = numberOf(given, "crop_pct", 224 / 256, path);
  return { resize: { shortestEdge: Math.trunc(size.shortestEdge / share) }, crop: square };
}

function readSize(
  size: unknown,
  square: boolean,
  path: string,
  key: string,
): PictureSize | { readonly shortestEdge: number } {
  if (isSize(size)) return square ? { width: size, height: size } : { shortestEdge: size };
  const { height, width, shortest_edge: shortestEdge, ...others } = (size ?? {}) as Config;
  if (Object.keys(others).length === 0) {
    if (isSize(height) && isSize(width)) return { width, height };
    if (isSize(shortestEdge)) return { shortestEdge };
  }
  throw wrong(path, `${key} must be a number, {"height", "width"} or {"shortest_edge"}`, size);
}

function readNormalise(
  given: Config,
  defaults: Defaults,
  path: string,
): NonNullable<Preprocessing["normalise"]> {
  const numbers = (key: string, otherwise: readonly number[]) => {
    const value = given[key] ?? otherwise;
    const list = typeof value === "number" ? [value, value, value] : value;
    if (Array.isArray(list) && list.every((x) => typeof x === "number" && Number.isFinite(x)))
      return list as number[];
    throw wrong(path, `${key} must be numbers, one a channel`, value);
  };
  return { mean: numbers("image_mean", defaults.mean), std: numbers("image_std", defaults.std) };
}

function numberOf(given: Config, key: string, otherwise: number, path: string): number {
  const value = given[key] ?? otherwise;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw wrong(path, `${key} must be a number`, value);
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}

function wrong(path: string, rule: string, got: unknown): EncodingError {
  return new EncodingError("settings", `readPreprocessing: ${path}: ${rule}; got ${JSON.stringify(got)}.`, {
    path,
  });
}
