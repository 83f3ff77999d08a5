import { EncodingError } from "./error.ts";

/** What a worker thread shares with the thread that may end it: how many native calls it is inside of, and whether it shall stop. */
export interface NativeState {
  /** Two numbers over a SharedArrayBuffer. */
  readonly shared: Int32Array;
}

const inside = 0;
const stop = 1;
let own = new Int32Array(2);

/** A state to share with a new worker thread. */
export function createNativeState(): NativeState {
  return { shared: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) };
}

/** Let another thread see when this one is inside native code. Called once, when the thread starts. */
export function shareNativeState({ shared }: NativeState): void {
  Atomics.add(shared, inside, Atomics.load(own, inside));
  own = shared as Int32Array<ArrayBuffer>;
}

/** Say that native code is entered: a thread that is ended inside some libraries takes the process with it.
 * @throws EncodingError "cancelled" if the thread shall stop: it then never enters. */
export function enterNative(): void {
  Atomics.add(own, inside, 1);
  if (Atomics.load(own, stop) === 0) return;
  leaveNative();
  throw new EncodingError("cancelled", "Stopped before a native call.");
}

/** Say that native code was left. */
export function leaveNative(): void {
  Atomics.sub(own, inside, 1);
}

/** Wait for something that is done in native code.
 * @throws as `run`, and as {@link enterNative}. */
export async function waitInNative<T>(run: () => Promise<T>): Promise<T> {
  enterNative();
  try {
    return await run();
  } finally {
    leaveNative();
  }
}

/** Ask a thread to stop: it enters no native code from now on. */
export function askToStop({ shared }: NativeState): void {
  Atomics.store(shared, stop, 1);
}

/** Whether a thread is inside native code. */
export function isInNative({ shared }: NativeState): boolean {
  return Atomics.load(shared, inside) > 0;
}
