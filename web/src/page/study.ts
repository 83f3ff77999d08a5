import { type Brain, openBrain } from "../../../src/simulator/page.ts";
import { knownOf, readView, startView } from "../../../src/simulator/view/address.ts";
import { loadSurface, type Surface } from "../../../src/simulator/view/surface.ts";
import { readBeside } from "./read.ts";

/** A published study, opened. */
export interface Study {
  readonly brain: Brain;
  readonly base: URL;
  readonly surfaces: readonly Surface[] | null;
  /** Region of each target, −1 for none. */
  readonly regionOf: Int32Array;
}

/** Begin to read the maps that the address shows, beside the surface; whoever needs them is told what went wrong. */
function readAhead(brain: Brain): void {
  const { manifest } = brain;
  const { map, second } = readView(location.search, startView(manifest), knownOf(manifest));
  for (const { id, values, significant } of manifest.maps)
    if (id === map || id === second)
      for (const array of [values, significant]) if (array !== null) brain.array(array).catch(() => {});
}

/** Open the study beside the page: the manifest, the surface, and which target belongs to which region.
 * @throws Error with one line for the reader. */
export async function openStudy(): Promise<Study> {
  const base = new URL("brain/", document.baseURI);
  const brain = await openBrain(readBeside(base));
  readAhead(brain);
  const regions = brain
    .array(brain.manifest.targets.region)
    .then((region) => Int32Array.from(region, (r) => (r === 65535 ? -1 : r)));
  const [surfaces, regionOf] = await Promise.all([loadSurface(brain, regions), regions]);
  return { brain, base, surfaces, regionOf };
}
