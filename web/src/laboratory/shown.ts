import type { Prediction } from "../../../src/simulator/page.ts";
import { type Layer, predictionLayer } from "../../../src/simulator/view/layer.ts";
import type { Lab } from "./lab.svelte.ts";
import { type Contrast, contrast } from "./summary.ts";

/** Set A minus set B of the bench; null until both are predicted. */
export function contrastBench(
  lab: Lab,
  { model, person }: { readonly model: string; readonly person: string },
  regionOf: Int32Array,
  regions: number,
): Contrast | null {
  const sets = (["A", "B"] as const).map((set) =>
    lab.items.filter((item) => item.set === set).map((item) => lab.get(model, person, item.id)),
  );
  const flat = sets.flat();
  const first = flat.find((one) => one !== undefined);
  if (first === undefined || flat.some((one) => one === undefined)) return null;
  const [a = [], b = []] = sets.map((set) => set.flatMap((one) => (one ? [one.responses] : [])));
  return contrast(a, b, first.mask, regionOf, regions);
}

/** What the laboratory paints onto the cortex: a difference, else a prediction; null: neither is there. */
export function benchLayer(
  difference: Contrast | null,
  prediction: Prediction | null,
  unit: string,
): Layer | null {
  const values = difference?.difference ?? prediction?.responses ?? null;
  if (values === null) return null;
  return predictionLayer(
    {
      title: difference ? "predicted difference, A − B" : "predicted response",
      values,
      significant: difference && Math.min(...difference.counts) > 1 ? difference.significant : null,
      trusted: difference?.mask ?? prediction?.mask ?? null,
      test: difference
        ? "inside the line: the sets differ over stimuli, p < .05 corrected over targets (permutations)"
        : null,
    },
    unit,
  );
}

/** A cortex on which nothing is shown yet. */
export function blankLayer(targets: number): Layer {
  return {
    id: "nothing",
    title: "nothing shown yet",
    unit: "",
    scale: "diverging",
    range: [-1, 1],
    values: new Float32Array(targets).fill(Number.NaN),
    significant: null,
    trusted: null,
    test: null,
  };
}
