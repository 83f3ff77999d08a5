/** Pictures resized and cropped as the published models were trained on, tokenizers, and the procedural world: scenes, pictures, captions,
 * their features, and runs of them.
 * @module stimuli */
export {
  type Attributes,
  meaningFeatures,
  objectFeatures,
  sceneFeatures,
  syntaxFeatures,
  wordFormFeatures,
} from "./attributes.ts";
export type { Box, PictureSize } from "./bitmap.ts";
export { type CropRule, cropCenter, cropPicture, padPicture, sizeOfShortestEdge } from "./crop.ts";
export { decodePicture } from "./decode-picture.ts";
export { findFfmpeg } from "./films/ffmpeg.ts";
export type { Film, FilmOptions } from "./films/film.ts";
export { openFilm } from "./films/open-film.ts";
export { pickFrames } from "./films/pick-frames.ts";
export {
  type Caption,
  type CaptionOptions,
  type Construction,
  constructions,
  describeScene,
  type Form,
  phraseMeaning,
} from "./grammar.ts";
export { type Attribute, chooseMeaning, type Meaning } from "./meaning.ts";
export { type PixelScale, scalePixels } from "./pixels.ts";
export { type Picture, renderScene } from "./render.ts";
export type { Filter } from "./resample.ts";
export { type ResizeOptions, resizePicture } from "./resize.ts";
export {
  aspects,
  type Background,
  backgrounds,
  type Category,
  type Color,
  categories,
  colors,
  drawScene,
  holdsRelation,
  opennessOf,
  type Relation,
  relations,
  type Scene,
  type SceneObject,
  type Texture,
  textures,
} from "./scene.ts";
export {
  drawPictureRun,
  drawSentenceRun,
  type PictureEvent,
  type RunLength,
  type SentenceEvent,
  type WordEvent,
} from "./timeline.ts";
export { type BytePairStyle, bytePairFile } from "./tokenizers/byte-pair.ts";
export { readTokenizer, readTokenizerFile } from "./tokenizers/read-tokenizer.ts";
export {
  createTokenizer,
  type TokenBatch,
  type Tokenizer,
  type TokenizerFile,
  type WordTokens,
} from "./tokenizers/tokenizer.ts";
export { makeVocabulary, splitWords } from "./tokenizers/vocabulary.ts";
export { type WordPieceOptions, wordPieceFile } from "./tokenizers/wordpiece.ts";
