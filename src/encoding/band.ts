import { EncodingError } from "../core/index.ts";

/** A feature space with its own penalty: columns `from` … `to − 1` of X. */
export interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** One band that holds all columns. */
export function oneBand(features: number, name = "all"): readonly Band[] {
  return [{ name, from: 0, to: features }];
}

/** Refuse bands that do not tile the columns of X.
 * @throws EncodingError "shape" naming the band. */
export function checkBands(name: string, bands: readonly Band[], features: number): void {
  let next = 0;
  for (const band of bands) {
    if (band.from !== next || band.to <= band.from)
      throw new EncodingError(
        "shape",
        `${name}: bands must follow each other without holes; band "${band.name}" is [${band.from}, ${band.to}) where ${next} was next.`,
      );
    next = band.to;
  }
  if (next !== features)
    throw new EncodingError("shape", `${name}: bands cover ${next} columns, X has ${features} features.`);
}
