import type { OnProgress } from "../core/index.ts";
import type { OnStep } from "../engine/index.ts";

/** Turn finished steps into progress events: cost done, of the total of the stage. */
export function follow(onProgress: OnProgress | undefined): {
  begin(step: string, costs: readonly number[]): OnStep;
  /** Tell something before a step begins; null is nothing. */
  tell(step: string, notice: string | null): void;
} {
  return {
    begin(step, costs) {
      const total = costs.reduce((a, b) => a + b, 0);
      let done = 0;
      onProgress?.({ step, done, total });
      return (index, cached) => {
        done += costs[index] ?? 0;
        onProgress?.({ step, done, total, cached });
      };
    },
    tell(step, notice) {
      if (notice !== null) onProgress?.({ step, done: 0, total: 1, notice });
    },
  };
}
