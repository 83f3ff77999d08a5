import { type Random, waitInNative } from "../core/index.ts";
import type { BrainManifest } from "../simulator/index.ts";
import {
  type Caption,
  describeScene,
  drawScene,
  type Picture,
  renderScene,
  type Scene,
} from "../stimuli/index.ts";

/** Stimuli of the virtual laboratory that nobody was shown, to experiment with. */
export interface Library {
  readonly scenes: readonly Scene[];
  readonly captions: readonly Caption[];
  readonly listed: BrainManifest["library"];
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Draw a library: pictures as PNG files and sentences, with words that sort them.
 *
 * Tags of a picture: its objects, place and colours, and "one object" where it shows one; of a sentence: the objects that it speaks of, its voice, and
 * "short" or "long" (at most 7, at least 12 words). */
export async function drawLibrary(random: Random, { pictures = 96, sentences = 96 } = {}): Promise<Library> {
  const [look, say] = [random.stream("pictures"), random.stream("sentences")];
  const scenes = Array.from({ length: pictures }, () => drawScene(look));
  const captions = Array.from({ length: sentences }, () => describeScene(drawScene(say), say));
  const files: Record<string, Uint8Array> = {};
  const listed = [];
  for (const [k, scene] of scenes.entries()) {
    const file = `library/picture-${String(k + 1).padStart(3, "0")}.png`;
    files[file] = await encodePng(renderScene(scene));
    listed.push({ file, label: describeScene(scene, random.stream(file)).text, tags: tagsOfScene(scene) });
  }
  return {
    scenes,
    captions,
    files,
    listed: {
      pictures: listed,
      sentences: captions.map((caption) => ({ text: caption.text, tags: tagsOfCaption(caption) })),
    },
  };
}

function tagsOfScene({ objects, background }: Scene): string[] {
  const shown = objects.flatMap(({ category, color }) => [category, color]);
  return [...new Set([...shown, background, ...(objects.length === 1 ? ["one object"] : [])])];
}

function tagsOfCaption({ meaning, form, words }: Caption): string[] {
  const length = words.length <= 7 ? ["short"] : words.length >= 12 ? ["long"] : [];
  return [...new Set([...meaning.objects, form.voice, ...length])];
}

async function encodePng({ width, height, data }: Picture): Promise<Uint8Array> {
  const png = await waitInNative(async () => {
    const { default: sharp } = await import("sharp");
    return sharp(data, { raw: { width, height, channels: 3 } })
      .png({ palette: false })
      .toBuffer();
  });
  return new Uint8Array(png);
}
