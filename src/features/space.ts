import { checkSameRows, dtypeOf, EncodingError, type Features, stackCols, toDtype } from "../core/index.ts";

/** A named set of feature columns on the TR grid. */
export interface FeatureSpace {
  /** Name in settings, tables and figures; unique in a study. */
  readonly name: string;
  /** Names of the columns, where they mean something. */
  readonly columns?: readonly string[];
  /** Samples × features. */
  readonly X: Features;
}

/** Feature spaces beside each other: all columns, and which columns [from, to) belong to which space. */
export interface StackedSpaces {
  /** Samples × all features. */
  readonly X: Features;
  /** One entry a space, in order: columns [from, to) share a penalty in banded ridge. */
  readonly bands: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** Set feature spaces beside each other, with the columns of each.
 *
 * The result is float64 if the spaces differ in dtype.
 * @param spaces one or more, of the same samples, with different names.
 * @returns X: samples × all features in the order given; bands: columns [from, to) of each space.
 * @throws EncodingError "shape" without spaces, or if samples or column names do not fit; "option" for a repeated name. */
export function stackSpaces(spaces: readonly FeatureSpace[]): StackedSpaces {
  const first = spaces[0];
  if (first === undefined)
    throw new EncodingError("shape", "stackSpaces: needs at least one feature space; got none.");
  const seen = new Set<string>();
  const bands: { name: string; from: number; to: number }[] = [];
  let from = 0;
  for (const { name, columns, X } of spaces) {
    checkSameRows("stackSpaces", first.X, X, [first.name, name]);
    if (seen.has(name))
      throw new EncodingError(
        "option",
        `stackSpaces: names of feature spaces must differ; got "${name}" twice.`,
        { name },
      );
    if (columns !== undefined && columns.length !== X.cols)
      throw new EncodingError(
        "shape",
        `stackSpaces: "${name}" has ${X.cols} features and ${columns.length} column names.`,
        { name },
      );
    seen.add(name);
    bands.push({ name, from, to: from + X.cols });
    from += X.cols;
  }
  const mixed = spaces.some(({ X }) => dtypeOf(X) !== dtypeOf(first.X));
  return { X: stackCols(spaces.map(({ X }) => (mixed ? toDtype(X, "float64") : X))), bands };
}
