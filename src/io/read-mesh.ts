import { EncodingError } from "../core/index.ts";
import { type FreeSurferFile, parseFreeSurfer } from "./freesurfer.ts";
import { readArray } from "./read-array.ts";
import { readGifti } from "./read-gifti.ts";
import { readBytes } from "./write-file.ts";

/** A surface of triangles. */
export interface SurfaceMesh {
  /** (vertices × 3), millimetres, as stored. */
  readonly coordinates: Float32Array<ArrayBuffer>;
  /** (faces × 3) vertex numbers. */
  readonly triangles: Int32Array<ArrayBuffer>;
}

/** One label a vertex, and the names of the labels where the file has them. */
export interface VertexLabels {
  /** Whole numbers; −1: none. */
  readonly labels: Int32Array;
  readonly names: Readonly<Record<string, string>>;
}

const arrays = /\.(npy|npz|h5|hdf5|zarr|mat|csv|tsv|txt|dat)$/i;
const gifti = /\.gii(\.gz)?$/i;

/** Read a surface: GIFTI (.gii, .gii.gz), else FreeSurfer.
 * @throws EncodingError "file" | "format" naming the file. */
export function readMesh(path: string): Promise<SurfaceMesh> {
  return named(path, async () => {
    if (!gifti.test(path)) {
      const file = await readFreeSurfer(path);
      if (file.kind !== "mesh") throw wanted("a mesh", file);
      return { coordinates: Float32Array.from(file.coordinates), triangles: Int32Array.from(file.triangles) };
    }
    const found = (await readGifti(path)).arrays;
    const points = found.find(({ intent }) => intent === "NIFTI_INTENT_POINTSET")?.data;
    const faces = found.find(({ intent }) => intent === "NIFTI_INTENT_TRIANGLE")?.data;
    if (points === undefined || faces === undefined)
      throw new EncodingError(
        "format",
        `GIFTI: a mesh has coordinates and triangles; the file has ${found.map(({ intent }) => intent.replace("NIFTI_INTENT_", "")).join(", ") || "nothing"}.`,
      );
    const triangles = Int32Array.from(faces, Number);
    const odd = triangles.find((v) => v < 0 || 3 * v >= points.length);
    if (odd !== undefined)
      throw new EncodingError("format", `GIFTI: a face has vertex ${odd}; there are ${points.length / 3}.`);
    return { coordinates: Float32Array.from(points, Number), triangles };
  });
}

/** Read a flat map of a surface: a mesh as {@link readMesh}, or a FreeSurfer patch, whose vertices are a part.
 * @param vertices of the whole surface. @param triangles of the whole surface: those that lie in the patch are kept.
 * @returns coordinates of all vertices, 0 outside the patch.
 * @throws EncodingError as {@link readMesh}; "shape" if the vertices are not those of the surface. */
export function readFlatMesh(path: string, vertices: number, triangles: Int32Array): Promise<SurfaceMesh> {
  return named(path, async () => {
    if (gifti.test(path)) return readMesh(path);
    const file = await readFreeSurfer(path);
    if (file.kind === "mesh") return readMesh(path);
    if (file.kind !== "patch") throw wanted("a flat mesh or patch", file);
    const coordinates = new Float32Array(3 * vertices);
    const inside = new Uint8Array(vertices);
    for (const [k, v] of file.vertices.entries()) {
      if (v >= vertices)
        throw new EncodingError("shape", `the patch has vertex ${v}; the surface has ${vertices}.`);
      inside[v] = 1;
      coordinates.set(file.coordinates.subarray(3 * k, 3 * k + 3), 3 * v);
    }
    const kept = triangles.filter((_, k) => {
      const first = k - (k % 3);
      return [0, 1, 2].every((d) => inside[triangles[first + d] as number] === 1);
    });
    return { coordinates, triangles: Int32Array.from(kept) };
  });
}

/** Read one number a vertex (sulci, curvature): GIFTI, any array that {@link readArray} reads, else FreeSurfer.
 * @throws EncodingError "file" | "format" naming the file. */
export function readVertexMap(path: string): Promise<Float32Array> {
  return named(path, async () => {
    if (gifti.test(path) || arrays.test(path)) return Float32Array.from((await readArray(path)).data);
    const file = await readFreeSurfer(path);
    if (file.kind !== "map") throw wanted("a map", file);
    return file.values;
  });
}

/** Read one label a vertex: a GIFTI label file or a FreeSurfer annotation with their names, or any array of whole numbers.
 * @throws EncodingError "file" | "format" naming the file; "value" for labels that are no whole numbers. */
export function readVertexLabels(path: string): Promise<VertexLabels> {
  return named(path, async () => {
    if (gifti.test(path)) {
      const { arrays: [first] = [], labels } = await readGifti(path);
      if (first === undefined) throw new EncodingError("format", "GIFTI: the file has no data.");
      return {
        labels: whole(first.data),
        names: Object.fromEntries(labels.map(({ key, name }) => [key, name])),
      };
    }
    if (arrays.test(path)) return { labels: whole((await readArray(path)).data), names: {} };
    const file = await readFreeSurfer(path);
    if (file.kind !== "labels") throw wanted("an annotation", file);
    return { labels: file.index, names: Object.fromEntries(file.names.map((name, k) => [k, name])) };
  });
}

async function readFreeSurfer(path: string): Promise<FreeSurferFile> {
  return parseFreeSurfer(await readBytes(path));
}

function whole(data: ArrayLike<number | bigint>): Int32Array {
  return Int32Array.from(data as ArrayLike<number>, (value, v) => {
    const label = Number(value);
    if (Number.isInteger(label)) return label;
    throw new EncodingError("value", `labels must be whole numbers; got ${label} at vertex ${v}.`);
  });
}

function wanted(what: string, { kind }: FreeSurferFile): EncodingError {
  const is = { mesh: "a mesh", map: "a map", labels: "an annotation", patch: "a patch" }[kind];
  return new EncodingError("format", `FreeSurfer: ${what} is needed; the file is ${is}.`);
}

/** Errors name the file. */
async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EncodingError && !error.message.includes(path))
      throw new EncodingError(error.kind, `${path}: ${error.message}`, error.details, error);
    throw error;
  }
}
