import { EncodingError } from "../core/index.ts";

/** How one stimulus' activation becomes one row of numbers:
 * "cls" the first token · "last" the last token that is not padding · "mean", "max" over tokens that are not padding, or over the places of
 * a map · "grid" the mean of each cell of an n × n grid over the places, channel by channel · "flatten" all numbers in their order. */
export type Pooling =
  | { readonly kind: "cls" | "last" | "mean" | "max" | "flatten" }
  | { readonly kind: "grid"; readonly cells: number };

/** Activations of one layer for a batch, in single precision. */
export interface Activation {
  /** (batch, …): (batch, features), (batch, tokens, features) or (batch, channels, height, width). */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Read a pooling as it is typed: `cls`, `mean`, `max`, `last`, `flatten`, `grid:4x4`.
 * @throws EncodingError "option". */
export function parsePooling(text: string): Pooling {
  if (["cls", "last", "mean", "max", "flatten"].includes(text)) return { kind: text as "cls" };
  const grid = /^grid:([1-9]\d*)x([1-9]\d*)$/.exec(text);
  if (grid && grid[1] === grid[2]) return { kind: "grid", cells: Number(grid[1]) };
  throw new EncodingError(
    "option",
    `parsePooling: pooling must be cls, mean, max, last, flatten or grid:NxN (e.g. grid:4x4); got "${text}".`,
  );
}

/** One row of numbers for each stimulus of a batch.
 *
 * What has no places or tokens left, (batch, features), is taken as it is by every pooling. A grid cell reaches from ⌊iH/n⌋ to
 * ⌈(i+1)H/n⌉, as torch's adaptive average pooling; tokens are laid out as a square, a first [CLS] token left out.
 * @param layer its name, for messages.
 * @param mask (batch, tokens) of text: 1 for tokens, 0 for padding; without it all count.
 * @returns (batch × columns), row-major.
 * @throws EncodingError "shape" if the layer's axes do not fit the pooling, or the mask the layer. */
export function pool(
  layer: string,
  activation: Activation,
  pooling: Pooling,
  mask?: ArrayLike<number>,
): { readonly columns: number; readonly data: Float32Array<ArrayBuffer> } {
  const [batch = 0, ...rest] = activation.shape;
  const size = rest.reduce((a, b) => a * b, 1);
  if (pooling.kind === "flatten" || rest.length <= 1)
    return { columns: size, data: activation.data.slice(0, batch * size) };
  const view = viewOf(layer, rest, pooling);
  const plan = planCells(layer, view, pooling);
  const columns = plan.length === 0 ? view.features : view.features * plan.length;
  const data = new Float32Array(batch * columns);
  for (let i = 0; i < batch; i++) {
    const one = activation.data.subarray(i * size, (i + 1) * size);
    const kept = keptPlaces(layer, view, { mask, row: i, batch });
    const cells = plan.length > 0 ? plan : [cellOf(kept, pooling.kind)];
    fillRow(data.subarray(i * columns, (i + 1) * columns), one, view, cells, pooling.kind === "max");
  }
  return { columns, data };
}

/** How features and places lie in one stimulus' activation. */
interface View {
  readonly features: number;
  readonly places: number;
  readonly featureStep: number;
  readonly placeStep: number;
  /** Height and width of a map; null: tokens. */
  readonly map: readonly [number, number] | null;
}

function viewOf(layer: string, rest: readonly number[], { kind }: Pooling): View {
  const [first = 1, second = 1, third = 1] = rest;
  if (rest.length === 2)
    return { features: second, places: first, featureStep: 1, placeStep: second, map: null };
  const places = second * third;
  if (rest.length === 3 && kind !== "cls" && kind !== "last")
    return { features: first, places, featureStep: places, placeStep: 1, map: [second, third] };
  throw new EncodingError(
    "shape",
    `pool: "${kind}" needs (batch, tokens, features)${kind === "cls" || kind === "last" ? "" : " or (batch, channels, height, width)"}; "${layer}" is (batch, ${rest.join(", ")}). Try ${rest.length === 3 ? "mean or grid:2x2" : "flatten with --project"}.`,
    { layer, shape: rest },
  );
}

/** Places that are no padding. */
function keptPlaces(
  layer: string,
  { places, map }: View,
  { mask, row, batch }: { mask: ArrayLike<number> | undefined; row: number; batch: number },
): number[] {
  const all = Array.from({ length: places }, (_, k) => k);
  if (mask === undefined || map !== null) return all;
  if (mask.length !== batch * places)
    throw new EncodingError(
      "shape",
      `pool: the mask must be (${batch}, ${places}) as the tokens of "${layer}" are; got ${mask.length} numbers.`,
    );
  return all.filter((k) => mask[row * places + k] !== 0);
}

function cellOf(kept: readonly number[], kind: Pooling["kind"]): readonly number[] {
  if (kind === "cls") return [0];
  return kind === "last" ? kept.slice(-1) : kept;
}

/** The places of each cell of a grid; empty for other poolings. */
function planCells(layer: string, { places, map }: View, pooling: Pooling): (readonly number[])[] {
  if (pooling.kind !== "grid") return [];
  const { cells: n } = pooling;
  const [first, height, width] = map ? [0, ...map] : squareOf(layer, places);
  const edges = (size: number, i: number) => [Math.floor((i * size) / n), Math.ceil(((i + 1) * size) / n)];
  const cells: number[][] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const [top = 0, bottom = 0] = edges(height as number, i);
      const [left = 0, right = 0] = edges(width as number, j);
      const cell: number[] = [];
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) cell.push((first as number) + y * (width as number) + x);
      cells.push(cell);
    }
  return cells;
}

/** Tokens as a square of patches: first patch, height, width. */
function squareOf(layer: string, tokens: number): readonly [number, number, number] {
  for (const first of [0, 1]) {
    const side = Math.round(Math.sqrt(tokens - first));
    if (side * side === tokens - first && side > 0) return [first, side, side];
  }
  throw new EncodingError(
    "shape",
    `pool: a grid needs a square of patches, with or without a [CLS] token; "${layer}" has ${tokens} tokens.`,
  );
}

/** Mean (or largest) of each feature over the places of each cell; columns are features × cells, feature by feature. An empty cell is NaN. */
function fillRow(
  out: Float32Array,
  one: Float32Array,
  { features, featureStep, placeStep }: View,
  cells: readonly (readonly number[])[],
  largest: boolean,
): void {
  for (let f = 0; f < features; f++)
    for (const [c, places] of cells.entries()) {
      let value = largest && places.length > 0 ? Number.NEGATIVE_INFINITY : 0;
      for (const place of places) {
        const here = one[f * featureStep + place * placeStep] as number;
        value = largest ? Math.max(value, here) : value + here;
      }
      out[f * cells.length + c] = largest && places.length > 0 ? value : value / places.length;
    }
}
