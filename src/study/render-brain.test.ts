import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { knownOf, readView, startView, type View } from "../simulator/view/address.ts";
import { turnView, viewNames } from "../simulator/view/turn.ts";
import { type BrainFolder, openBrainFolder } from "./open-brain-folder.ts";
import { renderBrain } from "./render-brain.ts";
import { smallBrain } from "./small-brain.fixture.ts";

let own: BrainFolder;
let start: View;
beforeAll(async () => {
  own = await openBrainFolder(smallBrain, { where: "here" });
  start = startView(own.brain.manifest);
}, 60_000);
afterAll(() => own.close());

const small = { width: 320, height: 220, scale: 1 };
const pixels = async (png: Uint8Array) => {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    ...info,
    at: (x: number, y: number) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)],
    data,
  };
};

describe("renderBrain", () => {
  it("is a PNG of the size that is asked for, the same each time, on paper of the scheme", async () => {
    const png = await renderBrain(own, { ...small, view: start, scale: 2 });
    expect(await renderBrain(own, { ...small, view: start, scale: 2 })).toEqual(png);
    const light = await pixels(png);
    expect([light.width, light.height]).toEqual([640, 440]);
    expect(light.at(2, 2)).toEqual([255, 255, 255, 255]);
    const dark = await pixels(await renderBrain(own, { ...small, view: start, dark: true }));
    expect(dark.at(2, 2)).toEqual([0x15, 0x18, 0x1b, 255]);
  });
  it("without a frame is the cortex alone on nothing", async () => {
    const { at, data } = await pixels(await renderBrain(own, { ...small, view: start, frame: false }));
    expect(at(2, 2)[3]).toBe(0);
    expect(data.filter((x, k) => k % 4 === 3 && x === 255).length).toBeGreaterThan(2000);
  });
  it("shows what the address of the page says", async () => {
    const view = readView("pose=2,90,0,0,1,0,0&show=left&threshold=0.1", start, knownOf(own.brain.manifest));
    const [flat, same, other] = await Promise.all([
      renderBrain(own, { ...small, view }),
      renderBrain(own, {
        ...small,
        view: {
          ...start,
          threshold: 0.1,
          pose: turnView(start.pose, { view: "left-lateral", shape: "flat" }),
        },
      }),
      renderBrain(own, { ...small, view: start }),
    ]);
    expect(flat).toEqual(same); // as words say it
    expect(flat).not.toEqual(other);
  });
  it("puts two maps side by side, and the prediction of a stimulus in place of a map", async () => {
    const two = { ...start, second: "ceiling" };
    const wide = await pixels(await renderBrain(own, { ...small, width: 640, view: two, frame: false }));
    const half = (from: number) =>
      wide.data.filter(
        (x, k) =>
          k % 4 === 3 && x === 255 && Math.floor(k / 4) % 640 >= from && Math.floor(k / 4) % 640 < from + 320,
      ).length;
    expect(half(0)).toBe(half(320));
    const stimulus = { sense: "sentence", sentences: ["the dog sees the cat."] } as const;
    const predicted = await renderBrain(own, { ...small, view: start, stimulus });
    expect(predicted).not.toEqual(await renderBrain(own, { ...small, view: start }));
    await expect(renderBrain(own, { ...small, view: { ...start, model: "eye" }, stimulus })).rejects.toThrow(
      /takes pictures only/,
    );
  });
  it("says what cannot be drawn", async () => {
    await expect(renderBrain(own, { ...small, view: { ...start, map: "none" } })).rejects.toThrow(
      /no map "none"; the brain has score\/both/,
    );
    await expect(renderBrain(own, { ...small, height: 120, view: start })).rejects.toThrow(
      /leave 320 × .* for a cortex/,
    );
    expect(() => turnView(start.pose, { view: "up" })).toThrow(
      /--view must be one of lateral, medial, .*right-front; got "up"/,
    );
    expect(() => turnView(start.pose, { shape: "round" })).toThrow(/--shape must be folded, .* got "round"/);
    for (const view of viewNames) expect(() => turnView(start.pose, { view })).not.toThrow();
  });
});
