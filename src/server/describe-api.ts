import { z } from "zod";
import { type Operation, operations } from "./operations.ts";
import { errorAnswer } from "./schemas.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 description of the server, made of the schemas that check what comes and what goes.
 * @param title of the brain. */
export function describeApi({ title, version }: { readonly title: string; readonly version: string }): Json {
  const components: Record<string, unknown> = {};
  const take = (schema: z.ZodType, io: "input" | "output") => schemaOf(schema, io, components);
  const error = take(errorAnswer, "output");
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, operation] of Object.entries<Operation>(operations))
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(id, operation, error, take),
    };
  return {
    openapi: "3.1.0",
    info: {
      title: `simcortex: ${title}`,
      version,
      description: about,
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: {
      schemas: components,
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { token: [] }],
  };
}

const about =
  "A fitted brain to experiment on. A token is asked for where the server listens on another than the loopback address. Numbers that are not defined are null.";

type Take = (schema: z.ZodType, io: "input" | "output") => unknown;

function describeOperation(id: string, operation: Operation, error: unknown, take: Take): Json {
  const { summary, description, query, body, raw = [], status, answer, events, errors } = operation;
  const json = (schema: unknown) => ({ "application/json": { schema } });
  const content =
    answer === null
      ? { "text/event-stream": { schema: take(events ?? z.unknown(), "output") } }
      : json(take(answer, "output"));
  const failures = [...new Set([...errors, ...everywhere])].sort((a, b) => a - b);
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    parameters: [...parametersOf(operation.path), ...queryOf(query)],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          ...json(take(body, "input")),
          ...Object.fromEntries(raw.map((type) => [type, { schema: { type: "string", format: "binary" } }])),
        },
      },
    }),
    responses: {
      [status]: { description: summary, content },
      ...Object.fromEntries(
        failures.map((code) => [
          code,
          {
            description: reasons[code],
            content: json(error),
            ...(code === 503 && { headers: { "Retry-After": { schema: { type: "integer" } } } }),
          },
        ]),
      ),
    },
  };
}

/** Statuses that every operation has: of the query, of the guards, of a full server, of a bug or a damaged brain. */
const everywhere = [400, 401, 403, 421, 500, 503];

const reasons: Readonly<Record<number, string>> = {
  400: "The query or the body is not what this operation takes; or a picture is damaged",
  401: "The token is missing or wrong",
  403: "A page of another origin asked",
  404: "There is no such thing",
  413: "The body is too large",
  415: "The body is of another media type",
  421: "The Host header names another server (DNS rebinding)",
  422: "It is understood, and cannot be done: no such model, person or sense",
  500: "The brain's folder is damaged, or a bug",
  503: "Too much is under way; try again after the seconds of Retry-After",
  504: "It took too long and was stopped",
};

function parametersOf(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryOf(query: z.ZodObject): Json[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { $schema: _, ...own } = z.toJSONSchema(schema as z.ZodType, { io: "input" });
    return { name, in: "query", required: false, schema: own };
  });
}

/** A schema for the document; schemas with an id move into the components. */
function schemaOf(schema: z.ZodType, io: "input" | "output", components: Record<string, unknown>): unknown {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = move(z.toJSONSchema(schema, { io })) as {
    $schema?: string;
    $defs?: Readonly<Record<string, unknown>>;
  };
  Object.assign(components, $defs);
  return own;
}

function move(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(move);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "$ref" && typeof item === "string"
        ? item.replace("#/$defs/", "#/components/schemas/")
        : move(item),
    ]),
  );
}
