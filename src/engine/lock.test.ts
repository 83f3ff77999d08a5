import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isEncodingError } from "../core/index.ts";
import { lockFolder } from "./index.ts";

const root = mkdtempSync(join(tmpdir(), "simcortex-lock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const lockOf = (folder: string) => join(folder, ".simcortex-lock");
const dead = 2 ** 22 + 1; // above the largest process number of Linux

describe("lockFolder", () => {
  it("makes the folder, keeps a second writer out and leaves nothing behind", async () => {
    const folder = join(root, "new", "deep");
    const unlock = await lockFolder(folder);
    const second = await lockFolder(folder).catch((error: unknown) => error);
    expect(isEncodingError(second, "file")).toBe(true);
    expect(second).toMatchObject({
      message: `cannot write ${folder}: another run (process ${process.pid} on ${hostname()}) is writing there. Wait for it, or name another folder with --out.`,
    });
    await unlock();
    expect(readdirSync(folder)).toEqual([]);
    await (await lockFolder(folder))();
  });
  it("lets one of many in at a time", async () => {
    const folder = join(root, "many");
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  });
  it("takes over the lock of a process that is dead, and one that nobody has touched for two minutes", async () => {
    const folder = join(root, "left");
    await (await lockFolder(folder))();
    writeFileSync(lockOf(folder), JSON.stringify({ pid: dead, host: hostname() }));
    await (await lockFolder(folder))();
    writeFileSync(lockOf(folder), JSON.stringify({ pid: dead, host: "another" }));
    await expect(lockFolder(folder)).rejects.toThrow(/process 4194305 on another/);
    const old = new Date(Date.now() - 121_000);
    utimesSync(lockOf(folder), old, old);
    const unlock = await lockFolder(folder);
    expect(JSON.parse(readFileSync(lockOf(folder), "utf8"))).toEqual({ pid: process.pid, host: hostname() });
    await unlock();
  });
  it.runIf(process.platform === "linux")(
    "takes over the lock of a killed process that its parent has not cleared away",
    async () => {
      // the shell starts a child, turns into sleep, and so never asks for its end: the killed child stays a zombie
      const shell = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const told = new Promise((resolve) => shell.stdout.once("data", resolve));
      const inside = (pid: number | undefined, file: string) =>
        readFileSync(`/proc/${pid}/${file}`, "latin1");
      try {
        const pid = Number(await told);
        await expect.poll(() => inside(shell.pid, "cmdline"), { timeout: 5000 }).toMatch(/^sleep\0/);
        process.kill(pid, "SIGKILL");
        await expect.poll(() => inside(pid, "stat"), { timeout: 5000 }).toMatch(/\) Z/);
        const folder = join(root, "zombie");
        await (await lockFolder(folder))();
        writeFileSync(lockOf(folder), JSON.stringify({ pid, host: hostname() }));
        await (await lockFolder(folder))();
      } finally {
        shell.kill();
      }
    },
  );
  it("takes over an empty lock, whose maker was killed before it wrote", async () => {
    const folder = join(root, "empty");
    await (await lockFolder(folder))();
    writeFileSync(lockOf(folder), "");
    const old = new Date(Date.now() - 3_000);
    utimesSync(lockOf(folder), old, old);
    await (await lockFolder(folder))();
    expect(readdirSync(folder)).toEqual([]);
  });
  it("says in one line that a folder cannot be written", async () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    await expect(lockFolder(join(file, "out"))).rejects.toThrow(
      /^cannot write .*out: a part of the path is a file, not a folder. Name another folder with --out.$/,
    );
  });
});
