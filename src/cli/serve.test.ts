import { describe, expect, it } from "vitest";
import { smallBrain } from "../study/small-brain.fixture.ts";
import { call, start } from "./cli.fixture.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined; // each command takes a second of the processor

describe.runIf(slow)("simcortex serve", () => {
  it("prints its address, answers there, and ends cleanly with Ctrl-C; a second one on its port says what to do", async () => {
    const folder = smallBrain;
    const { child, ended, event } = start(["serve", folder, "--port", "0", "--json"]);
    const { url, warning } = (await event((line) => line.event === "listening")) as unknown as {
      url: string;
      warning: string | null;
    };
    expect(warning).toBeNull();
    expect(((await (await fetch(`${url}api/brain`)).json()) as { title: string }).title).toBe(
      "A small <brain>",
    );
    const taken = await call("serve", folder, "--port", new URL(url).port);
    expect(taken).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^error: serve: port \d+ .* is taken\. .*\n$/),
    });
    child.kill("SIGINT");
    expect(await ended).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringMatching(/"event":"done"\}\n$/),
    });
  });
  it("refuses ports that are none and folders without a brain, in one line", async () => {
    const [port, folder] = await Promise.all([
      call("serve", ".", "--port", "x"),
      call("serve", "src", "--port", "0"),
    ]);
    expect(port).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: --port must be .* got "x"\.\n$/),
    });
    expect(folder).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: openBrain: there is no manifest.json in .*\n$/),
    });
  });
});
