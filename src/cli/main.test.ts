import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call, errorLines, events, small, start, testFolder } from "./cli.fixture.ts";

const folder = testFolder();

describe.concurrent("simcortex", () => {
  it("prints its help without arguments and with --help, and its version", async ({ expect }) => {
    const [bare, help, version] = await Promise.all([call(), call("--help"), call("--version")]);
    expect(bare).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/demo .*run .*doctor/s) });
    expect(help).toEqual(bare);
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
  it("names the nearest command and option it knows, in one line with code 1", async ({ expect }) => {
    const [command, option, missing] = await Promise.all([call("dmeo"), call("demo", "--smal"), call("run")]);
    const help = "(simcortex --help lists the commands)\n";
    expect(command).toEqual({
      code: 1,
      out: "",
      err: `error: unknown command 'dmeo' (Did you mean demo?) ${help}`,
    });
    expect(option.err).toBe(`error: unknown option '--smal' (Did you mean --small?) ${help}`);
    expect(missing.err).toBe(`error: missing required argument 'study.yaml' ${help}`);
  });
  it("refuses counts that are none, before anything is loaded or made", async ({ expect }) => {
    const bad = [
      ["--seed", "x", /--seed must be a whole number ≥ 0; got "x"/],
      ["--workers", "0", /--workers must be a whole number from 1 to \d+; got "0"/],
      ["--workers", "abc", /--workers must be .*got "abc"/],
      ["--workers", "", /--workers must be .*got ""/],
      ["--workers", "9999", /--workers must be .*got "9999"/],
    ] as const;
    const ends = await Promise.all(
      bad.map(([o, value]) => call("demo", o, value, "--out", join(folder, "no"))),
    );
    for (const [k, ended] of ends.entries()) {
      expect(ended).toMatchObject({ code: 1, out: "" });
      expect(errorLines(ended)).toEqual([expect.stringMatching(bad[k]?.[2] as RegExp)]);
      expect(ended.err.trim().split("\n")).toHaveLength(1);
    }
    expect(existsSync(join(folder, "no"))).toBe(false);
  });
  it("tells errors as one JSON object a line with --json", async ({ expect }) => {
    const bad = [["dmeo"], ["demo", "--seed", "x"], ["run", join(folder, "none.yaml")], ["demo", "--smal"]];
    const ends = await Promise.all(bad.map((args) => call(...args, "--json")));
    for (const { code, out, err } of ends) {
      expect({ code, err }).toEqual({ code: 1, err: "" });
      expect(events(out)).toEqual([
        { event: "error", kind: expect.stringMatching(/option|file/), message: expect.any(String) },
      ]);
    }
  });
  it("refuses settings that are a folder, empty, no text or huge", async ({ expect }) => {
    const path = (name: string) => join(folder, name);
    mkdirSync(path("study"));
    writeFileSync(path("study/study.yaml"), "");
    writeFileSync(path("binary.yaml"), Uint8Array.of(0x93, 0x4e, 0, 1, 0xff));
    writeFileSync(path("huge.yaml"), new Uint8Array(2 ** 20 + 1).fill(35));
    writeFileSync(path("blank.yaml"), "# nothing\n");
    const bad = {
      study: /study is a folder. Did you mean .*study.yaml\?/,
      "study/study.yaml": /is empty. Copy one/,
      "binary.yaml": /is not text \(UTF-8\).*is this a data file\?/,
      "huge.yaml": /has 2 MiB, settings at most 1/,
      "blank.yaml": /blank.yaml, line 1: title: missing; a string belongs there/,
      "none.yaml": /cannot read .*none.yaml: there is no such file/,
    };
    const ends = await Promise.all(Object.keys(bad).map((name) => call("run", path(name))));
    for (const [k, rule] of Object.values(bad).entries()) {
      expect(ends[k]).toMatchObject({ code: 1, out: "" });
      expect(ends[k]?.err).toMatch(new RegExp(`^error: [^\\n]*${rule.source}[^\\n]*\\n$`));
    }
  });
  it("tells at once that a report or a store cannot be written there", async ({ expect }) => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const [out, store] = await Promise.all([
      call("demo", "--small", "--out", join(file, "out"), "--store", join(folder, "s")),
      call("demo", "--small", "--out", join(folder, "o"), "--store", join(file, "store")),
    ]);
    expect([out.code, store.code]).toEqual([1, 1]);
    expect(out.err).toMatch(/^error: cannot write .*a part of the path is a file.*--out.\n$/);
    expect(store.err).toMatch(/^error: openStore: cannot make the folder .*is a file.*--store.\n$/);
  });
});

describe("simcortex and the streams it writes to", () => {
  it("goes on quietly when its reader has gone, as with | head", async () => {
    const { child, ended } = start(["--help"]);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, err: "" });
  });
  it.runIf(existsSync("/dev/full"))("says that the disk behind stdout is full", async () => {
    const child = spawn(process.execPath, ["dist/cli/main.js", "--help"], {
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    });
    let err = "";
    child.stderr?.on("data", (chunk) => (err += chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, err }).toEqual({
      code: 1,
      err: "error: cannot write to standard output: the disk is full.\n",
    });
  });
});

describe("simcortex demo", () => {
  it("writes no colour and no cursor movement where nobody looks, NO_COLOR or not", async () => {
    const { child, ended } = start(small(folder, "plain"), { FORCE_COLOR: "1" });
    await new Promise((resolve) => child.stderr?.once("data", resolve));
    child.kill("SIGKILL");
    expect((await ended).err).toMatch(/^pictures and sentences …\n/);
    expect((await ended).err.replace(/\p{Cc}/gu, (c) => (c === "\n" ? c : "?"))).not.toContain("?");
    expect(readdirSync(join(folder, "plain"))).toEqual([".simcortex-lock"]); // of the killed run
  });
});
