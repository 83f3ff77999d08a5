import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isEncodingError } from "../core/index.ts";
import { openPool, openStore, runSteps, type Step } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-pool-"));
const pool = openPool(new URL("./pool.test-data.ts", import.meta.url), { size: 2 });
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("openPool", () => {
  it("runs tasks side by side and keeps the caller's arrays", async () => {
    const x = Float64Array.of(1, 2);
    const results = await Promise.all(Array.from({ length: 5 }, () => pool.run("double", x)));
    for (const result of results) expect(result).toEqual(Float64Array.of(2, 4));
    expect(x).toEqual(Float64Array.of(1, 2));
  });
  it("brings our errors back with kind and details", async () => {
    const error = await pool.run("refuse", null).catch((e: unknown) => e);
    expect(isEncodingError(error, "shape")).toBe(true);
    expect(error).toMatchObject({ message: "refuse: wrong shape; got 3.", details: { got: 3 } });
    expect(((error as Error).cause as Error).stack).toMatch(/at refuse .*pool\.test-data/);
    await expect(pool.run("nothing", null)).rejects.toThrow(/no task "nothing"/);
  });
  it("keeps the place of a bug in the worker, and tells of too little memory in words", async () => {
    const bug = (await pool.run("stumble", null).catch((e: unknown) => e)) as Error;
    expect(isEncodingError(bug)).toBe(false);
    expect(bug.stack).toMatch(/at stumble .*pool\.test-data/);
    const small = await pool.run("swell", null).catch((e: unknown) => e);
    expect(isEncodingError(small, "memory")).toBe(true);
    expect(small).toMatchObject({ message: expect.stringMatching(/not enough memory: .*fewer --workers/) });
  });
  it("says that a worker's heap was full, and goes on with another", async () => {
    const other = openPool(new URL("./pool.test-data.ts", import.meta.url), { size: 1 });
    const full = await other.run("hoard", null).catch((e: unknown) => e);
    expect(isEncodingError(full, "memory")).toBe(true);
    expect(full).toMatchObject({
      message: expect.stringMatching(/died in the task "hoard".*fewer --workers/),
    });
    expect(await other.run("double", Float64Array.of(4))).toEqual(Float64Array.of(8));
    await other.close();
  });
  it("survives a worker that dies", async () => {
    await expect(pool.run("crash", null)).rejects.toThrow(
      /a worker died in the task "crash": it ended with code 3/,
    );
    expect(await pool.run("double", Float64Array.of(4))).toEqual(Float64Array.of(8));
  });
  it("ends a worker that is inside native code when it has come out, and lets it into no more", async () => {
    const other = openPool(new URL("./pool.test-data.ts", import.meta.url), { size: 1 });
    const file = join(folder, "native");
    const task = other.run("enterTwice", file).catch((e: unknown) => e);
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = other.close();
    expect(isEncodingError(await task, "cancelled")).toBe(true);
    await closed;
    expect(readFileSync(file, "utf8")).toBe("1");
  });
  it("ends running and waiting tasks as cancelled when it is closed", async () => {
    const other = openPool(new URL("./pool.test-data.ts", import.meta.url), { size: 1 });
    const tasks = [other.run("hang", null), other.run("double", Float64Array.of(1))];
    const ends = Promise.allSettled(tasks);
    await other.close();
    for (const end of [...(await ends), ...(await Promise.allSettled([other.run("double", null)]))])
      expect(end.status === "rejected" && isEncodingError(end.reason, "cancelled")).toBe(true);
  });
});

describe("runSteps", () => {
  const step = (k: number): Step => ({ name: "double", inputs: Float64Array.of(k), task: "double" });

  it("computes each step once and takes it from the store afterwards", async () => {
    const store = await openStore(join(folder, "a"), { code: "1" });
    const seen: boolean[] = [];
    const run = () =>
      runSteps([step(1), step(2), step(3)], { store, pool, onStep: (_, cached) => seen.push(cached) });
    const first = await run();
    expect(first).toEqual([2, 4, 6].map((v) => Float64Array.of(v)));
    expect(await run()).toEqual(first);
    expect(seen).toEqual([false, false, false, true, true, true]);
  });
  it("keeps what was finished before an error, so that the next run goes on", async () => {
    const store = await openStore(join(folder, "b"), { code: "1" });
    const steps: Step[] = [step(1), { name: "bad", inputs: 0, task: "refuse" }, step(2)];
    await expect(runSteps(steps, { store, pool })).rejects.toThrow(/wrong shape/);
    expect(await store.get(store.key("double", Float64Array.of(1)))).toEqual(Float64Array.of(2));
  });
  it("stops when it is told to", async () => {
    const store = await openStore(join(folder, "c"), { code: "1" });
    const stop = new AbortController();
    stop.abort();
    await expect(runSteps([step(1)], { store, pool, signal: stop.signal })).rejects.toThrow(
      /Stopped by the user/,
    );
  });
});
