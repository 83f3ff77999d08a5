import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { EncodingError } from "../core/index.ts";
import { listTar, readRange, type TarEntry } from "./tar.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-tar-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function entries(path: string): Promise<TarEntry[]> {
  const list: TarEntry[] = [];
  for await (const entry of listTar(path)) list.push(entry);
  return list;
}

const long = `${"deep/".repeat(60)}name.txt`;
const files: Record<string, string> = {
  "a.txt": "one",
  "b.txt": "",
  "é.txt": "three",
  [long]: "x".repeat(1025),
};
mkdirSync(join(folder, "in", long, ".."), { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "in", name), text);

describe("listTar", () => {
  it.each(["gnu", "pax", "ustar"])("reads what GNU tar writes in the format %s", async (format) => {
    const path = join(folder, `${format}.tar`);
    const names = Object.keys(files).filter((name) => format !== "ustar" || name.length < 100);
    execFileSync("tar", ["-cf", path, `--format=${format}`, "-C", join(folder, "in"), ...names]);
    const list = await entries(path);
    expect(list.map(({ name }) => name)).toEqual(names);
    for (const { name, offset, size } of list)
      expect((await readRange(path, offset, size)).toString()).toBe(files[name]);
  });
  it("takes an archive without an end mark, and one that is empty", async () => {
    const path = join(folder, "gnu.tar");
    const [first] = await entries(path);
    const cut = join(folder, "cut.tar");
    writeFileSync(cut, readFileSync(path).subarray(0, (first as TarEntry).offset + 512));
    expect(await entries(cut)).toEqual([first]);
    writeFileSync(cut, "");
    expect(await entries(cut)).toEqual([]);
  });
  it("says where an archive is cut off or no archive at all", async () => {
    const bytes = readFileSync(join(folder, "gnu.tar"));
    const bad = join(folder, "bad.tar");
    writeFileSync(bad, bytes.subarray(0, 514));
    await expect(entries(bad)).rejects.toThrow(/bad.tar is damaged: "a.txt" runs over its end \(byte 514\)/);
    writeFileSync(bad, bytes.subarray(0, 700));
    await expect(entries(bad)).rejects.toThrow(/within a file|cut off/);
    writeFileSync(bad, "x".repeat(600));
    await expect(entries(bad)).rejects.toThrow(/checksum of the header at byte 0 is wrong/);
    await expect(entries(join(folder, "none.tar"))).rejects.toThrow(/cannot read .*none.tar/);
  });
  it("answers damage anywhere with an error of ours or a list of files within the archive", async () => {
    const bytes = readFileSync(join(folder, "pax.tar"));
    const bad = join(folder, "flip.tar");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const flipped = Buffer.from(bytes);
          flipped[at] = (flipped[at] as number) ^ by;
          writeFileSync(bad, flipped);
          const list = await entries(bad).catch((error: unknown) => {
            expect(error).toBeInstanceOf(EncodingError);
            return [];
          });
          for (const { offset, size } of list) expect(offset + size).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });
});
