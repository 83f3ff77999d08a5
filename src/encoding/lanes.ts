/** Do work 0 … count − 1, `parallel` of it under way at a time and one more where that is several, so that no thread waits while this
 * one prepares its next call; begun in order.
 * The first error stops what has not begun and is thrown once the rest has ended. */
export async function inLanes(
  count: number,
  parallel: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < count && !failed) {
      const index = next++;
      try {
        await work(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: Math.min(parallel > 1 ? parallel + 1 : 1, count) }, lane),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
