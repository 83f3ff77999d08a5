import { fileURLToPath } from "node:url";
import { checkCount } from "./count.ts";
import { openFile } from "./open-file.ts";
import { listenForStop } from "./signals.ts";

/** Options of `simcortex serve`. */
export interface ServeCommand {
  readonly port?: string;
  readonly host?: string;
  readonly token?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Folder of the built page: beside the compiled program, or `dist/web` of a checkout. */
const page = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/web" : "../web", import.meta.url),
);

/** `simcortex serve FOLDER`: the page of a published brain and its API, until Ctrl-C. */
export async function serve(
  folder: string,
  { port, host, token, open = false, json = false }: ServeCommand,
): Promise<void> {
  const number = port === undefined ? undefined : checkCount("--port", port, 0, 65_535);
  const { openServer } = await import("../server/open-server.ts");
  const stop = listenForStop(() => {});
  try {
    const server = await openServer(folder, {
      ...(number !== undefined && { port: number }),
      ...(host !== undefined && { host }),
      ...(token !== undefined && { token }),
      page,
      onBug: (stack) => process.stderr.write(`${stack}\n`),
    });
    const { url, isLocal, hasPage } = server;
    const api = new URL("openapi.json", url).href;
    const warning = isLocal
      ? null
      : "Other machines can reach this server, over plain HTTP: who has the address with its token can read the brain and use this machine's time.";
    if (json) process.stdout.write(`${JSON.stringify({ event: "listening", url, api, warning })}\n`);
    else {
      if (warning !== null) process.stderr.write(`warning: ${warning}\n`);
      if (!hasPage) process.stderr.write("The page is not built: npm run build:web adds it.\n");
      process.stdout.write(`Page: ${url}\nAPI:  ${api}\nCtrl-C ends it.\n`);
    }
    if (open && hasPage && !json) openFile(url);
    if (!stop.signal.aborted)
      await new Promise((resolve) => stop.signal.addEventListener("abort", resolve, { once: true }));
    await server.close();
    process.stdout.write(json ? `${JSON.stringify({ event: "done" })}\n` : "Stopped.\n");
  } finally {
    stop.off();
  }
}
