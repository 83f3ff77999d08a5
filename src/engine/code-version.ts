import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { hashBytes, hashValue } from "./hash.ts";

let known: Promise<string> | undefined;

/** Hash of the program's own files and of the versions of its dependencies: results of other code are never taken from the store.
 *
 * Hashed are relative names and contents (line ends as LF), not times or places. The sources (run by tsx) and the build are different
 * files and keep their results apart; any change of the program, also of its words, makes every step be computed again.
 * @returns 64 hex digits, the same for the same files on every machine. */
export function codeVersion(): Promise<string> {
  known ??= hashProgram();
  return known;
}

async function hashProgram(): Promise<string> {
  const root = new URL("..", import.meta.url);
  const files = (await readdir(fileURLToPath(root), { recursive: true }))
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.(ts|js)$/.test(path) && !/\.(test|d|test-data|fixture)\.ts$/.test(path))
    .sort();
  const hashes = await Promise.all(
    files.map(async (path) => [
      path,
      hashBytes((await readFile(new URL(path, root), "utf8")).replaceAll("\r\n", "\n")),
    ]),
  );
  const manifest = JSON.parse(await readFile(new URL("../package.json", root), "utf8")) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return hashValue({ hashes, version: manifest.version, dependencies: manifest.dependencies });
}
