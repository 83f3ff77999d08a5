import { type Context, type Handler, Hono } from "hono";
import type { Brain } from "../simulator/index.ts";
import { checkSets } from "../study/read-experiment.ts";
import { version } from "../study/version.ts";
import { describeBrain, listMaps, listRegions, readMap, readRegion } from "./answers.ts";
import { describeApi } from "./describe-api.ts";
import { followJob } from "./follow-job.ts";
import { createGate } from "./gate.ts";
import { type GuardOptions, guard, safety } from "./guard.ts";
import type { Jobs } from "./jobs.ts";
import type { Lab } from "./lab.ts";
import { type OperationId, operations } from "./operations.ts";
import { checkInput, parseBody, readBody } from "./read-body.ts";
import { experimentRequest } from "./schemas.ts";
import { ServerError, tellServerError } from "./server-error.ts";
import { sendFile } from "./static-files.ts";

/** Bounds of a server. */
export interface Bounds {
  /** Bytes of a body. */
  readonly body: number;
  /** Predictions under way: read, waiting or computed. */
  readonly predictions: number;
  /** Requests of any kind under way. */
  readonly requests: number;
  /** Streams of events that are open. */
  readonly streams: number;
}

/** What a server answers with. */
export interface AppOptions {
  readonly brain: Brain;
  /** Folder of `manifest.json`, links resolved. */
  readonly brainFolder: string;
  /** Folder of `index.html`, links resolved; null: the page is not there. */
  readonly pageFolder: string | null;
  readonly lab: Lab;
  readonly jobs: Jobs;
  readonly guard: GuardOptions;
  readonly bounds: Bounds;
  /** Told of what is no fault of the one who asked. */
  readonly onBug: (stack: string) => void;
}

/** All that a server answers, as a function of requests: no port, no socket. */
export function createApp(options: AppOptions): Hono {
  const { brain, brainFolder, pageFolder, bounds, onBug } = options;
  const app = new Hono({ strict: false });
  const tell = (error: unknown, c: Context) => {
    const { status, error: told } = tellServerError(error);
    if (status >= 500 && !(error instanceof ServerError)) onBug((error as Error).stack ?? String(error));
    const headers = {
      ...safety,
      ...(status === 503 && { "Retry-After": "1" }),
      ...([413, 503].includes(status) && c.req.method === "POST" && { Connection: "close" }), // its body is not read
    };
    return c.json({ error: told }, status as 500, headers);
  };
  app.onError(tell);
  const gate = createGate(bounds.requests, "requests");
  app.use(async (_, next) => {
    const leave = gate.enter();
    try {
      await next();
    } finally {
      leave();
    }
  });
  app.use(guard(options.guard));
  for (const [id, handler] of Object.entries(handlersOf(options))) {
    const { method, path, query } = operations[id as OperationId];
    const answer: Handler = (c, next) => {
      const { token: _, ...asked } = c.req.query();
      checkInput(query, asked, "the query");
      return handler(c, next);
    };
    app.on(method.toUpperCase(), routeOf(path), answer);
  }
  const document = describeApi({ title: brain.manifest.title, version: version() });
  app.get("/openapi.json", (c) => c.json(document));
  app.all("/api/*", (c) => {
    throw nothingAt(c);
  });
  app.get("/brain/*", (c) =>
    sendFile(brainFolder, decodePath(c.req.path).slice("/brain/".length), c.req.raw),
  );
  app.get("/*", (c) => {
    if (pageFolder === null) throw noPage();
    const path = decodePath(c.req.path).slice(1);
    return sendFile(pageFolder, path === "" ? "index.html" : path, c.req.raw);
  });
  app.notFound((c) => tell(nothingAt(c), c));
  return app;
}

/** The path of an operation as a route. A name at its end may hold slashes, unless another operation goes on there. */
function routeOf(path: string): string {
  const goesOn = Object.values(operations).some((other) => other.path.startsWith(`${path}/`));
  return path.replace(/\{(\w+)\}$/, goesOn ? ":$1" : ":$1{.+}").replace(/\{(\w+)\}/g, ":$1");
}

/** What answers each operation. */
function handlersOf({ brain, lab, jobs, bounds, onBug }: AppOptions): Readonly<Record<OperationId, Handler>> {
  const predictions = createGate(bounds.predictions, "predictions");
  const streams = createGate(bounds.streams, "streams of events");
  const param = (c: Context, name: string) => c.req.param(name) ?? "";
  return {
    describeBrain: (c) => c.json(describeBrain(brain)),
    listMaps: (c) => c.json(listMaps(brain)),
    readMap: async (c) => {
      return c.json(await readMap(brain, param(c, "id"), c.req.query("person")));
    },
    listRegions: async (c) => c.json(await listRegions(brain)),
    readRegion: async (c) => {
      return c.json(await readRegion(brain, param(c, "name"), c.req.query("person")));
    },
    predict: async (c) => {
      const leave = predictions.enter(); // before the body is read: memory is bounded by places × bytes of a body
      try {
        const type = mediaType(c);
        const picture = type.startsWith("image/");
        if (!picture) checkJson(type);
        const asked = { model: c.req.query("model"), person: c.req.query("person") };
        const bytes = await readBody(c.req.raw, bounds.body);
        const answer = await lab.predict({ bytes, picture, query: asked }, c.req.raw.signal);
        if ("json" in answer)
          return c.body(answer.json as Uint8Array<ArrayBuffer>, 200, { "Content-Type": "application/json" });
        const { status, error } = answer.failed;
        if (status >= 500) onBug(answer.stack);
        return c.json({ error }, status as 500);
      } finally {
        leave();
      }
    },
    startExperiments: async (c) => {
      checkJson(mediaType(c));
      const leave = predictions.enter();
      try {
        const settings = parseBody(await readBody(c.req.raw, Math.min(bounds.body, 1e6)), experimentRequest);
        checkSets(settings, "the body");
        return c.json(jobs.start(settings), 202);
      } finally {
        leave();
      }
    },
    readExperiments: (c) => c.json(jobs.read(param(c, "id"))),
    followExperiments: (c) => followJob(c, jobs, param(c, "id"), streams.enter),
    cancelExperiments: (c) => c.json(jobs.cancel(param(c, "id"))),
  };
}

function mediaType(c: Context): string {
  return (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function checkJson(type: string): void {
  if (type !== "application/json")
    throw new ServerError(
      415,
      "format",
      `The body must be application/json${type === "" ? "; its type is not said" : `; it is said to be ${type.slice(0, 60)}`}.`,
      "Set the header Content-Type.",
    );
}

/** @throws ServerError 404 for an address that is no text. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ServerError(
      404,
      "missing",
      "The address cannot be read.",
      "/openapi.json lists what is there.",
    );
  }
}

function nothingAt({ req }: Context): ServerError {
  return new ServerError(
    404,
    "missing",
    `There is no ${req.method} ${req.path}.`,
    "/openapi.json lists what is there.",
  );
}

function noPage(): ServerError {
  return new ServerError(
    404,
    "missing",
    "The page is not built.",
    "npm run build:web builds it; /openapi.json lists what is there without it.",
  );
}
