import { cp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the built page: beside the compiled program, or `dist/web` of a checkout. */
const built = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/web" : "../web", import.meta.url),
);

/** Copy the built page (`index.html` and `assets/`) into a folder, in place of an older one.
 * @returns bytes of the page's own files and of the engine that the laboratory loads; null if the page was not built here.
 * @throws what the file system throws. */
export async function copyPage(
  folder: string,
): Promise<{ readonly page: number; readonly engine: number } | null> {
  const names = await readdir(join(built, "assets")).catch(() => null);
  if (names === null) return null;
  await rm(join(folder, "assets"), { recursive: true, force: true });
  await cp(built, folder, { recursive: true });
  let [page, engine] = [(await stat(join(built, "index.html"))).size, 0];
  for (const name of names) {
    const { size } = await stat(join(built, "assets", name));
    if (/^(ort|worker)/.test(name)) engine += size;
    else page += size;
  }
  return { page, engine };
}
