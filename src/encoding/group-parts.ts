import { allocate, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { placesBelow, type SpectrumPlan } from "./spectrum-plan.ts";
import { type Vectors, vectorsOn } from "./vector-loops.ts";

/** Test rows that are predicted at once: their numbers stay in the cache, and products are about as high as wide. */
export const rowsAtOnce = 96;

/** Nodes of one group of components. */
export interface GroupPart {
  /** First of the components. */
  readonly from: number;
  /** 1 / (value + alpha): what a node takes of each component. */
  readonly factors: Matrix<"nodes", "components">;
}

/** The nodes of every group.
 * @param values eigenvalues of one fold, ascending. */
export function makeParts(
  values: FloatArray,
  { edges, groups, nodes }: SpectrumPlan,
  alphas: ArrayLike<number>,
): GroupPart[] {
  return Array.from(edges.keys()).map((g) => {
    const from = g === 0 ? 0 : placesBelow(values, edges[g - 1] as number);
    const to = placesBelow(values, edges[g] as number);
    const own = nodes.filter((_, j) => groups[j] === g);
    const data = allocate(dtypeOf({ data: values }), own.length * (to - from));
    for (const [j, node] of own.entries())
      for (let k = from; k < to; k++)
        data[j * (to - from) + k - from] = 1 / ((values[k] as number) + (alphas[node] as number));
    return { from, factors: matrix(["nodes", "components"], own.length, to - from, data) };
  });
}

/** Numbers that {@link scaleRows} writes for some rows, and room for what it reads. */
export function lengthOfScaled(
  { cols }: Matrix<"samples", "components">,
  parts: readonly GroupPart[],
  rows: number,
): number {
  const factors = parts.reduce((sum, part) => sum + part.factors.data.length, 0);
  return rows * factors + rows * cols + factors;
}

/** What turns components into predictions of some test rows, group by group and in each node by node. Made when it is used, some rows at a time: for all rows of all
 * folds it would take as much memory as their decompositions.
 * @param memory of {@link lengthOfScaled}; much faster in memory that has vectors. */
export function scaleRows(
  left: Matrix<"samples", "components">,
  parts: readonly GroupPart[],
  start: number,
  rows: number,
  memory: FloatArray,
): Matrix<"predictions", "components">[] {
  const vectors = vectorsOn(memory);
  const one = vectors
    ? scaleThere(vectors, left, parts, start, rows, memory)
    : (part: GroupPart, j: number, to: number) => scaleHere(left, part, j, start, rows, memory, to);
  let next = 0;
  return parts.map((part) => {
    const first = next;
    const { rows: count, cols: width } = part.factors;
    for (let j = 0; j < count; j++, next += rows * width) one(part, j, next);
    return matrix(
      ["predictions", "components"] as const,
      count * rows,
      width,
      memory.subarray(first, next) as FloatArray,
    );
  });
}

function scaleHere(
  { cols, data }: Matrix<"samples", "components">,
  { from, factors }: GroupPart,
  j: number,
  start: number,
  rows: number,
  out: FloatArray,
  to: number,
): void {
  const width = factors.cols;
  for (let i = 0; i < rows; i++)
    scaleRow(data, (start + i) * cols + from, factors.data, j * width, width, out, to + i * width);
}

/** Rows and factors are brought to the memory of the result first. */
function scaleThere(
  vectors: Vectors,
  { cols, data }: Matrix<"samples", "components">,
  parts: readonly GroupPart[],
  start: number,
  rows: number,
  memory: FloatArray,
): (part: GroupPart, j: number, to: number) => void {
  const own = memory.length - rows * cols;
  memory.set(data.subarray(start * cols, (start + rows) * cols), own);
  let place = own;
  const places = new Map<GroupPart, number>();
  for (const part of parts) {
    place -= part.factors.data.length;
    memory.set(part.factors.data, place);
    places.set(part, place);
  }
  const address = (at: number) => memory.byteOffset + 4 * at;
  return (part, j, to) => {
    const { from, factors } = part;
    const first = (places.get(part) as number) + j * factors.cols;
    vectors.scaleRows(address(own + from), 4 * cols, address(first), address(to), rows, factors.cols);
  };
}

/** out ← `count` numbers of a row, each by its factor. */
export function scaleRow(
  data: FloatArray,
  from: number,
  factors: FloatArray,
  first: number,
  count: number,
  out: FloatArray,
  to: number,
): void {
  for (let k = 0; k < count; k++) out[to + k] = (data[from + k] as number) * (factors[first + k] as number);
}
