import { codeVersion, openPool, openStore, runSteps, type Step } from "../../engine/index.ts";

/** Where steps are computed and kept. */
export interface Workshop {
  /** Compute steps, or take them from the store; steps of the same inputs are one.
   * @param onDone told of every step: whether it was there already. @returns the results, in order. */
  run(steps: readonly Step[], onDone?: (cached: boolean) => void): Promise<unknown[]>;
  /** Steps so far by name: computed here, and taken from the store. A step that several universes ask for counts once each time it is read. */
  readonly counts: { readonly computed: number; readonly cached: number };
  close(): Promise<void>;
}

/** Open a store and local workers.
 * @throws EncodingError "cancelled" from `run` once `signal` stops the work. */
export async function openWorkshop({
  store: folder,
  workers,
  signal,
}: {
  readonly store: string;
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<Workshop> {
  const store = await openStore(folder, { code: await codeVersion() });
  const tasks = import.meta.url.endsWith(".ts") ? "../tasks.ts" : "../tasks.js";
  const pool = openPool(new URL(tasks, import.meta.url), { ...(workers !== undefined && { size: workers }) });
  const stop = () => void pool.close();
  signal?.addEventListener("abort", stop);
  const counts = { computed: 0, cached: 0 };
  return {
    counts,
    async run(steps, onDone) {
      const places = new Map<string, number>();
      const first: Step[] = [];
      const times: number[] = [];
      const at = steps.map((step) => {
        const key = store.key(step.name, step.inputs);
        const known = places.get(key);
        const place = known ?? first.push(step) - 1;
        places.set(key, place);
        times[place] = (times[place] ?? 0) + 1;
        return place;
      });
      const results = await runSteps(first, {
        store,
        pool,
        signal,
        onStep: (k, cached) => {
          counts[cached ? "cached" : "computed"]++;
          for (let more = times[k] as number; more > 0; more--) onDone?.(cached);
        },
      });
      return at.map((place) => results[place]);
    },
    async close() {
      signal?.removeEventListener("abort", stop);
      await pool.close();
    },
  };
}
