import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { writeFileAtomic } from "../io/index.ts";
import type { Stimuli } from "../simulator/index.ts";
import type { View } from "../simulator/view/address.ts";

/** Options of `simcortex render`. */
export interface RenderCommand {
  readonly map?: readonly string[];
  readonly view?: string;
  readonly shape?: string;
  readonly person?: string;
  readonly model?: string;
  readonly sentence?: string;
  readonly picture?: string;
  readonly threshold?: string;
  readonly colours?: string;
  readonly address?: string;
  readonly size?: string;
  readonly scale?: string;
  readonly dark?: boolean;
  readonly names: boolean;
  readonly outlines: boolean;
  readonly contour: boolean;
  readonly frame: boolean;
  readonly onlySignificant?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** `simcortex render FOLDER`: a view of a published brain as PNG, without a browser. */
export async function render(folder: string, options: RenderCommand): Promise<void> {
  const { out, json = false, dark = false, frame } = options;
  const [width, height] = readSize(options.size ?? "1280x800");
  const scale = readNumber("--scale", options.scale ?? "2", 0.25, 8);
  const { openBrainFolder } = await import("../study/open-brain-folder.ts");
  const { renderBrain } = await import("../study/render-brain.ts");
  const own = await openBrainFolder(resolve(folder));
  try {
    const view = await readView(own.brain.manifest, options);
    const stimulus = await readStimulus(options);
    const png = await renderBrain(own, {
      view,
      dark,
      width,
      height,
      scale,
      frame,
      ...(stimulus !== undefined && { stimulus }),
    });
    await writeFileAtomic(resolve(out), png);
  } finally {
    await own.close();
  }
  process.stdout.write(
    json ? `${JSON.stringify({ event: "done", out: resolve(out) })}\n` : `Picture: ${out}\n`,
  );
}

/** The view: that of --address, or the one that the page opens with, changed by what the other options say.
 * @throws EncodingError "option" naming what there is. */
async function readView(
  manifest: Parameters<typeof import("../simulator/view/address.ts").startView>[0],
  options: RenderCommand,
): Promise<View> {
  const { knownOf, readView: fromAddress, startView } = await import("../simulator/view/address.ts");
  const { turnView } = await import("../simulator/view/turn.ts");
  const known = knownOf(manifest);
  const base = fromAddress((options.address ?? "").replace(/^[^?]*\?/, ""), startView(manifest), known);
  const among = (option: string, value: string | undefined, all: readonly string[], usual: string) => {
    if (value === undefined) return usual;
    if (all.includes(value)) return value;
    throw new EncodingError("option", `${option}: there is no "${value}"; the brain has ${all.join(", ")}.`);
  };
  const [first, second, third] = options.map ?? [];
  if (third !== undefined) throw new EncodingError("option", "--map: at most two maps stand side by side.");
  const { colours = base.colours } = options;
  if (colours !== "viridis" && colours !== "cividis")
    throw new EncodingError("option", `--colours must be viridis or cividis; got "${colours}".`);
  return {
    ...base,
    map: among("--map", first, known.maps, base.map),
    second: second === undefined ? base.second : among("--map", second, known.maps, second),
    person: among("--person", options.person, known.people, base.person),
    model: among("--model", options.model, known.models, base.model),
    threshold:
      options.threshold === undefined
        ? base.threshold
        : readNumber("--threshold", options.threshold, 0, Number.MAX_VALUE),
    colours,
    names: base.names && options.names,
    outlines: base.outlines && options.outlines,
    contour: base.contour && options.contour,
    onlySignificant: base.onlySignificant || options.onlySignificant === true,
    pose: turnView(base.pose, options),
  };
}

async function readStimulus({ sentence, picture }: RenderCommand): Promise<Stimuli | undefined> {
  if (sentence !== undefined && picture !== undefined)
    throw new EncodingError("option", "--sentence and --picture: one stimulus is shown at a time.");
  if (sentence !== undefined) return { sense: "sentence", sentences: [sentence] };
  if (picture === undefined) return undefined;
  const { decodePicture } = await import("../stimuli/index.ts");
  const bytes = await readFile(picture).catch((cause: NodeJS.ErrnoException) => {
    throw new EncodingError("file", `--picture: cannot read ${picture}: ${cause.message}.`, {}, cause);
  });
  return { sense: "picture", pictures: [await decodePicture(new Uint8Array(bytes), picture)] };
}

function readSize(text: string): [number, number] {
  const [, width, height] = /^(\d{2,5})x(\d{2,5})$/.exec(text) ?? [];
  if (width === undefined || height === undefined || Number(width) > 8192 || Number(height) > 8192)
    throw new EncodingError("option", `--size must be WIDTHxHEIGHT, at most 8192 each; got "${text}".`);
  return [Number(width), Number(height)];
}

function readNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  const range = max < Number.MAX_VALUE ? `from ${min} to ${max}` : `≥ ${min}`;
  throw new EncodingError("option", `${option} must be a number ${range}; got "${text}".`);
}
