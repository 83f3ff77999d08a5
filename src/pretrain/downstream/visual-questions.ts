import { type Matrix, matrix, type Random } from "../../core/index.ts";
import type { Scene } from "../../stimuli/index.ts";
import type { Encoder } from "../encoder.ts";
import { fitHead } from "./head.ts";
import { type Rate, rateOf } from "./interval.ts";
import { mostCommon } from "./linear-probe.ts";
import { answers, askScene, type Question, type Subject } from "./questions.ts";

/** Scenes and their pictures as the model sees them. */
export interface SeenScenes {
  readonly scenes: readonly Scene[];
  readonly pictures: readonly Float32Array[];
}

/** Visual question answering on the world: a small head (one hidden layer) on the frozen model gets the features of picture and question
 * and their product, and is trained on the questions of other scenes.
 * @returns the share of right answers for each subject; chance is that of always giving the subject's most common answer. */
export async function testQuestions(
  encoder: Pick<Encoder, "images" | "texts">,
  train: SeenScenes,
  test: SeenScenes,
  {
    random,
    hidden = 256,
    steps = 300,
  }: { readonly random: Random; readonly hidden?: number; readonly steps?: number },
): Promise<Readonly<Partial<Record<Subject, Rate>>>> {
  const [known, asked] = [
    await encodeQuestions(encoder, train, random.stream("train")),
    await encodeQuestions(encoder, test, random.stream("test")),
  ];
  const labels = known.questions.map(({ answer }) => answers.indexOf(answer));
  const options = {
    classes: answers.length,
    hidden,
    steps,
    learningRate: 3e-3,
    random: random.stream("head"),
  };
  const answer = await fitHead({ features: known.features, labels }, options);
  const given = await answer(asked.features);
  const subjects = [...new Set(asked.questions.map(({ subject }) => subject))];
  return Object.fromEntries(
    subjects.map((subject) => {
      const own = asked.questions.flatMap((question, k) => (question.subject === subject ? [k] : []));
      const wanted = own.map((k) => answers.indexOf((asked.questions[k] as Question).answer));
      const right = own.map((k, i) => (given[k] === wanted[i] ? 1 : 0));
      return [subject, rateOf(right, mostCommon(wanted), random.stream(subject))];
    }),
  );
}

/** Features of every question: those of its picture, its words, and their product where both have one width. */
async function encodeQuestions(
  encoder: Pick<Encoder, "images" | "texts">,
  { scenes, pictures }: SeenScenes,
  random: Random,
): Promise<{ questions: readonly Question[]; features: Matrix }> {
  const questions = scenes.map((scene) => askScene(scene, random));
  const flat = questions.flat();
  const owner = questions.flatMap((list, k) => list.map(() => k));
  const different = [...new Set(flat.map(({ text }) => text))];
  const image = await encoder.images(pictures, "features");
  const text = await encoder.texts(different, "features");
  const [a, b] = [image.cols, text.cols];
  const width = a + b + (a === b ? a : 0);
  const data = new Float32Array(flat.length * width);
  for (const [row, { text: words }] of flat.entries()) {
    const [i, j] = [owner[row] as number, different.indexOf(words)];
    const [seen, read] = [image.data.subarray(i * a, (i + 1) * a), text.data.subarray(j * b, (j + 1) * b)];
    data.set(seen, row * width);
    data.set(read, row * width + a);
    if (a === b)
      for (let c = 0; c < a; c++) data[row * width + a + b + c] = (seen[c] as number) * (read[c] as number);
  }
  return { questions: flat, features: matrix(["question", "dimension"], flat.length, width, data) };
}
