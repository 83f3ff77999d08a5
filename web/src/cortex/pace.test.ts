import { describe, expect, it } from "vitest";
import { type Clock, type Drawn, draftLevel, type Easel, openPacer, pace } from "./pace.ts";

/** A browser whose time is told, and a graphics processor that takes `cost` for a whole picture. */
function makeMachine(cost: () => number) {
  let now = 0;
  let busyUntil = 0;
  let due: { at: number; act: () => void }[] = [];
  const log: string[] = [];
  const states: Drawn[] = [];
  const schedule = (at: number, act: () => void) => {
    const one = { at, act };
    due.push(one);
    return () => {
      due = due.filter((other) => other !== one);
    };
  };
  const clock: Clock = {
    now: () => now,
    frame: (act) => schedule(Math.floor(now / 16) * 16 + 16, act),
    after: (milliseconds, act) => schedule(now + milliseconds, act),
  };
  const work = (what: string, milliseconds: number) => {
    log.push(what);
    busyUntil = Math.max(now, busyUntil) + milliseconds;
  };
  const easel: Easel = {
    whole: () => work("whole", cost()),
    draft: (level) => work(`draft ${level}`, cost() / 3 / 4 ** level),
    piece: (k, of) => work(`piece ${k} of ${of}`, cost() / of),
    show: () => log.push("show"),
    fence: () => {
      const end = busyUntil;
      return () => now >= end;
    },
  };
  const pacer = openPacer(easel, clock, (drawn) => states.push(drawn));
  const wait = (milliseconds: number) => {
    const end = now + milliseconds;
    for (;;) {
      const next = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      due = due.filter((one) => one !== next);
      now = Math.max(now, next.at);
      next.act();
    }
    now = end;
  };
  const taken = () => log.splice(0);
  /** Two pictures, as a page draws when it opens. */
  const warmUp = () => {
    for (let k = 0; k < 2; k++) {
      pacer.change("view");
      wait(3000);
    }
    taken();
  };
  return { pacer, wait, taken, warmUp, states, drawn: () => states.at(-1) };
}

describe("openPacer", () => {
  it("draws every change as a whole, once a frame, where that takes no time", () => {
    const { pacer, wait, taken, warmUp, states } = makeMachine(() => 5);
    warmUp();
    for (let k = 0; k < 4; k++) {
      pacer.change("view");
      pacer.change("colours");
      wait(16);
    }
    wait(1000);
    expect(taken()).toEqual(["whole", "whole", "whole", "whole"]);
    expect(states.at(-1)).toBe("whole");
    expect(states).not.toContain("draft");
  });

  it("is not misled by a first picture that pays for compiling", () => {
    let first = 500;
    const { pacer, wait, taken, warmUp } = makeMachine(() => {
      const cost = first;
      first = 5;
      return cost;
    });
    warmUp();
    pacer.change("view");
    wait(1000);
    expect(taken()).toEqual(["whole"]);
  });

  it("does not count the time that a picture waits for the one before", () => {
    const costs = [500, 5, 5];
    const { pacer, wait, taken } = makeMachine(() => costs.shift() ?? 5);
    pacer.change("view");
    wait(20);
    pacer.change("view"); // while the first one is drawn
    wait(3000);
    pacer.change("view");
    wait(3000);
    expect(taken()).toEqual(["whole", "whole", "whole"]);
  });

  it("does not count a picture that a loss of the context cut short", () => {
    const { pacer, wait, taken } = makeMachine(() => 300);
    pacer.change("view");
    wait(2000);
    pacer.change("view");
    wait(100);
    pacer.stop();
    wait(2000);
    pacer.change("view");
    wait(2000);
    expect(taken()).toEqual(["whole", "whole", "whole"]);
  });

  it("draws drafts while a slow view changes, then the whole in pieces, each once and in order", () => {
    const { pacer, wait, taken, warmUp, drawn } = makeMachine(() => 300);
    warmUp();
    for (let k = 0; k < 5; k++) {
      pacer.change("view");
      expect(drawn()).toBe(k === 0 ? "before" : "draft");
      wait(16);
      expect(drawn()).toBe("draft");
    }
    expect(taken()).toEqual(Array(5).fill("draft 1"));
    wait(2000);
    const pieces = taken();
    const of = pieces.length - 1;
    expect(300 / of).toBeLessThanOrEqual(pace.piece);
    expect(pieces).toEqual([...Array.from({ length: of }, (_, k) => `piece ${k} of ${of}`), "show"]);
    expect(drawn()).toBe("whole");
    wait(5000);
    expect(taken()).toEqual([]);
  });

  it("begins anew when the view changes between two pieces", () => {
    const { pacer, wait, taken, warmUp, drawn } = makeMachine(() => 300);
    warmUp();
    pacer.change("view");
    wait(pace.rest + 100);
    expect(taken().filter((one) => one.startsWith("piece")).length).toBeGreaterThan(1);
    pacer.change("view");
    wait(16);
    expect(taken()).toEqual(["draft 1"]);
    expect(drawn()).toBe("draft");
    wait(2000);
    const after = taken();
    expect(after[0]).toMatch(/^piece 0 /);
    expect(after.at(-1)).toBe("show");
    expect(after.filter((one) => one === "show")).toHaveLength(1);
  });

  it("changes colours without a draft, and with drafts while they go on changing", () => {
    const { pacer, wait, taken, warmUp, drawn } = makeMachine(() => 300);
    warmUp();
    pacer.change("colours");
    expect(drawn()).toBe("before");
    wait(2000);
    expect(taken().some((one) => one.startsWith("draft"))).toBe(false);
    expect(drawn()).toBe("whole");
    for (let k = 0; k < 60; k++) {
      pacer.change("colours");
      wait(16);
    }
    const drafts = taken().filter((one) => one.startsWith("draft")).length;
    expect(drafts).toBeGreaterThan(2);
    expect(drafts).toBeLessThan(6);
    wait(2000);
    expect(taken().at(-1)).toBe("show");
    expect(drawn()).toBe("whole");
  });

  it("draws as a whole again once pictures are quick, and drafts once they are slow", () => {
    let cost = 800;
    const { pacer, wait, taken, warmUp } = makeMachine(() => cost);
    warmUp();
    cost = 5;
    pacer.change("view");
    wait(2000);
    taken();
    pacer.change("view");
    wait(100);
    expect(taken()).toEqual(["whole"]);
    cost = 300;
    for (let k = 0; k < 3; k++) {
      pacer.change("view");
      wait(2000);
    }
    expect(taken()).toContain("draft 1");
  });

  it("leaves nothing behind when it is stopped", () => {
    const { pacer, wait, taken, warmUp } = makeMachine(() => 300);
    warmUp();
    pacer.change("view");
    wait(pace.rest + 60);
    pacer.stop();
    taken();
    wait(5000);
    expect(taken()).toEqual([]);
    pacer.change("view");
    wait(16);
    expect(taken()).toHaveLength(1);
  });
});

describe("draftLevel", () => {
  it("coarsens no more than a draft's time asks for", () => {
    expect([0, 50, 90, 91, 360, 361, 1e6].map(draftLevel)).toEqual([0, 0, 0, 1, 1, 2, 2]);
  });
});
