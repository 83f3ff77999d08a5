import type { FittedBrain, FittedModel } from "./fitted.ts";
import type { BrainMap } from "./manifest.ts";
import type { Packer } from "./packer.ts";

/** The maps of a brain: scores, ceiling, share of the ceiling, differences of models, unique variance.
 * @param pairs models that are compared, the first minus the second. */
export function packMaps(
  brain: FittedBrain,
  pairs: readonly (readonly [FittedModel, FittedModel])[],
  packer: Packer,
): BrainMap[] {
  const shape = [brain.data.people.length + 1, brain.data.regionOf.length];
  const map = (
    about: Omit<BrainMap, "values" | "range" | "significant" | "test">,
    values: Float64Array,
    tested: { readonly mask: Uint8Array; readonly test: string } | null,
  ): BrainMap => {
    const name = `map ${about.id}`;
    return {
      ...about,
      values: packer.array(name, "float32", shape, values),
      range: rangeOf(values, about.scale),
      significant: tested && packer.array(`${name} significant`, "uint8", shape, tested.mask),
      test: tested?.test ?? null,
    };
  };
  const corrected = "r above chance in held-out runs, family-wise error corrected over targets and people";
  const scores = brain.models.flatMap((model) => {
    const { id, label } = model.input;
    const tested = { mask: model.mask, test: corrected };
    return [
      map(
        {
          id: `score/${id}`,
          title: `score: ${label}`,
          group: "score",
          unit: "r",
          scale: "sequential",
          model: id,
          sense: null,
        },
        model.test.r,
        tested,
      ),
      map(
        {
          id: `share/${id}`,
          title: `share of the ceiling: ${label}`,
          group: "share",
          unit: "r / root of ceiling",
          scale: "sequential",
          model: id,
          sense: null,
        },
        shareOfCeiling(model.test.r, brain.ceiling),
        tested,
      ),
      ...model.senses.map(({ sense, unique }) =>
        map(
          {
            id: `unique/${id}/${sense}`,
            title: `unique variance of ${sense}s: ${label}`,
            group: "unique",
            unit: "R²",
            scale: "sequential",
            model: id,
            sense,
          },
          unique,
          null,
        ),
      ),
    ];
  });
  const differences = pairs.map(([a, b]) =>
    map(
      {
        id: `difference/${a.input.id}/${b.input.id}`,
        title: `${a.input.label} minus ${b.input.label}`,
        group: "difference",
        unit: "R²",
        scale: "diverging",
        model: null,
        sense: null,
      },
      a.r2.map((value, k) => value - (b.r2[k] as number)),
      null,
    ),
  );
  const ceiling = map(
    {
      id: "ceiling",
      title: "noise ceiling",
      group: "ceiling",
      unit: "share of variance",
      scale: "sequential",
      model: null,
      sense: null,
    },
    brain.ceiling,
    null,
  );
  return [...scores, ...differences, ceiling];
}

/** Below it a share of the ceiling is noise over noise. */
const leastCeiling = 0.1;

/** r over the root of the ceiling, target by target; NaN where the ceiling is at most .1. */
export function shareOfCeiling(r: Float64Array, ceiling: ArrayLike<number>): Float64Array {
  return r.map((value, k) =>
    (ceiling[k] as number) > leastCeiling ? value / Math.sqrt(ceiling[k] as number) : Number.NaN,
  );
}

/** Range of a map's colours: from 0, or evenly around it, to the 98th percentile, rounded up to one digit after the first. */
export function rangeOf(values: Float64Array, scale: BrainMap["scale"]): readonly [number, number] {
  const sizes = values
    .filter(Number.isFinite)
    .map(scale === "diverging" ? Math.abs : Number)
    .sort();
  const high = Math.max(sizes[Math.floor(0.98 * (sizes.length - 1))] ?? 1, 1e-3);
  const step = 10 ** (Math.floor(Math.log10(high)) - 1);
  const rounded = Number((Math.ceil(high / step - 1e-9) * step).toPrecision(3));
  return scale === "diverging" ? [-rounded, rounded] : [0, rounded];
}
