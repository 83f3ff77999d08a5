import { meanCurvature } from "../../brain/curvature.ts";
import type { Brain } from "../brain.ts";
import type { Hemisphere } from "../manifest.ts";

/** One hemisphere in memory, ready to be drawn. */
export interface Surface {
  readonly name: string;
  /** −1 left, 1 right, 0 neither. */
  readonly side: -1 | 0 | 1;
  readonly vertices: number;
  readonly faces: Uint32Array;
  readonly flatFaces: Uint32Array | null;
  readonly folded: Float32Array;
  readonly inflated: Float32Array;
  /** vertices × 2, NaN replaced by the centre; null: there is no flat map. */
  readonly flat: Float32Array | null;
  /** 0 on the crown of a gyrus to 1 at the bottom of a sulcus. */
  readonly shade: Float32Array;
  /** Target shown at each vertex, −1 for none. */
  readonly target: Int32Array;
  /** Region code of each vertex for outlines: four bits, alike within a region, different between neighbours. */
  readonly codes: Uint8Array;
}

/** Load the surface of a brain; null if it has none.
 * @param regionOf region of each target; may still be on its way. */
export async function loadSurface(
  brain: Brain,
  regionOf: Int32Array | Promise<Int32Array>,
): Promise<readonly Surface[] | null> {
  const { surface } = brain.manifest;
  if (surface === null) return null;
  return Promise.all(surface.hemispheres.map((hemisphere) => loadHemisphere(brain, hemisphere, regionOf)));
}

async function loadHemisphere(
  brain: Brain,
  ref: Hemisphere,
  regions: Int32Array | Promise<Int32Array>,
): Promise<Surface> {
  const maybe = (array: Hemisphere["flat"]) => (array === null ? null : brain.array(array));
  const [regionOf, faces, folded, inflated, target, sulcus, flat, flatFaces] = await Promise.all([
    regions,
    brain.array(ref.faces),
    brain.array(ref.folded),
    brain.array(ref.inflated),
    brain.array(ref.target),
    maybe(ref.sulcus),
    maybe(ref.flat),
    maybe(ref.flatFaces),
  ]);
  const points = stoodBefore(new Float32Array(folded));
  const side = /^(l|left|lh)/i.test(ref.name) ? -1 : /^(r|right|rh)/i.test(ref.name) ? 1 : 0;
  const depth = sulcus
    ? new Float32Array(sulcus)
    : meanCurvature({ coordinates: points, triangles: new Int32Array(faces) }).map((x) => -x);
  const targets = new Int32Array(target);
  return {
    name: ref.name,
    side,
    vertices: ref.vertices,
    faces: new Uint32Array(faces),
    flatFaces: flatFaces === null ? null : new Uint32Array(flatFaces),
    folded: points,
    inflated: centred(new Float32Array(inflated), points),
    flat: flat === null ? null : flatPositions(flat, flat.length / ref.vertices),
    shade: shadeOf(depth),
    target: targets,
    codes: codesOf(targets, regionOf, faces),
  };
}

interface Extent {
  readonly low: number;
  readonly high: number;
  readonly centre: number;
}

function extentOf(points: Float32Array, d: number): Extent {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let k = d; k < points.length; k += 3) {
    low = Math.min(low, points[k] as number);
    high = Math.max(high, points[k] as number);
  }
  return { low, high, centre: (low + high) / 2 };
}

/** Surfaces of other programs stand in their scanner's space: front to back and top to bottom they are moved to where the camera looks. */
function stoodBefore<T extends Float32Array>(folded: T): T {
  for (const d of [1, 2]) {
    const { centre } = extentOf(folded, d);
    for (let k = d; k < folded.length; k += 3) folded[k] = (folded[k] as number) - centre;
  }
  return folded;
}

/** Inflated surfaces of other programs stand around their own origin and are larger: they are moved onto the folded one. */
function centred(inflated: Float32Array, folded: Float32Array): Float32Array {
  const from = [0, 1, 2].map((d) => extentOf(inflated, d));
  const to = [0, 1, 2].map((d) => extentOf(folded, d));
  const length = (part: Extent | undefined) => (part ? part.high - part.low : 1);
  const scale = length(from[1]) > 1.15 * length(to[1]) ? (1.05 * length(to[1])) / length(from[1]) : 1;
  const out = new Float32Array(inflated.length);
  for (let d = 0; d < 3; d++) {
    const [a, b] = [from[d]?.centre ?? 0, to[d]?.centre ?? 0];
    for (let k = d; k < out.length; k += 3) out[k] = ((inflated[k] as number) - a) * scale + b;
  }
  return out;
}

/** Room for a flat map, mm: sides stand 252 apart beside, and 200 above each other. */
const flatRoom = [248, 196] as const;

/** Around the origin; larger maps of other programs are drawn smaller, so that both sides find room. */
function flatPositions(flat: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array((2 * flat.length) / width);
  const range = [0, 1].map((d) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = d; k < flat.length; k += width) {
      const x = flat[k] as number;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    return { middle: (low + high) / 2, span: high - low };
  });
  const scale = Math.min(1, ...flatRoom.map((room, d) => room / (range[d]?.span || 1)));
  for (let k = 0; k < out.length; k++) {
    const x = flat[width * (k >> 1) + (k & 1)] as number;
    out[k] = Number.isFinite(x) ? scale * (x - (range[k & 1]?.middle ?? 0)) : 0;
  }
  return out;
}

/** Depth as a shade between the 5th and the 95th percentile. */
function shadeOf(depth: Float32Array): Float32Array {
  const sorted = depth.slice().sort();
  const low = sorted[Math.floor(0.05 * sorted.length)] as number;
  const high = sorted[Math.floor(0.95 * sorted.length)] as number;
  return depth.map((x) => Math.min(1, Math.max(0, (x - low) / (high - low || 1))));
}

/** Number regions from 1 to 15 so that neighbours differ, none is 0: each bit is drawn as a contour of its own. */
function codesOf(target: Int32Array, regionOf: Int32Array, faces: ArrayLike<number>): Uint8Array {
  const regionAt = target.map((t) => (t < 0 ? -1 : (regionOf[t] ?? -1)));
  const beside = new Map<number, Set<number>>();
  for (let k = 0; k < faces.length; k++) {
    const a = regionAt[faces[k] as number] as number;
    const b = regionAt[faces[k % 3 === 2 ? k - 2 : k + 1] as number] as number;
    if (a === b || a < 0) continue;
    const set = beside.get(a) ?? new Set();
    beside.set(a, set.add(b));
    if (b >= 0) beside.set(b, (beside.get(b) ?? new Set()).add(a));
  }
  const code = new Map<number, number>([[-1, 0]]);
  for (const [region, others] of [...beside].sort(([a], [b]) => a - b)) {
    const used = new Set([...others].map((other) => code.get(other)));
    let next = 1 + (region % 15);
    for (let tries = 0; used.has(next) && tries < 15; tries++) next = 1 + (next % 15);
    code.set(region, next);
  }
  return Uint8Array.from(regionAt, (region) => code.get(region) ?? 0);
}
