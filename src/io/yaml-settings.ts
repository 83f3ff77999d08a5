import { isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { EncodingError } from "../core/index.ts";

/** Settings of a YAML file that keep to their schema, and how to refuse what concerns more than one of them. */
export interface CheckedYaml<T> {
  readonly settings: T;
  /** An error that names file and line. @param keys path of the setting; none is the first line. @param what without a full stop. */
  readonly fault: (keys: readonly PropertyKey[], what: string) => EncodingError;
}

/** Check the text of a settings file against a schema.
 * @param text YAML. @param path named in messages.
 * @throws EncodingError "settings" naming line, setting and rule. */
export function checkYaml<S extends z.ZodType>(
  schema: S,
  text: string,
  path: string,
): CheckedYaml<z.infer<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faultAt = (line: number, what: string) =>
    new EncodingError("settings", `${path}, line ${line}: ${what}.`, { path, line });
  const lineOf = (keys: readonly PropertyKey[]): number => {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const broken = document.errors[0];
  if (broken) throw faultAt(lines.linePos(broken.pos[0]).line, `not valid YAML: ${broken.message}`);
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return { settings: parsed.data, fault: (keys, what) => faultAt(lineOf(keys), what) };
  const [issue] = parsed.error.issues as [(typeof parsed.error.issues)[number]];
  throw faultAt(lineOf(issue.path), `${issue.path.join(".") || "the file"}: ${issue.message}`);
}
