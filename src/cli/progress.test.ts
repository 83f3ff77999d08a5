import { describe, expect, it } from "vitest";
import { showProgress } from "./progress.ts";

/** What is written for three events of one step, ten seconds apart. */
function written(options: { json: boolean; bar?: boolean; isTTY?: boolean; columns?: number }): string {
  let text = "";
  let time = 0;
  const stream = {
    write: (more: string) => (text += more),
    isTTY: options.isTTY ?? false,
    columns: options.columns ?? 80,
  };
  const { bar } = options;
  const show = showProgress({
    json: options.json,
    stream,
    ...(bar !== undefined && { bar }),
    now: () => time,
  });
  show.onProgress({ step: "fit", done: 0, total: 4 });
  time += 10_000;
  show.onProgress({ step: "fit", done: 1, total: 4, cached: false });
  time += 10_000;
  show.onProgress({ step: "fit", done: 4, total: 4, cached: false });
  show.end();
  show.end();
  return text;
}

describe("showProgress", () => {
  it("tells the time left by the pace so far: a quarter in 10 s leaves 30 s", () => {
    const lines = written({ json: true }).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { event: "progress", step: "fit", done: 0, total: 4 },
      { event: "progress", step: "fit", done: 1, total: 4, cached: false, secondsLeft: 30 },
      { event: "progress", step: "fit", done: 4, total: 4, cached: false, secondsLeft: 0 },
    ]);
  });
  it("counts only what was computed: steps from the store tell nothing about the pace", () => {
    let text = "";
    let time = 0;
    const show = showProgress({ json: true, stream: { write: (more) => (text += more) }, now: () => time });
    show.onProgress({ step: "fit", done: 0, total: 10 });
    show.onProgress({ step: "fit", done: 8, total: 10, cached: true });
    time = 5000;
    show.onProgress({ step: "fit", done: 9, total: 10, cached: false });
    const left = text
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { secondsLeft?: number }).secondsLeft);
    expect(left).toEqual([undefined, undefined, 5]);
  });
  it("tells a notice on a line of its own, to programs as part of the event", () => {
    const tell = (options: { json: boolean; bar?: boolean }) => {
      let text = "";
      const show = showProgress({ ...options, stream: { write: (more) => (text += more) } });
      show.onProgress({ step: "fit", done: 0, total: 1, notice: "this will take long." });
      return text;
    };
    expect(tell({ json: false })).toBe("fitting …\nnote: this will take long.\n");
    expect(tell({ json: false, bar: true })).toMatch(/^note: this will take long\.\n\rfitting /);
    expect(JSON.parse(tell({ json: true }))).toEqual({
      ...{ event: "progress", step: "fit", done: 0, total: 1 },
      notice: "this will take long.",
    });
  });
  it("draws one line over itself on a terminal, as wide as it is, and ends it once", () => {
    const text = written({ json: false, bar: true, columns: 60 });
    expect(text.split("\r").slice(1)).toEqual([
      expect.stringMatching(/^fitting {17}░{13} {3}0 % +$/),
      expect.stringMatching(/^fitting {17}█{3}░{10} {2}25 % {2}30 s left +$/),
      expect.stringMatching(/^fitting {17}█{13} 100 % +\n$/),
    ]);
    for (const line of text.split("\r").slice(1)) expect(line.trimEnd().length).toBeLessThan(60);
  });
  it("writes one line a step where nobody looks: no cursor, no colour", () => {
    expect(written({ json: false })).toBe("fitting …\n");
    expect(written({ json: false, isTTY: true, bar: false })).toBe("fitting …\n"); // TERM=dumb
  });
  it("says that it stops, in words or as an event", () => {
    for (const [json, said] of [
      [false, "stopping …\n"],
      [true, '{"event":"stopping"}\n'],
    ] as const) {
      let text = "";
      showProgress({ json, stream: { write: (more) => (text += more) } }).stopping();
      expect(text).toBe(said);
    }
  });
});
