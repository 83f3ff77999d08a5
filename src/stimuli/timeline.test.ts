import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { drawPictureRun, drawSentenceRun } from "./index.ts";

const length = { samples: 200, tr: 2 };

describe("drawPictureRun", () => {
  const { events } = drawPictureRun(createRandom(1), length);
  it("shows pictures one after the other and leaves the end of the run free", () => {
    for (const [k, { onset, duration }] of events.entries()) {
      const before = events[k - 1];
      expect(onset).toBeGreaterThanOrEqual(before === undefined ? 0 : before.onset + before.duration);
      expect(duration).toBeGreaterThan(0);
    }
    expect(events.at(-1)!.onset + events.at(-1)!.duration).toBeLessThanOrEqual(394);
  });
  it("starts a picture every one to two TR, with rests now and then", () => {
    const steps = events.slice(1).map(({ onset }, k) => onset - events[k]!.onset);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(2);
    const rests = steps.filter((step) => step > 4);
    expect(rests.length).toBeGreaterThan(0);
    expect(rests.length / steps.length).toBeLessThan(0.2);
    expect(Math.max(...steps)).toBeLessThanOrEqual(14);
  });
  it("gives the same run for the same seed and another for another", () => {
    expect(drawPictureRun(createRandom(1), length).events).toEqual(events);
    expect(drawPictureRun(createRandom(2), length).events).not.toEqual(events);
  });
});

describe("drawSentenceRun", () => {
  const { sentences } = drawSentenceRun(createRandom(1), length);
  it("shows the words of each sentence without a gap, and pauses between sentences", () => {
    for (const [k, { onset, duration, caption, words }] of sentences.entries()) {
      expect(words.map((word) => word.text)).toEqual(caption.words);
      expect(words[0]!.onset).toBe(onset);
      for (const [i, word] of words.entries()) {
        expect(word.duration).toBeGreaterThan(0.22);
        expect(word.duration).toBeLessThan(0.5);
        if (i > 0) expect(word.onset).toBeCloseTo(words[i - 1]!.onset + words[i - 1]!.duration, 9);
      }
      const before = sentences[k - 1];
      if (before !== undefined) expect(onset - before.onset - before.duration).toBeGreaterThan(0.59);
      expect(onset + duration).toBeLessThanOrEqual(394);
    }
    expect(sentences.length).toBeGreaterThan(40);
  });
  it("gives the same run for the same seed", () => {
    expect(drawSentenceRun(createRandom(1), length).sentences).toEqual(sentences);
  });
  it("refuses a run without samples, and takes the shortest", () => {
    expect(() => drawSentenceRun(createRandom(1), { samples: 0, tr: 2 })).toThrow(
      "drawSentenceRun: samples must be a whole number in [1, Infinity]; got 0.",
    );
    expect(() => drawPictureRun(createRandom(1), { samples: 10, tr: Number.NaN })).toThrow(/tr must be/);
    expect(drawSentenceRun(createRandom(1), { samples: 1, tr: 2 }).sentences).toEqual([]);
    expect(drawPictureRun(createRandom(1), { samples: 1, tr: 2 }).events.length).toBeLessThanOrEqual(1);
  });
});
