import { EncodingError } from "../core/index.ts";
import type { ReportVolume } from "../report/index.ts";
import { meshNeighbours, type Neighbours, vertexAreas, voxelNeighbours } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import { loadSurface } from "./load-surface.ts";
import type { StudySettings } from "./settings.ts";
import { type StudySurface, surfaceOf } from "./surface.ts";
import { volumesOf } from "./volumes.ts";

/** Which targets touch each other, for cluster enhancement. */
export interface ClusterSpace {
  readonly neighbours: Neighbours;
  /** Of each target, mm²; absent where clusters are counted in targets. */
  readonly areas?: Float64Array;
}

/** The spaces of a study's targets. */
export interface ClusterSpaces {
  /** Of each person; the same one for all where people share targets. */
  readonly of: readonly ClusterSpace[];
  /** Whether target t is the same place in all people. */
  readonly shared: boolean;
  /** What a neighbour is, in words. */
  readonly words: string;
  /** Meshes of a surface to draw maps on, by name; empty in volumes. */
  readonly surfaces: readonly (StudySurface & { readonly name: string })[];
}

/** Find out which targets touch: vertices of a surface without labels, voxels of a NIfTI mask, or patches of the virtual laboratory's cortex. People
 * share targets on a surface, and in volumes whose masks are the same.
 * @param folder of the study file. @returns null where the settings ask for no clusters. @throws EncodingError "settings" where targets have no place; as reading masks and meshes does. */
export async function clusterSpacesOf(
  data: StudyData,
  settings: StudySettings,
  folder: string,
): Promise<ClusterSpaces | null> {
  if (settings.tests.clusters === undefined) return null;
  const regions = data.regions;
  const targets = data.people.map(({ regionOf }) => regionOf.length);
  const virtual = surfaceOf(data);
  if (virtual !== undefined) return onCortex(virtual, targets);
  const surface = await loadSurface(settings, folder, { regions, targets });
  if (surface?.shows === "targets") {
    const { hemispheres } = surface.surface;
    let at = 0;
    const surfaces = hemispheres.map(({ name, folded, faces }) => {
      const count = folded.length / 3;
      at += count;
      return {
        name,
        coordinates: folded,
        triangles: faces,
        targetAt: Int32Array.from({ length: count }, (_, v) => at - count + v),
      };
    });
    return onSurfaces(surfaces, targets);
  }
  const volumes = await volumesOf(settings, data, folder);
  if (volumes.length === 0)
    throw new EncodingError(
      "settings",
      "tests.clusters: targets have no neighbours; give responses.mask (NIfTI), or a surface without labels whose vertices they are.",
    );
  return inVolumes(volumes, settings.tests.clusters?.touch ?? 6);
}

function onSurfaces(surfaces: ClusterSpaces["surfaces"], targets: readonly number[]): ClusterSpaces {
  const [coordinates, faces]: [number[], number[]] = [[], []];
  for (const mesh of surfaces) {
    const before = coordinates.length / 3;
    for (const vertex of mesh.triangles) faces.push(before + vertex);
    for (const value of mesh.coordinates) coordinates.push(value);
  }
  const space = {
    neighbours: meshNeighbours(coordinates.length / 3, faces),
    areas: vertexAreas(coordinates, faces),
  };
  return {
    of: targets.map(() => space),
    shared: true,
    words: "vertices that share an edge; clusters by their area on the folded surface",
    surfaces,
  };
}

/** Several vertices show one target: targets touch where their vertices do. */
function onCortex(mesh: StudySurface, targets: readonly number[]): ClusterSpaces {
  const { triangles, targetAt, coordinates } = mesh;
  const count = targets[0] ?? 0;
  const ofVertices = vertexAreas(coordinates, triangles);
  const areas = new Float64Array(count);
  for (const [v, t] of targetAt.entries())
    if (t >= 0) areas[t] = (areas[t] as number) + (ofVertices[v] as number);
  const faces = Array.from({ length: triangles.length / 3 }, (_, f) =>
    [0, 1, 2].map((k) => targetAt[triangles[3 * f + k] as number] as number),
  );
  // a triangle of two targets joins them as an edge does
  const joined = faces.flatMap((own) => {
    const [a, b, c = b] = [...new Set(own.filter((t) => t >= 0))];
    return a === undefined || b === undefined ? [] : [a, b, c as number];
  });
  const space = { neighbours: meshNeighbours(count, joined), areas };
  return {
    of: targets.map(() => space),
    shared: true,
    words: "patches of the virtual cortex that touch; clusters by their area",
    surfaces: [{ ...mesh, name: "surface" }],
  };
}

function inVolumes(volumes: readonly ReportVolume[], touch: 6 | 18 | 26): ClusterSpaces {
  const known = new Map<string, ClusterSpace>();
  const of = volumes.map((volume) => {
    const key = `${volume.shape}|${volume.voxelOf}`;
    const space = known.get(key) ?? { neighbours: neighboursIn(volume, touch) };
    known.set(key, space);
    return space;
  });
  const [first] = volumes;
  const grid = ({ affine }: ReportVolume) => affine.join();
  return {
    of,
    shared: known.size === 1 && volumes.every((own) => grid(own) === grid(first as ReportVolume)),
    words: `voxels that share ${touch === 6 ? "a face" : touch === 18 ? "a face or an edge" : "a face, an edge or a corner"}; clusters by their number`,
    surfaces: [],
  };
}

/** In the order of the targets, which need not be that of the voxels. */
function neighboursIn({ shape, voxelOf }: ReportVolume, touch: 6 | 18 | 26): Neighbours {
  const [nx, ny, nz] = shape as [number, number, number];
  const mask = new Uint8Array(nx * ny * nz);
  for (const voxel of voxelOf) mask[voxel] = 1;
  const sorted = voxelNeighbours([nz, ny, nx], mask, touch); // x runs fastest
  const order = Int32Array.from(voxelOf.keys()).sort(
    (a, b) => (voxelOf[a] as number) - (voxelOf[b] as number),
  );
  const rank = new Int32Array(order.length);
  for (const [k, t] of order.entries()) rank[t] = k;
  const lists = Array.from(rank, (k) =>
    Array.from(
      sorted.list.subarray(sorted.starts[k], sorted.starts[k + 1]),
      (other) => order[other] as number,
    ),
  );
  const starts = new Int32Array(order.length + 1);
  for (const [t, own] of lists.entries()) starts[t + 1] = (starts[t] as number) + own.length;
  return { ...sorted, starts, list: Int32Array.from(lists.flat()) };
}
