import type { Brain } from "../brain.ts";
import type { BrainMap } from "../manifest.ts";
import { type ColourMapName, colourTable } from "./colours.ts";
import { show } from "./format.ts";

/** A map in memory, of one person: one number a target. */
export interface Layer {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly scale: "sequential" | "diverging";
  readonly range: readonly [number, number];
  readonly values: Float32Array;
  /** 1 inside the corrected contour; null: no test was made. */
  readonly significant: Uint8Array | null;
  /** 0 where the value is not to be trusted; null: trusted everywhere. */
  readonly trusted: Uint8Array | null;
  /** What the contour means. */
  readonly test: string | null;
}

/** What of a layer is drawn. */
export interface LayerLook {
  /** Values nearer to zero are not drawn. */
  readonly threshold: number;
  readonly onlySignificant: boolean;
  /** Of sequential maps. */
  readonly colours: "viridis" | "cividis";
}

/** What is painted onto the surface, one number a target. */
export interface Paint {
  readonly values: Float32Array;
  /** 1 where the value is drawn. */
  readonly visible: Uint8Array;
  /** 0 where it is greyed. */
  readonly trusted: Uint8Array;
  /** 1 inside the contour. */
  readonly significant: Uint8Array;
  readonly range: readonly [number, number];
  readonly colours: Uint8Array<ArrayBuffer>;
}

/** Load a map of one person. */
export async function loadLayer(brain: Brain, map: BrainMap, person: number): Promise<Layer> {
  const count = brain.manifest.targets.count;
  const [values, significant] = await Promise.all([
    brain.array(map.values),
    map.significant === null ? null : brain.array(map.significant),
  ]);
  const own = (all: ArrayLike<number>) =>
    Array.prototype.slice.call(all, person * count, (person + 1) * count);
  return {
    id: map.id,
    title: map.title,
    unit: map.unit,
    scale: map.scale,
    range: widen(map.range, map.scale),
    values: Float32Array.from(own(values)),
    significant: significant === null ? null : Uint8Array.from(own(significant)),
    trusted: null,
    test: map.test,
  };
}

/** A predicted response, or a difference of two, as a layer: its colours reach the 98th percentile of what is trusted, rounded up. */
export function predictionLayer(
  made: Pick<Layer, "title" | "values" | "significant" | "trusted" | "test">,
  unit: string,
): Layer {
  const { values, trusted } = made;
  const kept = [...values]
    .filter((_, t) => trusted === null || trusted[t] === 1)
    .map(Math.abs)
    .sort((a, b) => a - b);
  const most = roundUp(kept[Math.floor(0.98 * kept.length)] ?? 1);
  return { ...made, id: "prediction", unit, scale: "diverging", range: [-most, most] };
}

function roundUp(x: number): number {
  if (!(x > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  return ([1, 1.5, 2, 3, 5, 7, 10].find((k) => k * power >= x) ?? 10) * power;
}

function widen([low, high]: readonly [number, number], scale: BrainMap["scale"]): readonly [number, number] {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  if (scale === "diverging") return [-most, most];
  return high > low ? [low, high] : [low, low + 1];
}

/** The colours of a layer. */
export function tableOf(
  { scale }: Pick<Layer, "scale">,
  colours: LayerLook["colours"],
): Uint8Array<ArrayBuffer> {
  const name: ColourMapName = scale === "diverging" ? "vik" : colours;
  return colourTable(name);
}

/** What is painted of a layer. */
export function paintOf(layer: Layer, { threshold, onlySignificant, colours }: LayerLook): Paint {
  const n = layer.values.length;
  const ones = new Uint8Array(n).fill(1);
  const visible = ones.map((_, t) => {
    const value = layer.values[t] as number;
    if (!Number.isFinite(value) || Math.abs(value) < threshold) return 0;
    return onlySignificant && layer.significant !== null ? (layer.significant[t] as number) : 1;
  });
  return {
    values: layer.values.map((x) => (Number.isFinite(x) ? x : 0)),
    visible,
    trusted: layer.trusted ?? ones,
    significant: layer.significant ?? new Uint8Array(n),
    range: layer.range,
    colours: tableOf(layer, colours),
  };
}

/** What must be read with a layer's colours, one line each. */
export function notesOf(
  layer: Layer,
  { threshold, contour }: { readonly threshold: number; readonly contour: boolean },
): readonly { readonly sign: "line" | "hatch" | null; readonly text: string }[] {
  const notes: { sign: "line" | "hatch" | null; text: string }[] = [];
  if (contour && layer.significant)
    notes.push({ sign: "line", text: layer.test ?? "inside the line: corrected significance" });
  if (layer.trusted)
    notes.push({
      sign: "hatch",
      text: "grey: not predicted better than chance on held-out data, not to be trusted",
    });
  if (threshold > 0)
    notes.push({
      sign: null,
      text: `values between −${show(threshold)} and ${show(threshold)} are not drawn`,
    });
  return notes;
}
