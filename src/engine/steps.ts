import { checkCancelled } from "../core/index.ts";
import type { Pool } from "./pool.ts";
import type { Store } from "./store.ts";

/** One piece of work whose result is kept. */
export interface Step {
  /** Name of the step, part of its key. */
  readonly name: string;
  /** Everything that the result depends on, beside the code. */
  readonly inputs: unknown;
  /** Function of the pool's module that computes it. */
  readonly task: string;
  /** What the function is given; built only when the step must be computed. Default: the inputs. */
  readonly payload?: () => unknown;
}

/** Told of each finished step: its place in the list, and whether it came from the store. */
export type OnStep = (index: number, cached: boolean) => void;

/** Compute steps in the pool, or take them from the store; each result is kept as soon as it is there, so that a killed run goes on
 * where it was. One failing step ends the others that have not begun.
 * @returns the results, in order.
 * @throws the first error; EncodingError "cancelled" when `signal` stops the work. */
export async function runSteps(
  steps: readonly Step[],
  {
    store,
    pool,
    signal,
    onStep,
  }: { store: Store; pool: Pool; signal?: AbortSignal | undefined; onStep?: OnStep },
): Promise<unknown[]> {
  let failed = false;
  const results = new Array<unknown>(steps.length);
  let next = 0;
  const lane = async () => {
    while (next < steps.length && !failed) {
      checkCancelled(signal);
      const index = next++;
      const step = steps[index] as Step;
      const key = store.key(step.name, step.inputs);
      const kept = await store.get(key);
      if (kept === undefined) {
        results[index] = await pool.run(step.task, step.payload ? step.payload() : step.inputs);
        await store.put(key, results[index]);
      } else results[index] = kept;
      onStep?.(index, kept !== undefined);
    }
  };
  const lanes = Array.from({ length: Math.min(pool.size, steps.length) }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const ends = await Promise.allSettled(lanes);
  const bad = ends.find((end) => end.status === "rejected");
  if (bad) throw bad.reason;
  return results;
}

/** Compute a value in this thread, or take it from the store. */
export async function keepStep<T>(
  store: Store,
  name: string,
  inputs: unknown,
  compute: () => T | Promise<T>,
): Promise<{ value: T; cached: boolean }> {
  const key = store.key(name, inputs);
  const kept = await store.get(key);
  if (kept !== undefined) return { value: kept as T, cached: true };
  const value = await compute();
  await store.put(key, value);
  return { value, cached: false };
}
