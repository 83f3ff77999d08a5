import type { Pose } from "../../../src/simulator/view/pose.ts";

/** Turns from one pose to another in a little time. */
export interface Turner {
  /** Begin a turn; one that is under way ends where it is. People who want no motion are there at once. */
  turn(from: Pose, to: Pose): void;
}

const milliseconds = 420;
const moving = ["morph", "open", "yaw", "pitch", "zoom", "panX", "panY"] as const;

/** @param onPose is told every pose on the way. */
export function openTurner(onPose: (pose: Pose) => void): Turner {
  let frame = 0;
  return {
    turn(from, to) {
      cancelAnimationFrame(frame);
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
        onPose(to);
        return;
      }
      const began = performance.now();
      const step = (now: number) => {
        const t = Math.min(1, Math.max(0, (now - began) / milliseconds));
        const s = t * t * (3 - 2 * t);
        const mixed = moving.map((field) => [field, from[field] + (to[field] - from[field]) * s]);
        onPose({ ...to, ...Object.fromEntries(mixed) });
        if (t < 1) frame = requestAnimationFrame(step);
      };
      frame = requestAnimationFrame(step);
    },
  };
}
