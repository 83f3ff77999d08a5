import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".png": "image/png",
};

/** A plain server of files on a free local port, which can be told to spoil some of them. */
export async function serveFolders(folders: Readonly<Record<string, string>>) {
  let spoil: (path: string, bytes: Uint8Array) => Uint8Array | null = (_, bytes) => bytes;
  const requests: string[] = [];
  const server = createServer(async ({ url = "/" }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    requests.push(path);
    const [, first = ""] = path.split("/");
    const name = path.endsWith("/") ? `${path}index.html` : path;
    const folder = folders[first];
    const file =
      folder === undefined ? join(folders[""] ?? "", name) : join(folder, name.slice(first.length + 1));
    const bytes = await readFile(file).catch(() => null);
    const sent = bytes === null ? null : spoil(path, bytes);
    if (sent === null) response.writeHead(404).end();
    else
      response
        .writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" })
        .end(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    /** Change what is sent; null is a 404. */
    spoil: (next: typeof spoil) => {
      spoil = next;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
