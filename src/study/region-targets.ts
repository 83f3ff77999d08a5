import { EncodingError } from "../core/index.ts";
import type { Brain } from "../simulator/index.ts";

/** Targets of a region: 1 inside, 0 else.
 * @throws EncodingError "option" naming the regions that there are. */
export async function insideOf({ manifest, array }: Brain, region: string): Promise<Uint8Array> {
  const { regions, targets } = manifest;
  const place = regions.findIndex(({ name }) => name === region);
  if (place < 0)
    throw new EncodingError(
      "option",
      `experiment: there is no region "${region}"; the brain has ${regions.map(({ name }) => name).join(", ")}.`,
    );
  return Uint8Array.from(await array(targets.region), (g) => (g === place ? 1 : 0));
}
