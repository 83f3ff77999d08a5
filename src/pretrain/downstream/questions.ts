import type { Random } from "../../core/index.ts";
import { backgrounds, colors, type Scene, textures } from "../../stimuli/index.ts";

/** What a question asks for. */
export type Subject = "color" | "texture" | "place" | "count" | "relation";

/** A question about a scene and its answer. */
export interface Question {
  readonly subject: Subject;
  readonly text: string;
  readonly answer: string;
}

const sides = ["left of", "right of", "above", "below"] as const;

/** Every answer there is, the same for all questions. */
export const answers: readonly string[] = [
  ...Object.keys(colors),
  ...textures,
  ...backgrounds,
  "one",
  "two",
  "three",
  ...sides,
];

/** The answers that a subject's questions have. */
export const answersTo: Readonly<Record<Subject, readonly string[]>> = {
  color: Object.keys(colors),
  texture: textures,
  place: backgrounds,
  count: ["one", "two", "three"],
  relation: sides,
};

/** Ask one question of each subject that the scene has an answer to: attributes of one of its objects, the place, how many objects there
 * are, and on which side of the second object the first one is (asked either way round, so that words alone do not tell). */
export function askScene(scene: Scene, random: Random): Question[] {
  const object = random.pick(scene.objects);
  const number = ["one", "two", "three"][scene.objects.length - 1] as string;
  const ask = (subject: Subject, text: string, answer: string): Question => ({ subject, text, answer });
  return [
    ask("color", `What colour is the ${object.category}?`, object.color),
    ask("texture", `What texture is the ${object.category}?`, object.texture),
    ask("place", "What place is it?", scene.background),
    ask("count", "How many objects stand there?", number),
    ...askRelation(scene, random, ask),
  ];
}

function askRelation(
  { objects: [first, second], relation }: Scene,
  random: Random,
  ask: (subject: Subject, text: string, answer: string) => Question,
): Question[] {
  const at = (sides as readonly (string | null)[]).indexOf(relation);
  if (first === undefined || second === undefined || at < 0) return [];
  const turned = random.uniform() < 0.5;
  const [a, b] = turned ? [second, first] : [first, second];
  const answer = sides[turned ? at ^ 1 : at] as string;
  return [ask("relation", `Where is the ${a.category} to the ${b.category}?`, answer)];
}
