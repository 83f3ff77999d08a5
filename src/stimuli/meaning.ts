import type { Random } from "../core/index.ts";
import type { Background, Category, Color, Relation, Scene, SceneObject, Texture } from "./scene.ts";

/** What is said of one object beside its category. */
export type Attribute =
  | { readonly category: Category; readonly kind: "color"; readonly value: Color }
  | { readonly category: Category; readonly kind: "size"; readonly value: "small" | "large" }
  | { readonly category: Category; readonly kind: "texture"; readonly value: Exclude<Texture, "plain"> };

/** What a caption says, whatever words it uses. */
export interface Meaning {
  /** Categories that are mentioned: the first one stands in `relation` to the second one. */
  readonly objects: readonly Category[];
  readonly relation: Relation | null;
  /** The place, if it is mentioned. */
  readonly background: Background | null;
  readonly attributes: readonly Attribute[];
}

/** Choose what to say of a scene: everything, or a part of it.
 *
 * A part leaves out the place, or all objects but one; each attribute is mentioned with probability 0.4.
 * @returns the meaning; it holds nothing that the scene does not show. */
export function chooseMeaning(
  { objects, relation, background }: Scene,
  random: Random,
  part: boolean,
): Meaning {
  const alone = part && objects.length > 1 && random.uniform() < 0.5;
  const said = alone ? [random.pick(objects)] : objects.slice(0, part ? 2 : 3);
  const place = part && !alone ? null : background;
  return {
    objects: said.map((object) => object.category),
    relation: alone ? null : relation,
    background: place,
    attributes: said.flatMap((object) => chooseAttributes(object, random)),
  };
}

function chooseAttributes({ category, color, size, texture }: SceneObject, random: Random): Attribute[] {
  const [named, sized, patterned] = [random.uniform() < 0.4, random.uniform() < 0.4, random.uniform() < 0.4];
  const out: Attribute[] = [];
  if (sized) out.push({ category, kind: "size", value: isLarge({ category, size }) ? "large" : "small" });
  if (patterned && texture !== "plain") out.push({ category, kind: "texture", value: texture });
  if (named) out.push({ category, kind: "color", value: color });
  return out;
}

/** Whether an object counts as large for its kind. */
export function isLarge({ category, size }: Pick<SceneObject, "category" | "size">): boolean {
  return size > (category === "car" ? 0.75 : 1) * 0.295;
}
