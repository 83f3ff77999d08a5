/** The same surface in about a quarter of its triangles, between vertices of its own.
 *
 * Vertices no two of which are neighbours are kept, as many as there are, in their order; each other one moves onto the first of its
 * neighbours that is kept. What is left of a triangle whose corners move to one place is nothing. A closed surface stays closed. */
export function coarsen(faces: Uint32Array, vertices: number): Uint32Array {
  const home = homesOf(faces, vertices);
  const out = new Uint32Array(faces.length);
  let n = 0;
  for (let k = 0; k < faces.length; k += 3) {
    const a = home[faces[k] as number] as number;
    const b = home[faces[k + 1] as number] as number;
    const c = home[faces[k + 2] as number] as number;
    if (a === b || b === c || c === a) continue;
    out[n++] = a;
    out[n++] = b;
    out[n++] = c;
  }
  return out.slice(0, n);
}

/** Where each vertex moves; −1 for those that no triangle has. */
function homesOf(faces: Uint32Array, vertices: number): Int32Array {
  const { starts, beside } = neighboursOf(faces, vertices);
  const home = new Int32Array(vertices).fill(-1);
  for (let v = 0; v < vertices; v++) {
    const [from, to] = [starts[v] as number, starts[v + 1] as number];
    if (home[v] !== -1 || from === to) continue;
    home[v] = v;
    for (let k = from; k < to; k++) {
      const w = beside[k] as number;
      if (home[w] === -1) home[w] = v;
    }
  }
  return home;
}

/** The vertices beside each vertex, those of vertex v from starts[v] on; neighbours inside a surface come twice. */
function neighboursOf(faces: Uint32Array, vertices: number) {
  const starts = new Uint32Array(vertices + 1);
  for (const v of faces) starts[v + 1] = (starts[v + 1] as number) + 2;
  for (let v = 0; v < vertices; v++) starts[v + 1] = (starts[v + 1] as number) + (starts[v] as number);
  const beside = new Uint32Array(2 * faces.length);
  const at = starts.slice();
  for (let k = 0; k < faces.length; k++) {
    const v = faces[k] as number;
    const first = k - (k % 3);
    const put = at[v] as number;
    beside[put] = faces[first + ((k + 1) % 3)] as number;
    beside[put + 1] = faces[first + ((k + 2) % 3)] as number;
    at[v] = put + 2;
  }
  return { starts, beside };
}

/** Whether a surface has no rim and its triangles turn their fronts outwards: then their backs are never seen.
 * Every edge must be run through in both directions equally often, which is told by sums of hashes; the volume inside must be positive. */
export function isClosed(points: Float32Array, faces: Uint32Array): boolean {
  let [rim, volume] = [0, 0];
  for (let k = 0; k < faces.length; k += 3) {
    const [a, b, c] = [faces[k] as number, faces[k + 1] as number, faces[k + 2] as number];
    rim = (rim + oddHash(a, b) + oddHash(b, c) + oddHash(c, a)) | 0;
    volume += tripleProduct(points, 3 * a, 3 * b, 3 * c);
  }
  return rim === 0 && volume > 0;
}

/** A number for an edge; that of the edge run through backwards is its negative. */
function oddHash(a: number, b: number): number {
  return a < b ? hash(a, b) : -hash(b, a);
}

function hash(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39) + a;
  return (h ^ (h >>> 15)) | 0;
}

function tripleProduct(p: Float32Array, a: number, b: number, c: number): number {
  const at = (k: number) => p[k] as number;
  return (
    at(a) * (at(b + 1) * at(c + 2) - at(b + 2) * at(c + 1)) +
    at(a + 1) * (at(b + 2) * at(c) - at(b) * at(c + 2)) +
    at(a + 2) * (at(b) * at(c + 1) - at(b + 1) * at(c))
  );
}
