import { EncodingError } from "../core/index.ts";

/** What a FreeSurfer file holds. All of them are big-endian. */
export type FreeSurferFile =
  | {
      readonly kind: "mesh";
      /** (vertices × 3), millimetres, as stored. */
      readonly coordinates: Float32Array;
      /** (faces × 3). */
      readonly triangles: Int32Array;
    }
  /** sulc, curv, thickness …: one number a vertex. */
  | { readonly kind: "map"; readonly values: Float32Array }
  /** annot: index of each vertex into `names`, −1 for none. */
  | { readonly kind: "labels"; readonly index: Int32Array; readonly names: readonly string[] }
  /** A part of a surface, cut and flattened. */
  | {
      readonly kind: "patch";
      readonly vertices: Int32Array;
      /** (vertices of the patch × 3). */
      readonly coordinates: Float32Array;
    };

const mesh = 0xfffffe;
const quadrangles = 0xfffffd;
const ones = 0xffffff;

/** Read a FreeSurfer file, told by its first bytes: triangle meshes (lh.pial, lh.inflated), maps in the new format (lh.sulc, lh.curv),
 * annotations with a colour table (lh.aparc.annot), patches (lh.cortex.patch.flat).
 * @throws EncodingError "format" for files that are cut off, damaged, or of a kind that FreeSurfer gave up before 2000.
 * @source the readers of nibabel 5 (freesurfer/io.py) and of FreeSurfer's MATLAB tools (read_patch.m). */
export function parseFreeSurfer(bytes: Uint8Array): FreeSurferFile {
  const read = openReader(bytes);
  const magic = bytes.length >= 3 ? ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0) : -1;
  if (magic === mesh) return readMesh(bytes, read);
  if (magic === quadrangles) throw fault("a mesh of quadrangles; save it as triangles (mris_convert)");
  if (magic !== ones) return readLabels(read);
  return bytes[3] === 0xff ? readPatch(read) : readMap(read); // a patch begins with −1, a map with its number of vertices
}

type Reader = ReturnType<typeof openReader>;

function openReader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (length: number) => {
    if (length < 0 || at + length > bytes.length)
      throw fault(
        `it needs ${length} bytes from byte ${at} on, and has ${bytes.length}. Is it cut off, or another kind of file?`,
      );
    at += length;
    return at - length;
  };
  const int = () => view.getInt32(take(4));
  /** A count of things of `size` bytes each, which must be there. */
  const count = (size: number) => {
    const n = int();
    if (n < 0 || at + n * size > bytes.length)
      throw fault(`it says ${n} entries; ${bytes.length - at} bytes are left. Is it cut off?`);
    return n;
  };
  return {
    skip: take,
    int,
    count,
    ints: (n: number) => {
      const from = take(4 * n);
      return Int32Array.from({ length: n }, (_, k) => view.getInt32(from + 4 * k));
    },
    floats: (n: number) => {
      const from = take(4 * n);
      return Float32Array.from({ length: n }, (_, k) => view.getFloat32(from + 4 * k));
    },
    text: (length: number) => {
      const from = take(length);
      return new TextDecoder().decode(bytes.subarray(from, from + length)).replace(/\0.*$/s, "");
    },
  };
}

/** Magic, a line that says who made it, an empty line; numbers of vertices and faces; coordinates; faces. */
function readMesh(bytes: Uint8Array, read: Reader): FreeSurferFile {
  const line = bytes.indexOf(10, 3);
  const second = bytes.indexOf(10, line + 1);
  if (line < 0 || second < 0) throw fault("its first two lines do not end. Is it cut off?");
  read.skip(second + 1);
  const [vertices, faces] = [read.count(12), read.count(12)];
  const coordinates = read.floats(3 * vertices);
  const triangles = read.ints(3 * faces);
  const odd = triangles.find((v) => v < 0 || v >= vertices);
  if (odd !== undefined) throw fault(`a face has vertex ${odd}; there are ${vertices}`);
  return { kind: "mesh", coordinates, triangles };
}

function readMap(read: Reader): FreeSurferFile {
  read.skip(3);
  const vertices = read.count(4);
  read.int(); // faces
  const each = read.int();
  if (each !== 1) throw fault(`it has ${each} numbers a vertex; one is read`);
  return { kind: "map", values: read.floats(vertices) };
}

function readPatch(read: Reader): FreeSurferFile {
  read.skip(4);
  const n = read.count(16);
  const vertices = new Int32Array(n);
  const coordinates = new Float32Array(3 * n);
  for (let k = 0; k < n; k++) {
    vertices[k] = Math.abs(read.int()) - 1; // negative on the border of the patch
    coordinates.set(read.floats(3), 3 * k);
  }
  return { kind: "patch", vertices, coordinates };
}

/** Pairs of vertex and colour, then a table of colours and names (version 2). */
function readLabels(read: Reader): FreeSurferFile {
  const n = read.count(8);
  const pairs = read.ints(2 * n);
  if (read.int() !== 1 || read.int() !== -2)
    throw fault("it is no mesh, map, patch or annotation with a colour table of version 2");
  read.int(); // largest index
  read.text(read.count(1));
  const entries = read.count(12);
  const names: string[] = [];
  const placeOf = new Map<number, number>();
  for (let k = 0; k < entries; k++) {
    read.int();
    const name = read.text(read.count(1));
    const [r, g, b] = [read.int(), read.int(), read.int()];
    read.int(); // opacity
    placeOf.set(r + 256 * g + 65536 * b, names.push(name) - 1);
  }
  const index = new Int32Array(n).fill(-1);
  for (let k = 0; k < n; k++) {
    const vertex = pairs[2 * k] as number;
    if (vertex < 0 || vertex >= n) throw fault(`a label is of vertex ${vertex}; there are ${n}`);
    index[vertex] = placeOf.get(pairs[2 * k + 1] as number) ?? -1;
  }
  return { kind: "labels", index, names };
}

function fault(what: string): EncodingError {
  return new EncodingError("format", `FreeSurfer: ${what}${/[.?]$/.test(what) ? "" : "."}`);
}
