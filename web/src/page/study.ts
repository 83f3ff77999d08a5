import { type Brain, openBrain } from "../../../src/simulator/page.ts";
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

/** Open the study beside the page: the manifest, the surface, and which target belongs to which region.
 * @throws Error with one line for the reader. */
export async function openStudy(): Promise<Study> {
  const base = new URL("brain/", document.baseURI);
  const brain = await openBrain(readBeside(base));
  const region = await brain.array(brain.manifest.targets.region);
  const regionOf = Int32Array.from(region, (r) => (r === 65535 ? -1 : r));
  return { brain, base, surfaces: await loadSurface(brain, regionOf), regionOf };
}
