import { isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { EncodingError } from "../core/index.ts";
import { type StudySettings, studySchema } from "./settings.ts";
import { readSettingsText } from "./settings-text.ts";
import { canDivide, tooManySubsets } from "./subsets.ts";

/** Read and check a study file.
 * @param path a YAML file.
 * @returns the settings with all defaults filled in.
 * @throws EncodingError "file" if it cannot be read, "settings" if it is wrong; the message names line and legal values. */
export async function readSettings(path: string): Promise<StudySettings> {
  return parseSettings(await readSettingsText(path), path);
}

/** Check the text of a study file; see {@link readSettings}.
 * @param text YAML.
 * @param path named in messages. */
export function parseSettings(text: string, path = "study.yaml"): StudySettings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) throw fault(path, lines.linePos(broken.pos[0]).line, `not valid YAML: ${broken.message}`);
  const parsed = studySchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (!parsed.success) {
    const issue = deepest(parsed.error.issues);
    throw fault(path, lineOf(keysOf(issue)), `${issue.path.join(".") || "the file"}: ${explain(issue)}`);
  }
  checkWhole(parsed.data, (keys, message) => fault(path, lineOf(keys), message));
  return parsed.data;

  function lineOf(keys: readonly PropertyKey[]): number {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true);
      const pair = pairAt(document.contents, keys.slice(0, depth));
      const start = pair ?? (isNode(node) ? node.range?.[0] : undefined);
      if (start !== undefined) return lines.linePos(start).line;
    }
    return 1;
  }
}

type Report = (keys: readonly PropertyKey[], message: string) => EncodingError;

/** Feature spaces of the virtual laboratory's joint model. */
const labSpaces = 6;

/** Rules that concern more than one setting. */
function checkWhole(s: StudySettings, report: Report): void {
  checkModels(s, report);
  if (s.tests.interval === "dual" && (s.virtual?.people ?? s.participants?.length) === 1)
    throw report(
      ["tests", "interval"],
      "tests.interval: dual draws people and blocks; one person has no other to be drawn. Use two-level.",
    );
  if (s.virtual) {
    if (s.partition === "subsets") throw report(["partition"], tooManySubsets(labSpaces));
    for (const key of [
      "participants",
      "runs",
      "responses",
      "regions",
      "surface",
      "card",
      "features",
      "layers",
      "stimuli",
    ] as const)
      if (s[key] !== undefined)
        throw report(
          [key],
          `${key}: the virtual laboratory brings its own ${key}; remove this or \`virtual\`.`,
        );
    return;
  }
  for (const key of ["participants", "runs", "responses", "regions", "features"] as const)
    if (s[key] === undefined) throw report([], `${key}: missing; a study needs it (or \`virtual: {}\`).`);
  if (s.design === "time-series" && s.tr === undefined)
    throw report(["design"], "tr: missing; a time series needs its repetition time in seconds.");
  const test = (s.runs ?? []).some((run) => run.role === "test");
  if (!test && !s.outer)
    throw report(
      ["runs"],
      "runs: none has `role: test` and there are no `outer` folds; nothing would be held out.",
    );
  const names = [...Object.keys(s.models ?? {}), ...Object.keys(s.features ?? {})];
  for (const [i, pair] of s.compare.entries())
    for (const [k, one] of pair.entries())
      if (!names.includes(one))
        throw report(
          ["compare", i, k],
          `compare: there is no feature space "${one}"${s.models ? " and no model" : ""}; legal: ${names.join(", ")}.`,
        );
  const joint = Object.values(s.features ?? {}).filter((f) => f.joint).length;
  if (s.partition === "subsets" && !canDivide(joint)) throw report(["partition"], tooManySubsets(joint));
  if (!Object.values(s.features ?? {}).some((f) => f.joint))
    throw report(["features"], "features: at least one feature space must have `joint: true`.");
  for (const [name, own] of Object.entries(s.features ?? {}))
    if (own.motionEnergy !== undefined && s.stimuli?.films === undefined)
      throw report(
        ["features", name, "motionEnergy"],
        `features.${name}.motionEnergy: motion energy is made of films; give \`stimuli.films\`.`,
      );
  if (s.fit.alphas.to < s.fit.alphas.from)
    throw report(
      ["fit", "alphas"],
      `fit.alphas: to (${s.fit.alphas.to}) must not be below from (${s.fit.alphas.from}).`,
    );
}

/** Rules of models. */
function checkModels(s: StudySettings, report: Report): void {
  if (!s.models) return;
  if (!s.virtual && s.stimuli === undefined)
    throw report(["models"], "stimuli: missing; models need to know what was shown.");
  const twice = Object.keys(s.models).find((one) => Object.hasOwn(s.features ?? {}, one));
  if (twice !== undefined)
    throw report(
      ["models", twice],
      `models: "${twice}" is the name of a feature space too; they must differ.`,
    );
}

function fault(path: string, line: number, message: string): EncodingError {
  return new EncodingError("settings", `${path}, line ${line}: ${message}`, { path, line });
}

type Issue = z.core.$ZodIssue;

/** The most telling issue: within a union, that of the branch which got furthest. */
function deepest(issues: readonly Issue[]): Issue {
  const issue = issues.find((one) => one.code === "unrecognized_keys") ?? (issues[0] as Issue); // a typo tells most
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue;
  const branches = issue.errors.filter((branch) => branch.length > 0).map((branch) => deepest(branch));
  const best = branches.sort((a, b) => b.path.length - a.path.length)[0];
  return best && best.path.length > 0 ? { ...best, path: [...issue.path, ...best.path] } : issue;
}

/** The path of an issue, down to the first unknown key. */
function keysOf(issue: Issue): readonly PropertyKey[] {
  return issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

function explain(issue: Issue): string {
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}.`;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    const near = known.find((k) => issue.keys.some((bad) => distance(bad, k) <= 2));
    return `unknown setting ${issue.keys.map((k) => `"${k}"`).join(", ")}${near ? `; did you mean "${near}"?` : ""}${known.length ? ` Legal: ${known.join(", ")}.` : ""}`;
  }
  const message = issue.message.replace(/^Invalid input: /, "");
  return `${message.replace(/^expected (.+), received undefined$/, "missing; a $1 belongs there")}.`;
}

/** Keys that are legal at a path of the schema, found by walking it. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let node: unknown = studySchema;
  for (const key of path) node = step(unwrap(node), key);
  const shape = (unwrap(node) as { shape?: object } | undefined)?.shape;
  return shape ? Object.keys(shape) : [];
}

function step(node: unknown, key: PropertyKey): unknown {
  const s = node as { shape?: Record<PropertyKey, unknown>; valueType?: unknown; element?: unknown };
  return s?.shape?.[key] ?? s?.valueType ?? s?.element;
}

function unwrap(node: unknown): unknown {
  let current = node as { def?: { innerType?: unknown } } | undefined;
  while (current?.def?.innerType !== undefined) current = current.def.innerType as typeof current;
  return current;
}

/** Edit distance (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Offset of the key of a mapping entry, so that messages point at the key and not at its value. */
function pairAt(contents: unknown, keys: readonly PropertyKey[]): number | undefined {
  let node = contents as {
    items?: { key?: { value?: unknown; range?: number[] }; value?: unknown }[];
  } | null;
  let found: number | undefined;
  for (const key of keys) {
    const pair = node?.items?.find((p) => p?.key?.value === key);
    found = pair?.key?.range?.[0];
    node = (pair?.value ?? (typeof key === "number" ? node?.items?.[key] : null)) as typeof node;
  }
  return found;
}
