import { type Features, isEncodingError, matrix } from "../../core/index.ts";
import { colorFeatures, createGaborBank } from "../../features/index.ts";
import { readBytes } from "../../io/index.ts";
import { decodePicture, type Picture, resizePicture } from "../../stimuli/index.ts";
import type { ShownPicture } from "../data.ts";

/** What of a picture is measured, in the words of the report. */
export const lookColumns = [
  "luminance",
  "contrast",
  "Gabor energy (2 to 32 cycles, 4 directions, 2 × 2 places)",
];

/** Pixels of the square that pictures are resized to, so that one bank fits all and frequencies are cycles a picture. What the virtual laboratory draws
 * is smaller, has nothing finer than its pixels, and is seen at its own size. */
const edges = { files: 96, drawn: 64 } as const;
const frequencies = [2, 4, 8, 16, 32];
const orientations = 4;
const grid = 2;
/** Columns of {@link lookAt}: two, and one a frequency, direction and place; fewer for drawn pictures. */
export const lookWidth = 2 + frequencies.length * orientations * grid ** 2;

/** Pictures as numbers without any content, and those that could not be read. */
export interface Looked {
  /** (pictures × {@link lookWidth} or fewer), float32; rows of broken pictures are 0. */
  readonly X: Features;
  readonly broken: readonly string[];
}

/** Luminance, RMS contrast and Gabor energy of pictures, which stands for what early vision answers to. Each picture is resized to 96 × 96 pixels
 * (bilinear), whatever its shape; where all are drawn ones of at most 64 × 64, to that, and frequencies end at 16 cycles.
 * @source colorFeatures and createGaborBank of features. */
export async function lookAt(pictures: readonly ShownPicture[]): Promise<Looked> {
  const drawn = pictures.every(
    (one) => "picture" in one && Math.max(one.picture.width, one.picture.height) <= edges.drawn,
  );
  const { edge, width, measure } = openLook(drawn ? edges.drawn : edges.files);
  const data = new Float32Array(pictures.length * width);
  const broken: string[] = [];
  for (const [k, one] of pictures.entries()) {
    const picture = await open(one);
    if ("pixels" in picture) data.set(measure(toSquare(picture.pixels, edge)), k * width);
    else broken.push(picture.why);
  }
  return { X: matrix(["samples", "features"], pictures.length, width, data), broken };
}

/** What measures pictures of `edge` × `edge` pixels, as {@link lookAt} does. */
export function openLook(edge: number = edges.files) {
  const own = frequencies.filter((frequency) => frequency <= edge / 3);
  const bank = createGaborBank(edge, edge, { frequencies: own, orientations, grid });
  return {
    edge,
    width: 2 + bank.columns,
    measure(square: Picture): Float64Array {
      const { values } = colorFeatures(square); // luminance and contrast come first
      return Float64Array.of(values[0] as number, values[1] as number, ...bank.apply(square));
    },
  };
}

function toSquare(picture: Picture, edge: number): Picture {
  if (picture.width === edge && picture.height === edge) return picture;
  return resizePicture(picture, { width: edge, height: edge }, { filter: "bilinear" });
}

/** A picture's pixels; a file that cannot be read as one is told of, because a control must not end a study. */
async function open(shown: ShownPicture): Promise<{ pixels: Picture } | { why: string }> {
  if ("picture" in shown) return { pixels: shown.picture };
  if ("film" in shown) return { why: `${shown.name} is a frame of a film` }; // films are watched as wholes
  try {
    return { pixels: await decodePicture(await readBytes(shown.path), shown.name) };
  } catch (error) {
    if (isEncodingError(error, "format") || isEncodingError(error, "file")) return { why: error.message };
    throw error;
  }
}
