/** The procedural world: scenes, pictures, captions, their features, and runs of them.
 * @module stimuli */
export { type Picture, renderScene } from "./render.ts";
export {
  aspects,
  type Background,
  backgrounds,
  type Category,
  type Color,
  categories,
  colors,
  drawScene,
  holdsRelation,
  type Relation,
  relations,
  type Scene,
  type SceneObject,
  type Texture,
  textures,
} from "./scene.ts";
