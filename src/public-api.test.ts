import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";

const here = new URL(".", import.meta.url);
const rooms = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(new URL(`${entry.name}/`, here)).includes("index.ts"))
  .map((entry) => entry.name)
  .sort();

describe("public names", () => {
  it.each(rooms)("of %s are these", async (room) => {
    const names = Object.keys(await import(new URL(`${room}/index.ts`, here).href)).sort();
    expect(names.length).toBeGreaterThan(0);
    expect(names).toMatchSnapshot();
  });
});
