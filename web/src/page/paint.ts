import type { Brain, BrainMap } from "../../../src/simulator/page.ts";
import { type ColourMapName, colourTable } from "../cortex/colours.ts";
import type { Paint } from "../cortex/stage.ts";
import type { View } from "./view.ts";

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

function widen([low, high]: readonly [number, number], scale: BrainMap["scale"]): readonly [number, number] {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  if (scale === "diverging") return [-most, most];
  return high > low ? [low, high] : [low, low + 1];
}

/** The colours of a layer. */
export function tableOf({ scale }: Pick<Layer, "scale">, colours: View["colours"]): Uint8Array<ArrayBuffer> {
  const name: ColourMapName = scale === "diverging" ? "vik" : colours;
  return colourTable(name);
}

/** What of a layer is drawn. */
export function paintOf(
  layer: Layer,
  { threshold, onlySignificant, colours }: Pick<View, "threshold" | "onlySignificant" | "colours">,
): Paint {
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
