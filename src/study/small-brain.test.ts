import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Brain, openBrain } from "../simulator/index.ts";
import { makeSmallBrain, smallBrain } from "./small-brain.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-small-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const slow = process.env.SIMCORTEX_SLOW !== undefined;
const listed = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
const open = (root: string): Promise<Brain> =>
  openBrain(async (file) => new Uint8Array(readFileSync(join(root, "brain", file))));

describe("the small brain that is kept", () => {
  it.runIf(slow)(
    "is what its script makes: the same files, the same words, and the same numbers but for rounding",
    async () => {
      await makeSmallBrain(folder);
      expect(listed(folder)).toEqual(listed(smallBrain.replace(/\/$/, "")));
      const [made, kept] = await Promise.all([open(folder), open(smallBrain)]);
      // sums are ordered otherwise on other processors, so hashes and last digits are not compared
      const words = ({ manifest: { files: _, table: __, differences: ___, unique: ____, ...rest } }: Brain) =>
        JSON.parse(JSON.stringify(rest, (_, value: unknown) => (typeof value === "number" ? null : value)));
      expect(words(made)).toEqual(words(kept));
      for (const { file } of kept.manifest.files.filter((one) => one.file.startsWith("arrays/"))) {
        const [ours, theirs] = [folder, smallBrain].map((root) => readFileSync(join(root, "brain", file)));
        expect(ours?.length, file).toBe(theirs?.length);
      }
      for (const map of kept.manifest.maps) {
        const [ours, theirs] = await Promise.all([
          made.array(made.manifest.maps.find(({ id }) => id === map.id)?.values ?? map.values),
          kept.array(map.values),
        ]);
        expect([...ours]).toEqual([...theirs].map((x) => (Number.isNaN(x) ? x : expect.closeTo(x, 3))));
      }
      for (const { id } of kept.manifest.models) {
        const [ours, theirs] = await Promise.all([made.weights(id), kept.weights(id)]);
        const apart = ours.data.map((x, k) => Math.abs(x - (theirs.data[k] as number)));
        expect(Math.max(...apart)).toBeLessThan(2e-3); // float16 steps at 1 are 1e-3
      }
    },
    120_000,
  );
});
