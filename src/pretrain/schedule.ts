/** Learning rate of a step: linear from 0 to `peak` over the first `warmup` steps, then half a cosine down to `floor`·peak at the end.
 * @param step from 0; the first step has peak / warmup. @param total steps of the whole training.
 * @source warm-up: Goyal 2017; cosine: Loshchilov and Hutter 2017. */
export function learningRateAt(
  step: number,
  {
    peak,
    warmup,
    total,
    floor = 0,
  }: { readonly peak: number; readonly warmup: number; readonly total: number; readonly floor?: number },
): number {
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const done = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * done)));
}
