import { type Responses, takeRows } from "../core/index.ts";
import type { ArrayRef, BrainManifest, Packer } from "../simulator/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyPerson } from "./data.ts";
import type { PageModel } from "./page-model.ts";
import type { PageTargets } from "./page-targets.ts";
import type { SolvedStudy } from "./solved.ts";

/** Numbers of one course (samples × targets) that a page is asked to load at most: 16 MB. */
const largest = 8e6;

/** Pack measured and predicted responses of all held-out rows, fold after fold, as the mean over people: of the joint model always, of each
 * other model while all of them together stay below {@link largest}.
 * @returns null if even one course is too large. */
export function packHeldOut(
  { data, folds, fits, result }: SolvedStudy,
  models: readonly PageModel[],
  places: PageTargets,
  packer: Packer,
): {
  readonly about: NonNullable<BrainManifest["heldOut"]>;
  readonly predicted: ReadonlyMap<string, ArrayRef>;
} | null {
  const samples = folds.reduce((sum, fold) => sum + fold.test.length, 0);
  const count = places.regionOf.length;
  if (samples * count > largest) return null;
  const shape = [1, samples, count];
  const wholes = data.people.map((person: StudyPerson) => meanResponses(data, person));
  const course = (read: (person: number, fold: number) => Responses): Float64Array => {
    const out = new Float64Array(samples * count);
    let at = 0;
    for (const [f, fold] of folds.entries()) {
      for (const p of data.people.keys()) {
        const Y = read(p, f);
        for (let i = 0; i < Y.rows; i++) {
          const row = places.take(p, Y.data.subarray(i * Y.cols, (i + 1) * Y.cols));
          for (let t = 0; t < count; t++) {
            const k = (at + i) * count + t;
            out[k] = (out[k] as number) + (row[t] as number) / data.people.length;
          }
        }
      }
      at += fold.test.length;
    }
    return out;
  };
  const measured = course((p, f) => takeRows(wholes[p] as Responses, folds[f]?.test ?? new Int32Array(0)));
  const fitted = models.filter(({ plan }) => plan >= 0);
  const shown = samples * count * fitted.length <= largest ? fitted : fitted.slice(0, 1);
  const predicted = shown.map(({ id, plan }, m) => {
    const values = course((p, f) => fits.of(p, f, plan).predicted);
    return [id, packer.array(`course ${m}`, "float16", shape, values)] as const;
  });
  let from = 0;
  const runs = folds.map(({ name, test }) => {
    from += test.length;
    return { id: name, from: from - test.length, to: from };
  });
  return {
    about: {
      samples,
      tr: Number.isFinite(result.tr) ? result.tr : null,
      runs,
      measured: packer.array("measured", "float16", shape, measured),
      people: [0],
    },
    predicted: new Map(predicted),
  };
}
