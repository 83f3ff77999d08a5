import type { z } from "zod";
import { ServerError } from "./server-error.ts";

/** Read a request's body of at most `limit` bytes. One that says it is longer is not read at all.
 * @throws ServerError 413, or 400 if the client went away in the middle. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const stated = Number(request.headers.get("content-length") ?? 0);
  if (stated > limit) throw tooLarge(limit);
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read().catch(() => {
      throw new ServerError(400, "format", "The body ended before it was whole.", "Send it again.");
    });
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => {});
      throw tooLarge(limit);
    }
    parts.push(value);
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}

function tooLarge(limit: number): ServerError {
  return new ServerError(
    413,
    "too-large",
    `A body may have at most ${limit} bytes.`,
    "Send fewer or smaller stimuli at a time.",
  );
}

/** The JSON of a body, held against a schema.
 * @throws ServerError 400 naming the place that is wrong. */
export function parseBody<T extends z.ZodType>(bytes: Uint8Array, schema: T): z.infer<T> {
  return checkInput(schema, readJson(bytes), "the body");
}

/** Hold what came against a schema.
 * @throws ServerError 400 naming the place that is wrong. */
export function checkInput<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data as z.infer<T>;
  const { path, message } = nearest(error.issues);
  throw new ServerError(
    400,
    "settings",
    `${what}${path.length > 0 ? `, ${path.map(String).join(".")}` : ""}: ${message}.`,
    "/openapi.json says what is taken.",
  );
}

function readJson(bytes: Uint8Array): unknown {
  const wrong = (what: string) =>
    new ServerError(400, "format", `The body ${what}.`, "Send a JSON object; /openapi.json says which.");
  if (bytes.byteLength === 0) throw wrong("is empty");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw wrong("is not text in UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrong(`is no JSON: ${(cause as Error).message.slice(0, 200)}`);
  }
}

type Issue = z.core.$ZodIssue;

/** Of alternatives, the one that came nearest: that with the fewest complaints. */
function nearest(issues: readonly Issue[]): { path: PropertyKey[]; message: string } {
  const [first] = issues;
  if (first === undefined) return { path: [], message: "it is not what is taken" };
  if (first.code !== "invalid_union" || first.errors.length === 0) return first;
  const weight = (branch: readonly Issue[]) =>
    branch.reduce(
      (sum, { code, path }) => sum + (code === "unrecognized_keys" ? 2 : 1) - path.length / 10,
      0,
    );
  const [best] = [...first.errors].sort((a, b) => weight(a) - weight(b));
  const inner = nearest(best ?? []);
  return { path: [...first.path, ...inner.path], message: inner.message };
}
