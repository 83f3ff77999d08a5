import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isEncodingError } from "../core/index.ts";
import { readBytes, removeDrafts, writeFileAtomic } from "./write-file.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-write-"));
afterAll(() => {
  if (mounted) execFileSync("umount", [small]);
  rmSync(folder, { recursive: true, force: true });
});
const root = process.getuid?.() === 0;

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (cause) => cause,
  );
  expect(isEncodingError(error, "file")).toBe(true);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

describe("writeFileAtomic", () => {
  it("writes text and bytes, makes folders, replaces, and leaves nothing beside", async () => {
    const path = join(folder, "a/b/c.txt");
    await writeFileAtomic(path, "first, a longer text");
    await writeFileAtomic(path, Uint8Array.of(111, 107));
    expect(readFileSync(path, "utf8")).toBe("ok");
    expect(readdirSync(dirname(path))).toEqual(["c.txt"]);
  });

  it("gives whole files to readers while many write one path", async () => {
    const path = join(folder, "race.txt");
    const texts = Array.from({ length: 20 }, (_, k) => String(k % 10).repeat(50_000));
    await writeFileAtomic(path, texts[0] as string);
    const writing = Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    for (let k = 0; k < 20; k++) expect(texts).toContain(new TextDecoder().decode(await readBytes(path)));
    await writing;
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("takes a name as long as the file system allows, and refuses a longer one", async () => {
    await writeFileAtomic(join(folder, `${"n".repeat(251)}.txt`), "x");
    expect(await refusal(writeFileAtomic(join(folder, "n".repeat(256)), "x"))).toMatch(
      /the name is too long\.$/,
    );
  });

  it("says that a part of the path is a file, or that the path is a folder, and leaves no draft", async () => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "taken/in"), { recursive: true });
    expect(await refusal(writeFileAtomic(join(folder, "file/x"), "x"))).toMatch(
      /a part of the path is a file, not a folder\.$/,
    );
    expect(await refusal(writeFileAtomic(join(folder, "file/x/y"), "x"))).toMatch(
      /a part of the path is a file, not a folder\.$/,
    );
    expect(await refusal(writeFileAtomic(join(folder, "taken"), "x"))).toMatch(/it is a folder\.$/);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("says that there is no permission", async () => {
    const closed = join(folder, "closed");
    mkdirSync(closed, { mode: 0o555 });
    if (!root) {
      expect(await refusal(writeFileAtomic(join(closed, "x"), "x"))).toMatch(/no permission\.$/);
      return;
    }
    chmodSync(folder, 0o755); // root may write anywhere: another user tries it, with the built package
    const built = pathToFileURL(
      resolve(dirname(fileURLToPath(import.meta.url)), "../../dist/io/write-file.js"),
    ).href;
    const code = `import(${JSON.stringify(built)}).then((m) => m.writeFileAtomic(${JSON.stringify(join(closed, "x"))}, "x")).catch((e) => console.log(e.message))`;
    const { stdout } = spawnSync(process.execPath, ["-e", code], {
      uid: 65534,
      gid: 65534,
      encoding: "utf8",
    });
    expect(stdout).toMatch(/no permission\.\n$/);
  });
});

/** A file system of 64 kB, where this machine lets us mount one. */
const small = join(folder, "small");
function mount(): boolean {
  if (!root || process.platform !== "linux") return false;
  mkdirSync(small);
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]).status === 0;
}
const mounted = mount();

describe.skipIf(!mounted)(
  "writeFileAtomic on a small file system (needs root, Linux and leave to mount)",
  () => {
    beforeAll(() => writeFileAtomic(join(small, "kept.txt"), "kept"));

    it("says that the disk is full, keeps the old file and leaves no draft", async () => {
      const message = await refusal(writeFileAtomic(join(small, "kept.txt"), new Uint8Array(2 ** 20)));
      expect(message).toBe(`cannot write ${join(small, "kept.txt")}: the disk is full.`);
      expect(readFileSync(join(small, "kept.txt"), "utf8")).toBe("kept");
      expect(readdirSync(small)).toEqual(["kept.txt"]);
    });

    it("says that the file system is read-only", async () => {
      execFileSync("mount", ["-o", "remount,ro", small]);
      expect(await refusal(writeFileAtomic(join(small, "x"), "x"))).toMatch(
        /the file system is read-only\.$/,
      );
      expect(await refusal(writeFileAtomic(join(small, "new/x"), "x"))).toMatch(
        /the file system is read-only\.$/,
      );
    });
  },
);

describe("removeDrafts", () => {
  it("removes drafts older than asked, in folders below too, and nothing else", async () => {
    const place = join(folder, "drafts/below");
    mkdirSync(place, { recursive: true });
    const old = join(place, ".a.npy.0123456789ab.part");
    for (const name of [".b.npy.0123456789ab.part", "a.part", ".c.part", "d.npy"])
      writeFileSync(join(place, name), "");
    writeFileSync(old, "");
    utimesSync(old, 1, 1);
    await removeDrafts(join(folder, "drafts"), { olderThan: 60_000 });
    expect(readdirSync(place).sort()).toEqual([".b.npy.0123456789ab.part", ".c.part", "a.part", "d.npy"]);
    await removeDrafts(join(folder, "drafts"), { olderThan: 0 });
    expect(readdirSync(place).sort()).toEqual([".c.part", "a.part", "d.npy"]);
    await removeDrafts(join(folder, "none"), { olderThan: 0 });
  });
});

describe("readBytes", () => {
  it("gives the bytes, none for an empty file", async () => {
    writeFileSync(join(folder, "bytes"), Uint8Array.of(1, 2, 255));
    writeFileSync(join(folder, "empty"), "");
    expect(await readBytes(join(folder, "bytes"))).toEqual(Uint8Array.of(1, 2, 255));
    expect(await readBytes(join(folder, "empty"))).toEqual(new Uint8Array(0));
  });

  it("names the nearest files, or the folder that is not there", async () => {
    writeFileSync(join(folder, "sub-01_bold.npy"), "");
    const near = await refusal(readBytes(join(folder, "sub-02_bold.npy")));
    expect(near).toMatch(/there is no such file\. Near it: sub-01_bold\.npy\.$/);
    const gone = await refusal(readBytes(join(folder, "none/x.npy")));
    expect(gone).toBe(
      `cannot read ${folder}/none/x.npy: there is no such file. The folder ${folder}/none does not exist.`,
    );
  });

  it("refuses folders, devices and links that lead back", async () => {
    expect(await refusal(readBytes(folder))).toMatch(/it is a folder\.$/);
    if (process.platform === "win32") return;
    expect(await refusal(readBytes("/dev/zero"))).toMatch(/it is no regular file\.$/);
    symlinkSync(join(folder, "loop"), join(folder, "loop"));
    expect(await refusal(readBytes(join(folder, "loop")))).toMatch(/a link leads back to itself\.$/);
  });
});
