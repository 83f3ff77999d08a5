import type { BrainManifest, LayerRow } from "../simulator/index.ts";
import { countLayers } from "./choices.ts";
import type { PageModel } from "./page-model.ts";
import type { SolvedStudy } from "./solved.ts";

/** Which layers the models of a page chose, where they chose among layers: foundation models, and feature spaces whose files run through {layer}.
 * Each is fitted with every layer, but only what its chosen layers predict is scored on held-out data: the profile is one of choices. */
export function layersOfPage(
  solved: SolvedStudy,
  models: readonly PageModel[],
): Pick<BrainManifest, "layers" | "layersText"> {
  const { data, result, plan, folds, fits } = solved;
  const spaces = data.spaces.flatMap(({ automatic, model }, s) => {
    const count = data.stimuli[0]?.spaces[s]?.length ?? 0;
    return count > 1 && (model || !automatic) ? [s] : [];
  });
  const chosen = countLayers(data, plan, folds, fits, spaces);
  const layers = spaces.flatMap((s, k) => {
    const { name, model } = data.spaces[s] as (typeof data.spaces)[number];
    // a space that is all of the joint model is listed as that
    const shown = models.find((one) => one.space === s) ?? models.find((one) => one.plan === plan.alone[s]);
    const names = model ? result.models.find((one) => one.name === name)?.layers.map(String) : data.layers;
    return data.regions.flatMap((region, g) => {
      const shares = chosen[k]?.[g] ?? [];
      const most = shares.indexOf(Math.max(...shares));
      return shares.map((share, layer): LayerRow => {
        const row = { model: shown?.id ?? name, sense: null, layer: names?.[layer] ?? String(layer), region };
        return { ...row, r: null, share, chosen: layer === most };
      });
    });
  });
  return { layers, layersText: layers.length > 0 ? howChosen : whyNone(solved) };
}

const howChosen =
  "Share of targets, people and outer folds for which a model chose the layer, on inner folds of its training data. Only what the chosen layers predict is scored on held-out data, so that there is no score of each layer.";

function whyNone({ models, data }: SolvedStudy): string {
  if (models.length > 0)
    return "No layer profile: every model takes the columns of all its layers side by side, and chooses none.";
  const layered = data.layers.length > 1;
  if (layered) return "No layer profile: no feature space chooses among its layers.";
  return "No layer profile: no feature space of this study runs through the layers of a network; each was computed elsewhere, as one set of columns.";
}
