import type { Random } from "../core/index.ts";

/** What an object can be. The order is that of the category columns in {@link objectFeatures}. */
export const categories = ["cat", "dog", "car", "house", "tree", "boat", "ball", "chair"] as const;
/** Where a scene can take place. */
export const backgrounds = ["kitchen", "room", "street", "beach", "forest", "field", "mountain"] as const;
/** How the first object can stand to the second one, seen in the picture plane. */
export const relations = ["left of", "right of", "above", "below", "on", "near"] as const;
/** What a surface can look like. */
export const textures = ["plain", "striped", "spotted", "checked"] as const;
/** The named colours and their RGB, 0 to 255. */
export const colors = {
  red: [206, 48, 44],
  orange: [236, 137, 36],
  yellow: [240, 208, 62],
  green: [62, 148, 70],
  blue: [50, 98, 196],
  purple: [134, 70, 168],
  white: [240, 240, 236],
  black: [48, 48, 54],
} as const;

/** One of {@link categories}. */
export type Category = (typeof categories)[number];
/** One of {@link backgrounds}. */
export type Background = (typeof backgrounds)[number];
/** One of {@link relations}. */
export type Relation = (typeof relations)[number];
/** One of {@link textures}. */
export type Texture = (typeof textures)[number];
/** The name of one of {@link colors}. */
export type Color = keyof typeof colors;

/** One object. Lengths are shares of the picture's side; (x, y) is the middle of its box, y grows downwards. */
export interface SceneObject {
  readonly category: Category;
  readonly color: Color;
  readonly texture: Texture;
  /** Height of the box, as a share of the picture's side. */
  readonly size: number;
  readonly x: number;
  readonly y: number;
}

/** A scene: everything that the picture shows and that a caption can speak of. */
export interface Scene {
  /** One to three objects of different categories. */
  readonly objects: readonly SceneObject[];
  /** How the first object stands to the second; null where there is only one. */
  readonly relation: Relation | null;
  readonly background: Background;
  /** Height of the horizon (or of the edge of the floor) from the top, as a share of the picture's side. */
  readonly horizon: number;
  /** How much free sight the place gives, 0 (shut in) to 1 (wide open). */
  readonly openness: number;
  /** Brightness of the light, about 0.7 (dusk) to 1.1. */
  readonly light: number;
  /** Seeds the grain of the background. */
  readonly grain: number;
}

/** Width of an object's box over its height. */
export const aspects: Readonly<Record<Category, number>> = {
  cat: 0.9,
  dog: 1.25,
  car: 1.9,
  house: 1.05,
  tree: 0.85,
  boat: 1.1,
  ball: 1,
  chair: 0.75,
};

/** How open each place is on average, 0 … 1. */
export const opennessOf: Readonly<Record<Background, number>> = {
  kitchen: 0.15,
  room: 0.2,
  street: 0.5,
  beach: 0.9,
  forest: 0.3,
  field: 0.85,
  mountain: 0.75,
};

/** Draw a scene of one to three objects of different categories on a background.
 *
 * Categories, colours, textures, relation and background are drawn independently of each other, so that object and scene
 * features are nearly uncorrelated. Positions follow the relation (see {@link holdsRelation}).
 * @param random the stream to draw from; the same stream state gives the same scene.
 * @returns a plain record; lengths are shares of the picture's side. */
export function drawScene(random: Random): Scene {
  const background = random.pick(backgrounds);
  const horizon = 0.34 + 0.16 * random.uniform();
  const count = drawCount(random.uniform());
  const order = random.permutation(categories.length);
  const relation = count > 1 ? random.pick(relations) : null;
  const looks = Array.from({ length: count }, (_, k) => drawLook(random, categories[order[k]!]!));
  const objects = placeObjects(random, looks, relation);
  const openness = clamp(opennessOf[background] + 0.15 * random.normal() - 0.05 * (count - 2), 0, 1);
  const light = 0.72 + 0.36 * random.uniform();
  return { objects, relation, background, horizon, openness, light, grain: random.integer(2 ** 31) };
}

/** Whether the first object of a scene stands to the second as the relation says, by their places alone.
 * @param relation the relation to check; `left of` means at least 0.18 of the picture's side between the middles. */
