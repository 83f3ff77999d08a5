import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { call, errorLines, filesOf, testFolder, tiny } from "./cli.fixture.ts";

const folder = testFolder();
const disk = join(folder, "disk");
const mounted = process.env.SIMCORTEX_SLOW !== undefined && mountSmallDisk();
afterAll(() => {
  if (mounted) execFileSync("umount", [disk], { stdio: "ignore" });
});

/** A disk of 96 KiB in memory; only root on Linux may make one. */
function mountSmallDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=96k", "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(mounted)("simcortex demo on a full disk", () => {
  it("ends with one line and code 1, leaves no half file, and goes on when there is room", {
    timeout: 60_000,
  }, async () => {
    const store = await call(...tiny(folder, "report", "disk/store"));
    expect(store.code).toBe(1);
    expect(errorLines(store)).toEqual([expect.stringMatching(/cannot write .*: the disk is full/)]);
    expect(filesOf(disk).filter((file) => file.endsWith(".part"))).toEqual([]);
    rmSync(join(disk, "store"), { recursive: true });
    const report = await call(...tiny(folder, "disk/report", "store"));
    expect(report.code).toBe(1);
    expect(errorLines(report)).toEqual([expect.stringMatching(/cannot write .*report.*: the disk is full/)]);
    expect(filesOf(disk).filter((file) => /part$|lock$|manifest/.test(file))).toEqual([]);
    expect(await call(...tiny(folder, "report", "store"))).toMatchObject({ code: 0 });
  });
});
