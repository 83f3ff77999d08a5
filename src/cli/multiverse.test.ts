import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call, events, hashes, start, testFolder, tiny } from "./cli.fixture.ts";

const folder = testFolder();
const slow = process.env.SIMCORTEX_SLOW !== undefined;
const file = join(folder, "multiverse.yaml");
tiny(folder, "unused"); // writes the study
writeFileSync(
  file,
  `title: t
question: "?"
study: tiny.yaml
compare: [objects, gabor]
choices:
  alphas:
    two: {}
    three: { fit: { alphas: { count: 3 } } }
  folds:
    held out: {}
    in turn: { outer: { folds: 2 } }
    shuffled: { outer: { folds: 2, shuffle: rows } }
`,
);
const command = (name: string, store = `${name}-store`) => [
  "multiverse",
  file,
  ...["--out", join(folder, name), "--store", join(folder, store), "--workers", "1"],
];

describe("simcortex multiverse", () => {
  it("ends with one line that names the line of a wrong setting", async () => {
    const wrong = join(folder, "wrong.yaml");
    writeFileSync(wrong, readFileSync(file, "utf8").replace("folds: 2 }", "fold: 2 }"));
    const { code, err } = await call("multiverse", wrong, "--out", join(folder, "wrong"));
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: .*wrong.yaml, line 11: choices.folds.in turn: outer: unknown setting "fold"; did you mean "folds"\?[^\n]*\n$/m,
    );
    expect(existsSync(join(folder, "wrong", "multiverse.html"))).toBe(false);
  });
  it.runIf(slow && process.platform !== "win32")(
    "stops at Ctrl-C with code 130, goes on to the same bytes, and computes nothing the second time",
    { timeout: 120_000 },
    async () => {
      const { child, ended, event } = start([...command("stopped"), "--json"]);
      await event((line) => line.event === "progress" && line.step === "multiverse" && (line.done ?? 0) > 0);
      child.kill("SIGINT");
      expect((await ended).code).toBe(130);
      expect(readdirSync(join(folder, "stopped"))).toEqual([]);
      const resumed = await call(...command("stopped"), "--json");
      const whole = await call(...command("whole"), "--json");
      expect([resumed.code, whole.code]).toEqual([0, 0]);
      expect(hashes(join(folder, "stopped"))).toEqual(hashes(join(folder, "whole")));
      const [first, second] = [resumed, await call(...command("stopped"), "--json")].map(({ out }) =>
        events(out).at(-1),
      );
      expect(first).toMatchObject({ event: "done", universes: 4, refused: 2 });
      expect(second).toMatchObject({ event: "done", steps: { computed: 0 } });
      expect(readFileSync(join(folder, "whole", "answer.txt"), "utf8")).toContain(
        "with 2 people signs of people cannot be flipped",
      );
    },
  );
});