export function holdsRelation(first: SceneObject, second: SceneObject, relation: Relation): boolean {
  const [dx, dy] = [second.x - first.x, second.y - first.y];
  switch (relation) {
    case "left of":
      return dx > 0.18 && Math.abs(dy) < dx;
    case "right of":
      return dx < -0.18 && Math.abs(dy) < -dx;
    case "above":
      return dy > 0.18 && Math.abs(dx) < dy;
    case "below":
      return dy < -0.18 && Math.abs(dx) < -dy;
    case "on":
      return Math.abs(dx) < 0.12 && Math.abs(first.y + first.size / 2 - (second.y - second.size / 2)) < 0.06;
    case "near":
      return Math.abs(dx) > 0.12 && Math.abs(dx) < 0.36 && Math.abs(dy) < 0.3;
  }
}

type Look = Pick<SceneObject, "category" | "color" | "texture" | "size">;

function drawCount(u: number): number {
  if (u < 0.25) return 1;
  return u < 0.7 ? 2 : 3;
}

const colorNames = Object.keys(colors) as Color[];

function drawLook(random: Random, category: Category): Look {
  const color = random.pick(colorNames);
  const texture = random.uniform() < 0.4 ? "plain" : random.pick(textures);
  const size = (random.uniform() < 0.5 ? 0.2 : 0.3) + 0.09 * random.uniform();
  return { category, color, texture, size: category === "car" ? 0.75 * size : size };
}

/** Places of the first two objects by their relation, of the third where it overlaps them least. */
function placeObjects(random: Random, looks: readonly Look[], relation: Relation | null): SceneObject[] {
  const [a, b, c] = looks;
  if (a === undefined) return [];
  if (b === undefined || relation === null)
    return [stand(a, 0.3 + 0.4 * random.uniform(), 0.78 + 0.16 * random.uniform())];
  const pair = placePair(random, a, b, relation);
  if (c === undefined) return pair;
  let best: SceneObject | undefined;
  for (let k = 0; k < 8; k++) {
    const tried = stand(c, 0.12 + 0.76 * random.uniform(), 0.66 + 0.3 * random.uniform());
    if (best === undefined || overlap(tried, pair) < overlap(best, pair)) best = tried;
  }
  return [...pair, best as SceneObject];
}

function placePair(random: Random, a: Look, b: Look, relation: Relation): SceneObject[] {
  const [shift, jitter] = [random.uniform() - 0.5, random.uniform() - 0.5];
  const base = 0.8 + 0.12 * random.uniform();
  switch (relation) {
    case "left of":
      return [stand(a, 0.24 + 0.1 * shift, base), stand(b, 0.74 + 0.1 * jitter, base + 0.1 * shift)];
    case "right of":
      return [stand(a, 0.76 + 0.1 * shift, base), stand(b, 0.26 + 0.1 * jitter, base + 0.1 * shift)];
    case "above":
      return [hang(a, 0.5 + 0.3 * shift, 0.28), hang(b, 0.5 + 0.3 * shift + 0.2 * jitter, 0.76)];
    case "below":
      return [hang(a, 0.5 + 0.3 * shift, 0.76), hang(b, 0.5 + 0.3 * shift + 0.2 * jitter, 0.28)];
    case "on": {
      const under = stand(b, 0.5 + 0.4 * shift, 0.9);
      const rest = under.y - under.size / 2 + 0.02;
      return [stand(a, under.x + 0.1 * jitter, rest), under];
    }
    case "near": {
      const side = shift < 0 ? -1 : 1;
      const gap = clamp(0.5 * (width(a) + width(b)) + 0.02, 0.15, 0.32);
      const x = 0.5 + 0.3 * jitter;
      return [stand(a, x + (side * gap) / 2, base), stand(b, x - (side * gap) / 2, base)];
    }
  }
}

/** Put an object so that its feet stand at height `base`. */
function stand(look: Look, x: number, base: number): SceneObject {
  return hang(look, x, base - look.size / 2);
}

function hang(look: Look, x: number, y: number): SceneObject {
  const half = Math.min(0.5, 0.5 * width(look));
  return { ...look, x: clamp(x, 0.6 * half, 1 - 0.6 * half), y: clamp(y, look.size / 2, 1 - look.size / 2) };
}

function width(look: Look): number {
  return look.size * aspects[look.category];
}

/** Shared area of a box with the boxes of others. */
function overlap(one: SceneObject, others: readonly SceneObject[]): number {
  let area = 0;
  for (const other of others) {
    const x = 0.5 * (width(one) + width(other)) - Math.abs(one.x - other.x);
    const y = 0.5 * (one.size + other.size) - Math.abs(one.y - other.y);
    if (x > 0 && y > 0) area += x * y;
  }
  return area;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
