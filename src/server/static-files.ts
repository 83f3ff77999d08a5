import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { Readable } from "node:stream";
import { ServerError } from "./server-error.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
};

/** Answer with a file of a folder, read as it is sent. Browsers ask again each time and get 304 where nothing changed.
 * @param path as in the address, decoded. What leads out of the folder, by dots or by links, and what begins with a dot is not there.
 * @throws ServerError 404. */
export async function sendFile(root: string, path: string, request: Request): Promise<Response> {
  const file = await findFile(root, path);
  const headers = {
    "Content-Type": types[extname(path).toLowerCase()] ?? "application/octet-stream",
    "Content-Length": String(file.size),
    "Cache-Control": "no-cache",
    ETag: file.etag,
  };
  if (request.headers.get("if-none-match") === file.etag)
    return new Response(null, { status: 304, headers: { ETag: file.etag, "Cache-Control": "no-cache" } });
  if (request.method === "HEAD") return new Response(null, { headers });
  const stream = createReadStream(file.path, { signal: request.signal });
  stream.on("error", () => {}); // the one who asked has gone
  return new Response(Readable.toWeb(stream) as ReadableStream, { headers });
}

async function findFile(root: string, path: string) {
  const parts = path.split("/");
  const isPlain = !/[\\\0]/.test(path) && parts.every((part) => part !== "" && !part.startsWith("."));
  if (isPlain)
    try {
      const real = await realpath(join(root, ...parts));
      const { size, mtimeMs, isFile } = await about(real);
      if (isFile && real.startsWith(root + sep))
        return { path: real, size, etag: `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"` };
    } catch {
      // told below
    }
  throw new ServerError(
    404,
    "missing",
    `There is no file ${path.slice(0, 200)}.`,
    "/openapi.json lists what is there.",
  );
}

async function about(path: string) {
  const found = await stat(path);
  return { size: found.size, mtimeMs: found.mtimeMs, isFile: found.isFile() };
}
