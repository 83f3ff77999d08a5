import { describe, expect, it } from "vitest";
import { EncodingError } from "../core/index.ts";
import { tellError } from "./tell.ts";

function told(error: unknown, json: boolean) {
  const said = { out: "", err: "" };
  const code = tellError(error, {
    json,
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
  });
  return { code, ...said };
}

describe("tellError", () => {
  it("tells an error of ours in one line, whatever its message holds", () => {
    const error = new EncodingError("file", "cannot read a:\n  there is no such file.");
    const message = "cannot read a: there is no such file.";
    expect(told(error, false)).toEqual({ code: 1, out: "", err: `error: ${message}\n` });
    expect(told(error, true)).toEqual({
      code: 1,
      out: `${JSON.stringify({ event: "error", kind: "file", message })}\n`,
      err: "",
    });
  });
  it("ends with 130 after Ctrl-C and 143 after SIGTERM", () => {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const error = new EncodingError("cancelled", "Stopped.", { signal });
      expect(told(error, false)).toEqual({ code, out: "", err: "Stopped.\n" });
      expect(told(error, true).out).toBe('{"event":"cancelled","kind":"cancelled","message":"Stopped."}\n');
    }
  });
  it("shows a bug with its stack and that of its cause, and asks to report it", () => {
    const error = new TypeError("x is not a function", { cause: new Error("in the worker") });
    const { code, err } = told(error, false);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: x is not a function\n\(this is a bug of simcortex.*\n.*tell\.test/s);
    expect(err).toMatch(/caused by Error: in the worker\n.*tell\.test/);
    expect(JSON.parse(told(error, true).out)).toMatchObject({ kind: "bug", message: "x is not a function" });
    expect(told("odd", false).err).toMatch(/^error: odd\n/);
  });
});
