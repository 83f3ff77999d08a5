/** What draws; nothing of it waits for the graphics processor. */
export interface Easel {
  /** The whole picture onto the canvas. */
  whole(): void;
  /** A picture onto the canvas quickly, without smoothing, of a surface coarsened `level` times. */
  draft(level: number): void;
  /** One part of the whole picture beside the canvas; the first one clears what was there. */
  piece(k: number, of: number): void;
  /** The finished picture onto the canvas. */
  show(): void;
  /** Asks whether everything that was drawn until now is finished. */
  fence(): () => boolean;
}

/** Time, frames and delays of the browser; tests bring their own. */
export interface Clock {
  now(): number;
  /** Each gives what calls it off. */
  frame(act: () => void): () => void;
  after(milliseconds: number, act: () => void): () => void;
}

/** Milliseconds: a whole picture that takes longer than `slow` is drawn in pieces of about `piece`, `rest` after the last change, and drafts
 * are to take `draft`; of each piece's time `latency` is the asking whether it is
 * finished. Colours that change need no draft unless the canvas lags behind by `stale`; while they go on changing, pieces wait for a `calm`. */
export const pace = {
  slow: 40,
  piece: 25,
  rest: 160,
  draft: 30,
  stale: 250,
  calm: 60,
  poll: 4,
  latency: 8,
  mostPieces: 24,
} as const;

/** How often a surface is coarsened for a draft, 0 to 2: without smoothing and backs a picture takes a third of its time, and a quarter of
 * that each time its surface is coarsened (measured).
 * @param cost of the whole picture, milliseconds. */
export function draftLevel(cost: number): number {
  return Math.min(2, Math.max(0, Math.ceil(Math.log(cost / 3 / pace.draft) / Math.log(4))));
}

/** What a canvas shows: the whole of what was asked for, a draft, or still the picture before. */
export type Drawn = "whole" | "draft" | "before";

/** Decides what is drawn when. */
export interface Pacer {
  /** @param what of the picture is another: where things are, or their colours only. */
  change(what: "view" | "colours"): void;
  /** Forget what is under way; after a loss of the context. */
  stop(): void;
}

/** Where a whole picture takes no time, draw it at every change. Where it does (no graphics card), draw drafts while anything changes, and
 * then the whole picture in pieces, between which the page has its frames.
 * @param onDrawn is told what the canvas shows whenever that is another. */
export function openPacer(easel: Easel, clock: Clock, onDrawn: (drawn: Drawn) => void): Pacer {
  let costs: number[] = [];
  let isWarm = false; // the first picture also pays for compiling and uploading
  let doneAt = 0;
  let waitsSince: number | null = null;
  let frame: (() => void) | null = null;
  let later: (() => void) | null = null;
  let run = 0;
  let drawn: Drawn | null = null;
  const become = (next: Drawn) => {
    if (drawn !== next) onDrawn(next);
    drawn = next;
  };

  const watch = (done: (milliseconds: number) => void) => {
    const [start, isDone, mine] = [clock.now(), easel.fence(), run];
    const poll = () => {
      if (mine !== run) return;
      if (!isDone()) {
        clock.after(pace.poll, poll);
        return;
      }
      const now = clock.now();
      done(now - Math.max(start, doneAt));
      doneAt = now;
    };
    clock.after(pace.poll, poll);
  };
  const keep = (milliseconds: number) => {
    if (isWarm) costs = [...costs, milliseconds].slice(-2);
    isWarm = true;
  };
  const cost = () => (costs.length > 0 ? Math.min(...costs) : 0);
  const isSlow = () => cost() > pace.slow;
  const callOff = () => {
    later?.();
    later = null;
  };
  const refine = () => {
    const of = Math.min(pace.mostPieces, Math.max(2, Math.ceil(cost() / pace.piece)));
    let total = 0;
    const next = (k: number) => {
      easel.piece(k, of);
      let isOff = false;
      later = () => {
        isOff = true;
      };
      watch((milliseconds) => {
        if (isOff) return;
        total += Math.max(0, milliseconds - pace.latency);
        if (k + 1 < of) {
          next(k + 1);
          return;
        }
        later = null;
        waitsSince = null;
        easel.show();
        keep(total);
        become("whole");
      });
    };
    next(0);
  };
  const draw = () => {
    frame = null;
    waitsSince = null;
    if (isSlow()) {
      easel.draft(draftLevel(cost()));
      become("draft");
      later = clock.after(pace.rest, refine);
      return;
    }
    easel.whole();
    watch(keep);
    become("whole");
  };

  return {
    change: (what) => {
      const now = clock.now();
      waitsSince ??= now;
      if (drawn !== "draft") become("before");
      if (what === "colours" && frame === null && isSlow() && now - waitsSince < pace.stale) {
        const wait = later === null ? 0 : pace.calm;
        callOff();
        later = clock.after(wait, refine);
        return;
      }
      callOff();
      frame ??= clock.frame(draw);
    },
    stop: () => {
      callOff();
      frame?.();
      frame = null;
      run++;
    },
  };
}

/** The clock of a page. */
export const pageClock: Clock = {
  now: () => performance.now(),
  frame: (act) => {
    const id = requestAnimationFrame(act);
    return () => cancelAnimationFrame(id);
  },
  after: (milliseconds, act) => {
    const id = setTimeout(act, milliseconds);
    return () => clearTimeout(id);
  },
};
