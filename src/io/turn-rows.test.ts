import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { turnRows } from "./turn-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-turn-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("turnRows", () => {
  it("puts blocks of rows under each other, in every panel", async () => {
    const [rows, cols] = [7, 1200];
    const data = Float64Array.from({ length: rows * cols }, (_, k) => k);
    const source = {
      rows,
      cols,
      dtype: "float64" as const,
      runs: [rows],
      async *blocks() {
        for (let top = 0; top < rows; top += 3)
          yield data.subarray(top * cols, Math.min(rows, top + 3) * cols);
      },
      close: async () => {},
    };
    const file = await turnRows(source, join(folder, "turned"));
    expect([...(await file.read(0, cols))]).toEqual([...data]);
    await file.close();
  });
});
