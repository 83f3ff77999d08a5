import { request as ask } from "node:http";
import { z } from "zod";
import type { describeApi } from "./describe-api.ts";

/** An answer with its body as text. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Ask with node:http, which sends paths and headers as they are. */
export function send(
  base: string,
  path: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Readonly<Record<string, string>>; body?: string | Uint8Array } = {},
): Promise<Answered> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = ask({ hostname, port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString("utf8"),
        }),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Ask with a JSON body. */
export function post(base: string, path: string, body: unknown): Promise<Answered> {
  return send(base, path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

type Document = ReturnType<typeof describeApi>;
type Part = Readonly<Record<string, unknown>>;

/** What a document says of an answer, as a check: the schema comes out of the document, not out of the program.
 * @returns the complaints; none if the answer is as described. */
export function complaintsOf(
  document: Document,
  {
    method,
    path,
    status,
    type = "application/json",
  }: { method: string; path: string; status: number; type?: string },
  value: unknown,
): readonly string[] {
  const at = (part: unknown, ...keys: readonly string[]): unknown =>
    keys.reduce<unknown>((inner, key) => (inner as Part | undefined)?.[key], part);
  const schema = at(
    document,
    "paths",
    path,
    method.toLowerCase(),
    "responses",
    String(status),
    "content",
    type,
    "schema",
  );
  if (schema === undefined) return [`${method} ${path} is not said to answer ${status} ${type}`];
  const whole = JSON.parse(
    JSON.stringify({ ...(schema as Part), $defs: at(document, "components", "schemas") }).replaceAll(
      "#/components/schemas/",
      "#/$defs/",
    ),
  ) as Parameters<typeof z.fromJSONSchema>[0];
  const { error } = z.fromJSONSchema(whole).safeParse(value);
  return error === undefined ? [] : error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

const built = (name: string) => new URL(`../../dist/server/${name}-worker.js`, import.meta.url);
/** Workers as they are built: they start ten times as fast as through tsx. */
export const workers: { readonly lab: URL; readonly experiments: URL } = {
  lab: built("lab"),
  experiments: built("experiment"),
};
export const slow: boolean = process.env.SIMCORTEX_SLOW !== undefined;

/** The error of an answer. */
export function errorOf(text: string): { kind: string; message: string; hint: string } {
  return (JSON.parse(text) as { error: { kind: string; message: string; hint: string } }).error;
}
