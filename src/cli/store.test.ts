import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { call, errorLines, filesOf, hashes, start, testFolder, tiny } from "./cli.fixture.ts";

const folder = testFolder();
let whole: Record<string, string> = {};

beforeAll(async () => {
  expect(await call(...tiny(folder, "whole"))).toMatchObject({ code: 0 });
  whole = hashes(join(folder, "whole"));
}, 60_000);

describe("the store of a study", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "computes again what is damaged in the store: flipped bits and files cut off",
    async () => {
      const random = createRandom(8);
      for (const [k, file] of filesOf(join(folder, "whole-store")).entries()) {
        const bytes = readFileSync(file);
        const at = random.integer(bytes.length);
        if (k % 3 === 0) truncateSync(file, at);
        else if (k % 3 === 1) {
          bytes[at] = (bytes[at] as number) ^ (1 << random.integer(8));
          writeFileSync(file, bytes);
        }
      }
      const again = await call(...tiny(folder, "mended", "whole-store"));
      expect(again).toMatchObject({ code: 0 });
      expect(hashes(join(folder, "mended"))).toEqual(whole);
    },
  );

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "may run twice at once on one store, not on one report",
    { timeout: 60_000 },
    async () => {
      const one = start([...tiny(folder, "one", "shared"), "--json"]);
      await one.event(({ event }) => event === "progress");
      const [two, same] = await Promise.all([
        call(...tiny(folder, "two", "shared")),
        call(...tiny(folder, "one", "shared")),
      ]);
      expect(errorLines(same)).toEqual([
        expect.stringMatching(
          /another run \(process \d+ on .*\) is writing there. Wait for it, or name another/,
        ),
      ]);
      expect(same.code).toBe(1);
      expect([two.code, (await one.ended).code]).toEqual([0, 0]);
      expect(hashes(join(folder, "one"))).toEqual(whole);
      expect(hashes(join(folder, "two"))).toEqual(whole);
    },
  );
});
