import { EncodingError } from "../core/index.ts";
import { readFlatMesh, readMesh, readVertexLabels, readVertexMap, type VertexLabels } from "../io/index.ts";
import type { PackedSurface } from "../simulator/index.ts";
import { openFiles } from "./files.ts";
import type { StudySettings } from "./settings.ts";

/** A study's own surface. */
export interface LoadedSurface {
  /** `target`: see `shows`. */
  readonly surface: PackedSurface;
  /** Whether `target` counts targets (one a vertex) or regions. */
  readonly shows: "targets" | "regions";
}

type SurfaceSettings = NonNullable<StudySettings["surface"]>;
type Side = "left" | "right";

/** Load the surface of a study's settings: GIFTI or FreeSurfer meshes, two hemispheres or one. With labels every vertex shows a region;
 * without, the targets are the vertices, those of the left hemisphere first.
 * @param targets of each person. @param folder of the study file.
 * @returns null where the settings name no surface.
 * @throws EncodingError "file" | "format" naming the file; "shape" if files do not fit each other or the targets; "settings" if no label is
 * the name of a region. */
export async function loadSurface(
  settings: Pick<StudySettings, "surface" | "data">,
  folder: string,
  { regions, targets }: { readonly regions: readonly string[]; readonly targets: readonly number[] },
): Promise<LoadedSurface | null> {
  const { surface: asked, data } = settings;
  if (asked === undefined) return null;
  const files = openFiles(data, folder);
  const locate = (path: string) => files.path(path, {});
  const sides = (["left", "right"] as const).filter((side) => asked[side] !== undefined);
  const hemispheres = await Promise.all(sides.map((side) => loadHemisphere(asked, side, locate)));
  const counts = hemispheres.map(({ folded }) => folded.length / 3);
  const labels = await loadLabels(asked, sides, counts, locate);
  const vertices = counts.reduce((sum, n) => sum + n, 0);
  let at = 0;
  const target = (n: number, h: number) => {
    const own = labels?.[h];
    if (own !== undefined) return regionAt(own, asked.names ?? {}, regions);
    at += n;
    return Int32Array.from({ length: n }, (_, v) => at - n + v);
  };
  const dressed = hemispheres.map((hemisphere, h) => ({ ...hemisphere, target: target(counts[h] ?? 0, h) }));
  if (labels === null && targets.some((count) => count !== vertices))
    throw new EncodingError(
      "shape",
      `surface: without labels every vertex is a target; it has ${vertices} vertices (${counts.join(" + ")}), the people have ${[...new Set(targets)].join(", ")} targets. Give \`labels\` to draw regions.`,
    );
  if (labels !== null && dressed.every((one) => one.target.every((g) => g < 0)))
    throw new EncodingError(
      "settings",
      `surface: no label is a region. Regions: ${regions.join(", ")}. Labels: ${namesIn(labels)}. Say in surface.names which is which.`,
    );
  return {
    surface: { space: asked.space, hemispheres: dressed },
    shows: labels === null ? "targets" : "regions",
  };
}

type Hemisphere = Omit<PackedSurface["hemispheres"][number], "target">;

async function loadHemisphere(
  asked: SurfaceSettings,
  side: Side,
  locate: (path: string) => Promise<string>,
): Promise<Hemisphere> {
  const own = asked[side] as NonNullable<SurfaceSettings["left"]>;
  const { coordinates, triangles } = await readMesh(await locate(own.folded));
  const vertices = coordinates.length / 3;
  const fits = (what: string, count: number) => {
    if (count !== vertices)
      throw new EncodingError(
        "shape",
        `surface.${side}: ${what} has ${count} vertices; ${own.folded} has ${vertices}.`,
      );
  };
  const inflated = own.inflated === undefined ? null : await readMesh(await locate(own.inflated));
  if (inflated) fits(own.inflated ?? "", inflated.coordinates.length / 3);
  const flat =
    own.flat === undefined ? null : await readFlatMesh(await locate(own.flat), vertices, triangles);
  if (flat) fits(own.flat ?? "", flat.coordinates.length / 3);
  const sulcus = own.sulcus === undefined ? null : await readVertexMap(await locate(own.sulcus));
  if (sulcus) fits(own.sulcus ?? "", sulcus.length);
  return {
    name: side,
    faces: triangles,
    folded: coordinates,
    inflated: inflated?.coordinates ?? coordinates,
    flat: flat && planeOf(flat.coordinates),
    flatFaces: flat?.triangles ?? null,
    sulcus,
  };
}

/** The two of three coordinates in which a flat map is spread out, in their order: files put zeros in the third. */
function planeOf(points: Float32Array): Float32Array {
  const spread = [0, 1, 2].map((d) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = d; k < points.length; k += 3) {
      low = Math.min(low, points[k] as number);
      high = Math.max(high, points[k] as number);
    }
    return high - low;
  });
  const least = spread.indexOf(Math.min(...spread));
  const kept = [0, 1, 2].filter((d) => d !== least);
  return Float32Array.from(
    { length: (points.length / 3) * 2 },
    (_, k) => points[3 * (k >> 1) + (kept[k & 1] as number)] as number,
  );
}

/** Labels of each hemisphere; null where the settings give none. */
async function loadLabels(
  asked: SurfaceSettings,
  sides: readonly Side[],
  counts: readonly number[],
  locate: (path: string) => Promise<string>,
): Promise<readonly VertexLabels[] | null> {
  const own = sides.map((side) => asked[side]?.labels);
  if (asked.labels === undefined && own.every((path) => path === undefined)) return null;
  if (asked.labels !== undefined) {
    const { labels, names } = await readVertexLabels(await locate(asked.labels));
    const vertices = counts.reduce((sum, n) => sum + n, 0);
    if (labels.length !== vertices) throw unequal("surface", asked.labels, labels.length, vertices);
    let at = 0;
    return counts.map((n) => {
      at += n;
      return { labels: labels.slice(at - n, at), names };
    });
  }
  return Promise.all(
    sides.map(async (side, h) => {
      const path = own[h];
      const vertices = counts[h] as number;
      if (path === undefined) return { labels: new Int32Array(vertices).fill(-1), names: {} };
      const read = await readVertexLabels(await locate(path));
      if (read.labels.length !== vertices)
        throw unequal(`surface.${side}`, path, read.labels.length, vertices);
      return read;
    }),
  );
}

function unequal(where: string, path: string, got: number, wanted: number): EncodingError {
  return new EncodingError(
    "shape",
    `${where}: ${path} has ${got} labels for ${wanted} vertices; one each is needed.`,
  );
}

/** Region of each vertex, −1 for none. */
function regionAt(
  { labels, names }: VertexLabels,
  asked: Readonly<Record<string, string>>,
  regions: readonly string[],
): Int32Array {
  return labels.map((label) => {
    const name = names[label] ?? "";
    const region = asked[String(label)] ?? asked[name] ?? name;
    return regions.indexOf(region);
  });
}

/** The first labels that there are, for a message. */
function namesIn(all: readonly VertexLabels[]): string {
  const found = new Set(all.flatMap(({ labels, names }) => [...new Set(labels)].map((k) => names[k] ?? k)));
  return `${[...found].slice(0, 12).join(", ")}${found.size > 12 ? " …" : ""}`;
}
