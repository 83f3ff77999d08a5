/** The vertices that share an edge with each vertex, in one flat list. */
export interface Neighbours {
  /** Neighbours of vertex v are `of[start[v]]` … `of[start[v + 1] − 1]`, ascending. */
  readonly start: Int32Array;
  readonly of: Int32Array;
}

/** List the neighbours of each vertex of a mesh of triangles.
 * @param vertices how many there are; one without triangles has no neighbours.
 * @param triangles m × 3 vertex indices, all below `vertices`. */
export function listNeighbours(vertices: number, triangles: Int32Array): Neighbours {
  const sets = Array.from({ length: vertices }, () => new Set<number>());
  for (let k = 0; k < triangles.length; k += 3)
    for (let d = 0; d < 3; d++) {
      const a = triangles[k + d] as number;
      const b = triangles[k + ((d + 1) % 3)] as number;
      sets[a]?.add(b);
      sets[b]?.add(a);
    }
  const start = new Int32Array(vertices + 1);
  for (const [v, set] of sets.entries()) start[v + 1] = (start[v] as number) + set.size;
  const of = new Int32Array(start[vertices] as number);
  for (const [v, set] of sets.entries())
    of.set(
      [...set].sort((a, b) => a - b),
      start[v],
    );
  return { start, of };
}
