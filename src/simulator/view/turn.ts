import { EncodingError } from "../../core/index.ts";
import { clampPose, type Pose, type ViewName, views } from "./pose.ts";

/** Names of views: those of the page's buttons, of both sides or of one. */
export const viewNames: readonly string[] = ["", "left-", "right-"].flatMap((side) =>
  Object.keys(views).map((name) => `${side}${name}`),
);

const shapes: Readonly<Record<string, number>> = { folded: 0, inflated: 1, flat: 2 };

/** Turn a pose by words.
 * @param view of {@link viewNames}. @param shape "folded", "inflated", "flat", or a number from 0 to 2 between them.
 * @throws EncodingError "option". */
export function turnView(
  pose: Pose,
  { view, shape }: { readonly view?: string | undefined; readonly shape?: string | undefined },
): Pose {
  const morph = shape === undefined ? pose.morph : (shapes[shape] ?? Number(shape));
  if (shape?.trim() === "" || !(morph >= 0 && morph <= 2))
    throw new EncodingError(
      "option",
      `--shape must be folded, inflated, flat or a number from 0 to 2; got "${shape}".`,
    );
  if (view === undefined) return clampPose({ ...pose, morph });
  const [, side, name] = /^(?:(left|right)-)?(\w+)$/.exec(view) ?? [];
  const turned = views[name as ViewName] as (typeof views)[ViewName] | undefined;
  if (turned === undefined)
    throw new EncodingError("option", `--view must be one of ${viewNames.join(", ")}; got "${view}".`);
  const show = (side ?? "both") as Pose["show"];
  return clampPose({ ...pose, ...turned, morph, show, zoom: 1, panX: 0, panY: 0 });
}
