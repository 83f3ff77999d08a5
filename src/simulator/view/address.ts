import type { BrainManifest } from "../manifest.ts";
import type { LayerLook } from "./layer.ts";
import { clampPose, type Pose, startPose } from "./pose.ts";

/** All of the page that its address holds. */
export interface View extends LayerLook {
  readonly tab: "study" | "laboratory" | "tables" | "about";
  /** Map of the left (or only) cortex, and of the right one. */
  readonly map: string;
  readonly second: string | null;
  readonly person: string;
  readonly contour: boolean;
  readonly outlines: boolean;
  readonly names: boolean;
  readonly pose: Pose;
  /** r3: region 3; t17: target 17. */
  readonly picked: string | null;
  /** Model of the laboratory. */
  readonly model: string;
}

/** The view that the page opens with. */
export function startView({ maps, people, models }: Pick<BrainManifest, "maps" | "people" | "models">): View {
  return {
    tab: "study",
    map: maps[0]?.id ?? "",
    second: null,
    person: people[0]?.id ?? "",
    threshold: 0,
    onlySignificant: false,
    contour: true,
    outlines: true,
    names: true,
    colours: "viridis",
    pose: startPose,
    picked: null,
    model: models.find(({ senses }) => Object.keys(senses).length > 0)?.id ?? "",
  };
}

/** What an address may name. */
export function knownOf({ maps, people, models }: Pick<BrainManifest, "maps" | "people" | "models">) {
  const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id);
  return { maps: ids(maps), people: ids(people), models: ids(models) };
}

const flags = ["onlySignificant", "contour", "outlines", "names"] as const;
const poseFields = ["morph", "open", "yaw", "pitch", "zoom", "panX", "panY"] as const;

/** The view as the query of an address; what is as at the start is left out. */
export function writeView(view: View, start: View): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string, usual: string) => {
    if (value !== usual) query.set(name, value);
  };
  put("tab", view.tab, start.tab);
  put("map", view.map, start.map);
  if (view.second !== null) query.set("second", view.second);
  put("person", view.person, start.person);
  put("threshold", String(round(view.threshold)), String(round(start.threshold)));
  for (const flag of flags) put(flag, view[flag] ? "1" : "0", start[flag] ? "1" : "0");
  put("colours", view.colours, start.colours);
  put("pose", poseText(view.pose), poseText(start.pose));
  put("show", view.pose.show, start.pose.show);
  if (view.picked !== null) query.set("picked", view.picked);
  put("model", view.model, start.model);
  return query.toString();
}

/** A view from an address; what it does not say, or says wrongly, is as at the start. */
export function readView(
  text: string,
  start: View,
  known: { maps: readonly string[]; people: readonly string[]; models: readonly string[] },
): View {
  const query = new URLSearchParams(text);
  const pick = <T extends string>(name: string, allowed: readonly T[], usual: T): T =>
    allowed.find((one) => one === query.get(name)) ?? usual;
  const threshold = Number(query.get("threshold") ?? Number.NaN);
  const numbers = (query.get("pose") ?? "").split(",").map(Number);
  const isPose = numbers.length === poseFields.length && numbers.every(Number.isFinite);
  const pose = isPose ? Object.fromEntries(poseFields.map((field, k) => [field, numbers[k]])) : start.pose;
  const second = query.get("second");
  const flag = (name: (typeof flags)[number]) => (query.has(name) ? query.get(name) === "1" : start[name]);
  return {
    tab: pick("tab", ["study", "laboratory", "tables", "about"], start.tab),
    map: pick("map", known.maps, start.map),
    second: second !== null && known.maps.includes(second) ? second : null,
    person: pick("person", known.people, start.person),
    threshold: Number.isFinite(threshold) ? threshold : start.threshold,
    onlySignificant: flag("onlySignificant"),
    contour: flag("contour"),
    outlines: flag("outlines"),
    names: flag("names"),
    colours: pick("colours", ["viridis", "cividis"], start.colours),
    pose: clampPose({
      ...startPose,
      ...pose,
      show: pick("show", ["both", "left", "right"], start.pose.show),
    }),
    picked: /^[rt]\d{1,7}$/.test(query.get("picked") ?? "") ? query.get("picked") : null,
    model: pick("model", known.models, start.model),
  };
}

const round = (x: number) => Math.round(x * 1000) / 1000;
const poseText = (pose: Pose) => poseFields.map((field) => Math.round(pose[field] * 100) / 100).join(",");
