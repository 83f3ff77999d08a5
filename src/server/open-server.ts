import { randomBytes } from "node:crypto";
import { access, realpath } from "node:fs/promises";
import type { Server } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { dirname, join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { EncodingError } from "../core/index.ts";
import { openBrain } from "../simulator/index.ts";
import { findBrainRoot, readInside } from "../study/open-brain-folder.ts";
import { type Bounds, createApp } from "./app.ts";
import { openJobs } from "./jobs.ts";
import { openLab } from "./lab.ts";

/** How a server is opened. */
export interface ServerOptions {
  /** 0: any that is free. */
  readonly port?: number;
  /** Default 127.0.0.1: this machine alone. Where it is another, a token is asked for. */
  readonly host?: string;
  /** Asked of everyone who comes; default: none on the loopback address, else drawn. */
  readonly token?: string;
  /** Folder of the built page, for brains that have none beside them. */
  readonly page?: string;
  readonly bounds?: Partial<Bounds>;
  /** Longest time of sending a request, of a prediction and of a job of experiments, seconds. */
  readonly seconds?: { readonly request?: number; readonly predict?: number; readonly experiments?: number };
  readonly onBug?: (stack: string) => void;
  /** Modules of the worker threads; default: those beside this one. */
  readonly workers?: { readonly lab: URL; readonly experiments: URL };
}

/** A server that listens. */
export interface OpenServer {
  /** Address of the page, with the token where one is asked for. */
  readonly url: string;
  readonly isLocal: boolean;
  /** Whether there is a page. */
  readonly hasPage: boolean;
  /** Answer what is under way for at most 2 s, then end connections and workers. */
  close(): Promise<void>;
}

/** Bounds unless it is said otherwise: at most 32 bodies of 8 MB are in memory. */
export const serverDefaults = {
  port: 4170,
  host: "127.0.0.1",
  bounds: { body: 8_000_000, predictions: 32, requests: 512, streams: 64 },
  seconds: { request: 30, predict: 60, experiments: 600 },
} as const;

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const own = {
  lab: new URL(`./lab-worker${extension}`, import.meta.url),
  experiments: new URL(`./experiment-worker${extension}`, import.meta.url),
};

/** Serve a published brain: the page, its files, and the API that `/openapi.json` describes.
 * @param folder published, or that of `manifest.json`.
 * @throws EncodingError "file" | "format" for the folder; "option" if the port is taken or the address is not this machine's. */
export async function openServer(folder: string, options: ServerOptions = {}): Promise<OpenServer> {
  const { port = serverDefaults.port, host = serverDefaults.host, onBug = () => {} } = options;
  const workers = options.workers ?? own;
  const bounds = { ...serverDefaults.bounds, ...options.bounds };
  const seconds = { ...serverDefaults.seconds, ...options.seconds };
  const brainFolder = await findBrainRoot(folder);
  const brain = await openBrain((file) => readInside(brainFolder, file));
  const pageFolder = await findPage([dirname(brainFolder), options.page]);
  const isLocal = isLoopback(host);
  const token = options.token ?? (isLocal ? null : randomBytes(24).toString("base64url"));
  if (token !== null && !/^[\w.~-]{12,}$/.test(token))
    throw new EncodingError(
      "option",
      "serve: a token must have at least 12 characters, of letters, digits and . _ ~ - only. Leave --token out and one is drawn.",
    );
  const hosts = new Set<string>();
  const lab = openLab(brainFolder, { seconds: seconds.predict, worker: workers.lab });
  const jobs = openJobs(brainFolder, {
    waiting: 8,
    kept: 32,
    seconds: seconds.experiments,
    worker: workers.experiments,
    onBug,
  });
  const app = createApp({
    brain,
    brainFolder,
    pageFolder,
    lab,
    jobs,
    guard: { hosts: isLocal ? hosts : null, token },
    bounds,
    onBug,
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      requestTimeout: 1000 * seconds.request,
      headersTimeout: Math.min(10_000, 1000 * seconds.request),
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16_384,
    },
  }) as Server;
  server.maxConnections = 4096;
  const at = await listen(server, port, host);
  const name = isIP(host) === 6 ? `[${host}]` : host;
  for (const one of [name, "127.0.0.1", "localhost", "[::1]"]) {
    hosts.add(`${one.toLowerCase()}:${at}`);
    if (at === 80) hosts.add(one.toLowerCase());
  }
  const shown = /^(0\.0\.0\.0|\[::\])$/.test(name) ? "localhost" : name;
  return {
    url: `http://${shown}:${at}/${token === null ? "" : `?token=${token}`}`,
    isLocal,
    hasPage: pageFolder !== null,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timer = setTimeout(() => server.closeAllConnections(), 2000);
      await jobs.close();
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
      await lab.close();
    },
  };
}

/** Whether only this machine reaches an address. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The first folder that has a page. */
async function findPage(folders: readonly (string | undefined)[]): Promise<string | null> {
  for (const folder of folders) {
    if (folder === undefined) continue;
    const has = await Promise.all(
      ["index.html", "assets"].map((name) =>
        access(join(folder, name)).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (has.every(Boolean)) return realpath(folder);
  }
  return null;
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(refusal(error, port, host)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function refusal(error: NodeJS.ErrnoException, port: number, host: string): EncodingError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} of ${host} is taken. Name another with --port, or --port 0 for any that is free. Does another simcortex serve run?`,
    EACCES: `port ${port} may not be used by this account. Name one above 1023 with --port.`,
    EADDRNOTAVAIL: `${host} is no address of this machine. Name one with --host, or leave it out.`,
    ENOTFOUND: `there is no address ${host}. Name one of this machine with --host, or leave it out.`,
  };
  return new EncodingError(
    "option",
    `serve: ${reasons[error.code ?? ""] ?? `cannot listen on ${host}, port ${port}: ${error.message}.`}`,
    { port, host },
    error,
  );
}
